"""Set Superset up for the home `$POVERTY_HOME` and serve it on this machine alone: `python superset/start.py`.

Runs in the environment of superset/pyproject.toml. Running it again brings the dashboards back to what superset/bundle
says. With `--only-set-up` it does not serve.
"""

import logging
import os
import secrets
import socket
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from flask import Flask

FOLDER = Path(__file__).resolve().parent
BUNDLE = FOLDER / "bundle"
USER = "admin"
_ADDRESS = "127.0.0.1"


def main(*arguments: str) -> int:
    """0 after the server has ended, 1 when there is no release or the port is in use."""
    home = Path(os.environ.get("POVERTY_HOME") or "data").resolve()
    if not (home / "published" / "current" / "poverty.duckdb").exists():
        print("There is no published release in $POVERTY_HOME: `make run` makes one.", file=sys.stderr)
        return 1
    port = int(os.environ.get("POVERTY_SUPERSET_PORT") or 8088)
    with socket.socket() as one:
        if one.connect_ex((_ADDRESS, port)) == 0:
            print(f"Port {port} is in use: end what serves there, or set POVERTY_SUPERSET_PORT.", file=sys.stderr)
            return 1
    prepare(home)
    print("Setting Superset up; the first time takes a minute", flush=True)
    with redirect_stdout(StringIO()):  # migrations print too
        set_up()
    if arguments == ("--only-set-up",):
        return 0
    print(
        f"Superset: http://{_ADDRESS}:{port}  user {USER}, password in {state_of(home) / 'admin_password'}", flush=True
    )
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    # One process: DuckDB shares what it has read among threads.
    serve = ["--bind", f"{_ADDRESS}:{port}", "--threads", "8", "--timeout", "120", "--log-level", "warning"]
    return os.execv(gunicorn, [gunicorn, *serve, "superset.app:create_app()"])


def state_of(home: Path) -> Path:
    """Where the state and the secrets of Superset lie."""
    return home / "private" / "superset"


def prepare(home: Path) -> None:
    """Make the secrets of a home that has none, and tell Superset where they are."""
    os.umask(0o077)
    state_of(home).mkdir(parents=True, exist_ok=True)
    for name in ("secret_key", "admin_password"):
        path = state_of(home) / name
        if not path.exists():
            path.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    os.environ |= {
        "POVERTY_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(FOLDER / "superset_config.py"),
        "SUPERSET_HOME": str(state_of(home)),
        "FLASK_APP": "superset.app:create_app()",
    }


def set_up() -> Flask:
    """Bring the database of Superset up to date, with one user and what the bundle says."""
    from superset.app import create_app

    # Hundreds of lines of migrations, and warnings about Superset's own code.
    logging.disable(logging.WARNING)
    app = create_app()
    with app.app_context():
        import superset
        from flask_migrate import upgrade
        from superset import security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.utils.core import override_user

        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        superset.appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        password = (Path(os.environ["SUPERSET_HOME"]) / "admin_password").read_text(encoding="utf-8")
        admin = security_manager.find_user(USER)
        if admin is None:
            role = security_manager.find_role("Admin")
            admin = security_manager.add_user(USER, "Quản trị", "Superset", "admin@localhost", role, password)
        with override_user(admin):
            ImportAssetsCommand(bundle()).run()
    logging.disable(logging.NOTSET)
    return app


def bundle() -> dict[str, str]:
    """The files of the bundle by their names in it."""
    return {
        path.relative_to(BUNDLE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(BUNDLE.rglob("*.yaml"))
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
