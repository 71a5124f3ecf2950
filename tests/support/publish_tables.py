"""`python -m tests.support.publish_tables`: the tables of a home as `poverty run` publishes them, in half its time.

Left out are Dagster, the checks of the warehouse and the reports.
"""

from base.home import Home
from base.territory import choose_territory
from ingestion.decisions import write_decisions
from ingestion.ingest import ingest
from ingestion.pseudonym_key import ensure_key
from publication.inputs import inputs_of
from publication.release import publish
from tests.support.warehouse import dbt, no_reports


def main() -> None:
    """Read, build and publish the home of the environment."""
    home = Home.from_environment().create()
    choose_territory(home)
    ensure_key(home)
    ingest(home)
    write_decisions(home)
    dbt(home, "run")
    publish(home, "run", [], inputs_of(home), no_reports)


if __name__ == "__main__":
    main()
