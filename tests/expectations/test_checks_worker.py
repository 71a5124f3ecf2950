"""The worker's answers, and what the client may import."""

import json
import subprocess
import sys

from expectations.errors import SuiteError
from expectations.worker import answer

REQUEST = json.dumps({"home": "/nowhere", "suites": None})


def raising(error: Exception):
    def run_suites(home: object, names: object) -> None:
        raise error

    return run_suites


def test_an_error_with_words_is_passed_on_and_any_other_only_by_its_type() -> None:
    assert answer(REQUEST, raising(SuiteError("There is no suite x."))) == {"error": "There is no suite x."}
    shown = answer(REQUEST, raising(ValueError("could not convert Nguyễn Văn A")))["error"]
    assert shown.startswith("ValueError at worker.py:")
    assert "Nguyễn" not in shown
    assert answer("not json", raising(ValueError()))["error"].startswith("JSONDecodeError")


def test_results_are_json() -> None:
    assert answer(REQUEST, lambda *_: []) == {"results": []}


def test_the_client_imports_nothing_slow() -> None:
    slow = ("great_expectations", "sqlalchemy", "pandas", "duckdb", "pyarrow")
    code = (
        f"import sys, expectations.client, expectations.suites; print([name for name in {slow} if name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
