"""Where `poverty` begins: in a Python that no other project's settings have changed.

PYTHONPATH and its like count before the first line runs, so Python starts once more without them; nothing of ours or
of a library is imported before.
"""

import os
import sys

_KEPT = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX", "PYTHONUTF8")


def main() -> None:
    """The entry point of the command line."""
    foreign = {name for name in os.environ if name.startswith("PYTHON") and name not in _KEPT}
    if foreign:
        environment = {name: value for name, value in os.environ.items() if name not in foreign}
        os.execve(sys.executable, sys.orig_argv, environment)
    from poverty_cli.main import main as run

    run()


if __name__ == "__main__":
    main()
