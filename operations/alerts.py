"""Alerts: what must be done and was not sent before goes to a program and by e-mail. No personal value.

What was sent is kept in `logs/alerts.json`; what is done with is forgotten, so that it is sent when it comes back.
"""

import json
import os
import shlex
import smtplib
import ssl
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from base.home import Home
from base.machine import MachineError
from base.product import product_version
from base.whole_file import BrokenFileError, write_whole
from ingestion.published_heads import open_registry
from ingestion.registry import BrokenRegistryError
from operations.state import Reason, to_do

COMMAND, EMAIL, SMTP_URL, SMTP_PASSWORD = (
    "POVERTY_ALERT_COMMAND",
    "POVERTY_ALERT_EMAIL",
    "POVERTY_SMTP_URL",
    "POVERTY_SMTP_PASSWORD",
)
# What waits for the next run anyway is no alert.
ALERTED = (
    "broken",
    "run_failed",
    "check_failed",
    "little_disk",
    "correction_not_counted",
    "files_rejected",
    "year_late",
)
_SECRET = (SMTP_PASSWORD, "POVERTY_BACKUP_PASSPHRASE", "POVERTY_POSTGRES_URL")
_SECONDS = 60
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class NotDeliveredError(RuntimeError):
    """An alert did not arrive; the message says where it stopped, in one sentence."""


def is_set_up() -> bool:
    """Whether anybody wants alerts."""
    return bool(os.environ.get(COMMAND) or os.environ.get(EMAIL))


def send_new(home: Home) -> list[Reason]:
    """Send what was not sent before; returns it. Raises NotDeliveredError: then all of it is sent again next time."""
    reasons = [reason for reason in _reasons(home) if reason.code in ALERTED]
    before = _sent_before(home)
    new = [one for one in reasons if one.code not in before or not set(one.about) <= set(before[one.code])]
    if new:
        send(home, new)
    now = {reason.code: list(reason.about) for reason in reasons}
    if now != before:
        write_whole(_path(home), json.dumps(now) + "\n")
    return new


def send(home: Home, reasons: Sequence[Reason]) -> None:
    """Send sentences to every place that is set. Raises NotDeliveredError, MachineError."""
    if os.environ.get(COMMAND):
        _call(os.environ[COMMAND], home, reasons)
    if os.environ.get(EMAIL):
        _mail(os.environ[EMAIL], home, reasons)


def _reasons(home: Home) -> list[Reason]:
    try:
        return to_do(home, open_registry(home))
    except (BrokenFileError, BrokenRegistryError) as problem:
        return [Reason("broken", str(problem))]


def _path(home: Home) -> Path:
    return home.logs / "alerts.json"


def _sent_before(home: Home) -> dict[str, list[str]]:
    with suppress(FileNotFoundError, ValueError):
        return dict(json.loads(_path(home).read_text(encoding="utf-8")))
    return {}


def _call(command: str, home: Home, reasons: Sequence[Reason]) -> None:
    """Give the alerts to a program as JSON on its input; no shell reads its name."""
    content = {
        "home": str(home.root),
        "productVersion": product_version(),
        "alerts": [{"code": reason.code, "sentence": reason.sentence} for reason in reasons],
    }
    environment = {name: value for name, value in os.environ.items() if name not in _SECRET}
    try:
        done = subprocess.run(
            shlex.split(command),
            input=json.dumps(content, ensure_ascii=False).encode(),
            env=environment,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotDeliveredError(f"The program of {COMMAND} did not end in {_SECONDS} seconds.") from None
    except (OSError, ValueError):
        raise NotDeliveredError(f"The program of {COMMAND} cannot be started.") from None
    if done.returncode:
        raise NotDeliveredError(f"The program of {COMMAND} ended with exit code {done.returncode}.")


def _mail(addresses: str, home: Home, reasons: Sequence[Reason]) -> None:
    """Send one e-mail to all addresses, over TLS where the server is another machine."""
    url = _smtp_url()
    message = EmailMessage()
    message["Subject"] = f"poverty: {', '.join(reason.code for reason in reasons)}"
    message["To"] = addresses
    message["From"] = _sender(addresses, url)
    message.set_content("\n".join([*(reason.sentence for reason in reasons), "", f"Home: {home.root}"]))
    try:
        with _connected(url) as server:
            if url.username:
                server.login(unquote(url.username), os.environ.get(SMTP_PASSWORD, ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException, UnicodeError) as problem:  # its words may repeat what was sent
        raise NotDeliveredError(
            f"The e-mail was not taken by {url.hostname} ({type(problem).__name__}): see {SMTP_URL}, {SMTP_PASSWORD} "
            f"and {EMAIL}."
        ) from None


def _smtp_url() -> SplitResult:
    url = urlsplit(os.environ.get(SMTP_URL) or "smtp://localhost:25")
    try:
        is_known = url.scheme in ("smtp", "smtps") and bool(url.hostname) and (url.port or True)
    except ValueError:
        is_known = False
    if not is_known or url.password:
        raise MachineError(
            f"{SMTP_URL} must be smtp://USER@HOST:PORT or smtps://USER@HOST:PORT, the password in {SMTP_PASSWORD}."
        )
    return url


def _sender(addresses: str, url: SplitResult) -> str:
    """Who sends: the account at the server where it is an address, else the first who receives."""
    user = unquote(url.username or "")
    return user if "@" in user else addresses.split(",")[0].strip()


def _connected(url: SplitResult) -> smtplib.SMTP:
    host = str(url.hostname)
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, url.port or 25, timeout=_SECONDS)
    if host not in _OWN_MACHINE:
        server.starttls(context=context)
    return server
