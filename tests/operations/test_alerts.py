"""Alerts: once for each thing that must be done, to a program and by e-mail, without a personal value."""

import json
import shutil
import socketserver
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from base.check_catalogue import load_checks
from base.home import Home
from base.machine import MachineError
from expectations.results import CheckResult
from ingestion.ingest import ingest
from operations import alerts
from operations.alerts import NotDeliveredError, send_new
from operations.state import Reason
from publication.check_results import dbt_results_path, save_results
from tests.support.homes import CLEAN_LANDING, SENT, copy_of, poverty

_TEST = [Reason("test", "Một câu thử.")]


class _Server(socketserver.StreamRequestHandler):
    """As much of SMTP as a client asks for."""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        while line := self.rfile.readline():
            verb = line.split(None, 1)[0].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.received.append(content.decode())  # type: ignore[attr-defined]
            if verb == b"RCPT" and b"refused@" in line:
                self.wfile.write(b"550 no\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
            if verb == b"QUIT":
                return


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What arrives at a server of this machine."""
    with socketserver.TCPServer(("127.0.0.1", 0), _Server) as server:
        server.received = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("POVERTY_SMTP_URL", f"smtp://127.0.0.1:{server.server_address[1]}")
        yield server.received  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("made") / "home").create()
    shutil.copyfile(CLEAN_LANDING / SENT, home.landing / "a.xlsx")
    (home.landing / "Trần Thị Canary.xlsx").touch()
    ingest(home, workers=1)
    return home


@pytest.fixture
def home(made: Home, tmp_path: Path) -> Home:
    """A home with a rejected place of landing."""
    return copy_of(made, tmp_path / "home")


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program of the alerts writes what it got."""
    target = tmp_path / "said here.json"
    program = tmp_path / "hook.py"
    program.write_text(
        "import os, sys\nassert 'POVERTY_SMTP_PASSWORD' not in os.environ\n"
        "open(sys.argv[1], 'w').write(sys.stdin.read())\n"
    )
    monkeypatch.setenv("POVERTY_SMTP_PASSWORD", "secret")
    monkeypatch.setenv("POVERTY_ALERT_COMMAND", f"{sys.executable} '{program}' '{target}'")
    return target


def codes(reasons: list[Reason]) -> list[str]:
    return [reason.code for reason in reasons]


def test_a_program_gets_each_alert_once(home: Home, said: Path) -> None:
    assert codes(send_new(home)) == ["files_rejected"]
    sent = json.loads(said.read_text(encoding="utf-8"))
    assert sent["alerts"][0]["code"] == "files_rejected"
    assert "1 rejected files" in sent["alerts"][0]["sentence"]
    assert "Canary" not in said.read_text(encoding="utf-8")
    assert send_new(home) == []
    (home.landing / "b.xlsx").touch()
    ingest(home, workers=1)
    assert codes(send_new(home)) == ["files_rejected"]
    for path in home.landing.glob("*.xlsx"):
        path.unlink()
    ingest(home, workers=1)
    assert send_new(home) == []
    (home.landing / "b.xlsx").touch()
    ingest(home, workers=1)
    assert codes(send_new(home)) == ["files_rejected"]


def test_a_failed_check_and_a_broken_registry_are_alerts(home: Home, said: Path) -> None:
    code = next(code for code, check in load_checks().items() if check.blocks == "release")
    result = CheckResult("area_sums", code, "name", "marts.area_year", "error", False, "3", "0", datetime.now(UTC))
    save_results(dbt_results_path(home), [result])
    assert "check_failed" in codes(send_new(home))
    assert "area_sums" in said.read_text(encoding="utf-8")
    home.registry.write_text("{}\n")
    assert codes(send_new(home)) == ["broken"]


def test_an_e_mail_arrives(home: Home, mails: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_ALERT_EMAIL", "a@example.org, b@example.org")
    assert codes(send_new(home)) == ["files_rejected"]
    (mail,) = mails
    assert "Subject: poverty: files_rejected" in mail
    assert "To: a@example.org, b@example.org" in mail
    assert "From: a@example.org" in mail
    assert "1 rejected files" in mail


def test_what_was_not_delivered_is_sent_again(home: Home, mails: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POVERTY_ALERT_EMAIL", "refused@example.org")
    with pytest.raises(NotDeliveredError, match=r"not taken by 127\.0\.0\.1 \(SMTPRecipientsRefused\)"):
        send_new(home)
    monkeypatch.setenv("POVERTY_ALERT_EMAIL", "a@example.org")
    assert codes(send_new(home)) == ["files_rejected"]
    assert len(mails) == 1


@pytest.mark.parametrize(
    ("command", "sentence"), [("false", "exit code 1"), ("no-such-program", "cannot be started"), ("'", "cannot be")]
)
def test_a_program_that_fails_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch, command: str, sentence: str
) -> None:
    monkeypatch.setenv("POVERTY_ALERT_COMMAND", command)
    with pytest.raises(NotDeliveredError, match=sentence):
        alerts.send(home, _TEST)


@pytest.mark.parametrize("url", ["mail.example.org", "http://a", "smtp://a:b", "smtp://user:secret@host", "smtp://"])
def test_a_wrong_server_is_refused_without_its_password(home: Home, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("POVERTY_ALERT_EMAIL", "a@example.org")
    monkeypatch.setenv("POVERTY_SMTP_URL", url)
    with pytest.raises(MachineError, match="POVERTY_SMTP_URL must be") as problem:
        alerts.send(home, _TEST)
    assert "secret" not in str(problem.value)


@pytest.mark.build
def test_the_command_sends_a_test(home: Home, said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Sent: A test" in poverty(home, "alert", "--test").stdout
    assert json.loads(said.read_text(encoding="utf-8"))["alerts"][0]["code"] == "test"
    monkeypatch.setenv("POVERTY_ALERT_COMMAND", "false")
    assert "exit code 1" in poverty(home, "alert", expect=1).stderr
    monkeypatch.delenv("POVERTY_ALERT_COMMAND")
    assert "Nobody wants alerts" in poverty(home, "alert", expect=2).stderr
