"""The same models on DuckDB and Spark, and every table compared: `python -m spark.both [--smoke]`.

All is made in a temporary folder. The smoke compiles every model for Spark, and makes and compares a few of them.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from spark.compare import compare

_FOLDER = Path(__file__).resolve().parent
_PYTHON = _FOLDER / ".venv" / "bin" / "python"
_NO_JAVA = (
    "Spark needs Java 17 or 21, and there is no program `java` on PATH. Debian and Ubuntu have it in the package "
    "openjdk-17-jre-headless, other systems at https://adoptium.net; nothing was built."
)
# With their inputs: decisions, raw files of different columns, a contract, ordered texts, and what replaced recursion.
SMOKE = (
    "stg_source_file",
    "stg_form_column",
    "stg_correction_line",
    "stg_correction",
    "stg_corrected_household",
    "stg_corrected_member",
    "stg_label",
    "int_commune_lineage",
    "int_indicator_weight",
    "programme_task",
)


def main(*arguments: str) -> int:
    """0 when every table is equal, 1 when not, 2 when it could not be tried."""
    if not shutil.which("java"):
        print(_NO_JAVA, file=sys.stderr)
        return 2
    smoke = arguments == ("--smoke",)
    models = ["--select", *SMOKE] if smoke else []
    with tempfile.TemporaryDirectory(prefix="poverty-spark-") as name:
        folder = Path(name).resolve()
        home, duckdb, spark = (str(folder / part) for part in ("home", "duckdb", "spark"))
        steps = {
            "inputs": [sys.executable, "-m", "spark.inputs", home, *arguments],
            "DuckDB": [sys.executable, "-m", "spark.duckdb_build", home, duckdb, *models],
            "Spark": [str(_PYTHON), str(_FOLDER / "session.py"), home, spark, *(["compile", "--"] if smoke else [])]
            + ["run", *models],
        }
        for step, command in steps.items():
            started = time.monotonic()
            log = folder / f"{step}.log"
            with log.open("w", encoding="utf-8") as said:
                code = subprocess.run(
                    command, stdout=said, stderr=subprocess.STDOUT, cwd=_FOLDER.parent, check=False
                ).returncode
            print(f"{step}: {time.monotonic() - started:.0f} s", flush=True)
            if code:
                print("\n".join(log.read_text(encoding="utf-8").splitlines()[-60:]), file=sys.stderr)
                return 1
        return compare(folder / "home" / "warehouse" / "build.duckdb", folder / "spark" / "tables", may_be_empty=smoke)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
