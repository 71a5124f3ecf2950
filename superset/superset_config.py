"""Superset for one home: secrets and state lie in `$POVERTY_HOME/private/superset`, data are the current release."""

import os
from pathlib import Path

HOME = Path(os.environ["POVERTY_HOME"])
_STATE = HOME / "private" / "superset"
# What databases/poverty.yaml names: a release lies elsewhere on every machine, and after every publication.
_CURRENT = "published/current/poverty.duckdb"

SECRET_KEY = (_STATE / "secret_key").read_text(encoding="utf-8")
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_STATE / 'superset.db'}"
# Superset warns on every page of a picture that its package does not ship.
LOG_LEVEL = "ERROR"
LOG_FORMAT = "%(levelname)s %(message)s"
# Fractions and counts as Vietnam writes them. Superset has no translation of its own buttons into Vietnamese.
D3_FORMAT = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]}
# Nothing is asked of another machine: no map tiles, no pixel that counts readers.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'", "data:"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
SESSION_COOKIE_SAMESITE = "Strict"


def DB_CONNECTION_MUTATOR(uri, params, username, security_manager, source):  # noqa: ARG001, N802
    """The release that `current` names now, by its own path: DuckDB keeps the file of a path while anyone has it."""
    if uri.get_backend_name() == "duckdb" and uri.database == _CURRENT:
        uri = uri.set(database=str((HOME / _CURRENT).resolve()))
        arguments = params.setdefault("connect_args", {})
        arguments["read_only"] = True
        # A query of a reader opens no other file of this machine.
        arguments.setdefault("config", {}).update(enable_external_access="false", lock_configuration="true")
    return uri, params
