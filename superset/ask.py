"""What every chart of the bundle answers for a home: `python superset/ask.py HOME ANSWERS NEXT_RELEASE`.

Runs in the environment of superset/pyproject.toml, for tests/test_superset.py. Every query goes through Superset's
API, as the browser asks it and once more without what only shapes it for drawing. Then the home is switched to
another release.
"""

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import duckdb
import yaml
from start import BUNDLE, USER, prepare, set_up


def main(home: str, answers: str, next_release: str) -> None:
    """Write {chart: [rows as drawn, rows]} and what `release` says before and after a publication."""
    root = Path(home)
    prepare(root)
    app = set_up()
    app.config["WTF_CSRF_ENABLED"] = False  # no page here has made a token
    charts = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(BUNDLE.glob("charts/*.yaml"))
    }
    of_one_year = _charts_of_one_year()
    database = root / "published" / "current" / "poverty.duckdb"
    with duckdb.connect(database, read_only=True) as connection:
        (year,) = connection.execute("select last_survey_year from bi.release").fetchone()
    client = Client(app)
    found: dict[str, object] = {}
    for name, chart in charts.items():
        query = client.saved_query(chart["slice_name"])
        if chart["uuid"] in of_one_year:
            query["queries"][0]["filters"].append({"col": "survey_year", "op": "IN", "val": [year]})
        drawn = client.ask(query)
        query["queries"][0]["post_processing"] = []
        found[name] = [drawn, client.ask(query)]
    release = client.saved_query(charts["release"]["slice_name"])
    before = client.ask(release)
    # A reader that has not finished keeps the old file open.
    reader = ExitStack()
    with app.app_context():
        reader.enter_context(_one_database().get_raw_connection())
    _switch(root / "published", next_release)
    after = client.ask(release)
    with app.app_context():
        reader.close()
    found["publication"] = [before, after]
    refused = client.refused_write()
    Path(answers).write_text(json.dumps({"charts": found, "refused": refused}, ensure_ascii=False), encoding="utf-8")


class Client:
    """A user of Superset's API, without a server."""

    def __init__(self, app) -> None:
        self._client = app.test_client()
        password = (Path(os.environ["SUPERSET_HOME"]) / "admin_password").read_text(encoding="utf-8")
        login = {"username": USER, "password": password, "provider": "db"}
        answer = self._client.post("/api/v1/security/login", json=login)
        assert answer.status_code == 200, f"login: {answer.status_code}: {answer.text[:1000]}"
        self._headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
        listed = self._get("/api/v1/chart/?q=(page_size:100)")["result"]
        self._numbers = {chart["slice_name"]: chart["id"] for chart in listed}

    def saved_query(self, chart: str) -> dict:
        """The query that is kept with a chart."""
        return json.loads(self._get(f"/api/v1/chart/{self._numbers[chart]}")["result"]["query_context"])

    def ask(self, query: dict) -> list[dict]:
        """The rows that a query answers."""
        answer = self._client.post("/api/v1/chart/data", json=query, headers=self._headers)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:1000]}"
        (result,) = answer.json["result"]
        assert not result["error"], result["error"]
        return result["data"]

    def refused_write(self) -> list[str]:
        """What the database says to a reader's SQL that would write, or read another file of the machine."""
        database = self._get("/api/v1/database/")["result"][0]["id"]
        asked = ("create table bi.mine as select 1", "select * from read_text('/etc/hostname')")
        said = []
        for sql in asked:
            query = {"database_id": database, "sql": sql, "runAsync": False}
            said.append(self._client.post("/api/v1/sqllab/execute/", json=query, headers=self._headers).text)
        return said

    def _get(self, address: str) -> dict:
        answer = self._client.get(address, headers=self._headers)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer.json


def _one_database():
    from superset.extensions import db
    from superset.models.core import Database

    return db.session.query(Database).one()


def _charts_of_one_year() -> set[str]:
    """The charts for which a dashboard's filter chooses the year."""
    found = set()
    for path in BUNDLE.glob("dashboards/*.yaml"):
        dashboard = yaml.safe_load(path.read_text(encoding="utf-8"))
        placed = [entry["meta"] for key, entry in dashboard["position"].items() if key.startswith("CHART-")]
        for chosen in dashboard["metadata"]["native_filter_configuration"]:
            found |= {meta["uuid"] for meta in placed if meta["chartId"] not in chosen["scope"]["excluded"]}
    return found


def _switch(published: Path, release: str) -> None:
    """As publication does it."""
    link = published / "next"
    link.symlink_to(Path("releases") / release)
    link.replace(published / "current")


if __name__ == "__main__":
    main(*sys.argv[1:])
