"""`make dev`: the Dagster UI of a home, with the settings and the environment that the command line gives it."""

import os
import sys
from pathlib import Path

from base.home import Home
from base.machine import settle_temporary_folder, whole_number
from base.territory import choose_territory
from dagster_project.instance import DEFINITIONS, dagster_home
from dagster_project.parsed_project import dbt_environment


def main() -> None:
    """Become `dagster dev` on the home of `$POVERTY_HOME`."""
    settle_temporary_folder()
    home = Home.from_environment()
    choose_territory(home)
    environment = dbt_environment(home) | {"DAGSTER_HOME": str(dagster_home(home))}
    dagster = Path(sys.executable).parent / "dagster"
    port = str(whole_number("POVERTY_UI_PORT", 3000, largest=65535))
    os.execve(dagster, [str(dagster), "dev", "-h", "127.0.0.1", "-p", port, "-m", DEFINITIONS], environment)


if __name__ == "__main__":
    main()
