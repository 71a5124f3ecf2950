"""Alerts: once for each thing that must be done, to a program and by e-mail, without a personal value."""

import json
import shutil
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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


class Mails:
    """What a server of this machine gets; it refuses one address."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self.logins: list[str] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, _: list[str]) -> str:
        if to.startswith("refused@"):
            return "550 no"
        envelope.rcpt_tos.append(to)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content.decode())
        return "250 ok"

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> object:
        self.logins.append(given.login.decode())
        return AuthResult(success=given.password == b"a password", handled=False)

    @contextmanager
    def served(self, host: str, **options: object) -> Iterator[int]:
        """A running server; gives its port."""
        with socket.create_server((host, 0)) as free:
            port = int(free.getsockname()[1])
        controller = Controller(self, hostname=host, port=port, **options)
        controller.start()
        try:
            yield port
        finally:
            controller.stop()


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What arrives at a server of this machine."""
    mails = Mails()
    with mails.served("127.0.0.1") as port:
        monkeypatch.setenv("POVERTY_SMTP_URL", f"smtp://127.0.0.1:{port}")
        yield mails.received


def _certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate for an address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


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


def test_another_machine_gets_it_over_tls_with_a_login_and_never_without(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = "127.0.0.2"  # of this machine, but not one of its own names
    certificate, key = _certificate(tmp_path, host)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("POVERTY_ALERT_EMAIL", "a@example.org")
    monkeypatch.setenv("POVERTY_SMTP_PASSWORD", "a password")
    mails = Mails()
    with mails.served(host) as port:
        monkeypatch.setenv("POVERTY_SMTP_URL", f"smtp://warehouse%40example.org@{host}:{port}")
        with pytest.raises(NotDeliveredError, match="SMTPNotSupportedError"):
            alerts.send(home, _TEST)
    options = {"require_starttls": True, "auth_required": True, "authenticator": mails.log_in}
    with mails.served(host, tls_context=context, **options) as port:
        monkeypatch.setenv("POVERTY_SMTP_URL", f"smtp://warehouse%40example.org@{host}:{port}")
        with pytest.raises(NotDeliveredError, match="SSLCertVerificationError"):
            alerts.send(home, _TEST)
        assert (mails.logins, mails.received) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        alerts.send(home, _TEST)
        (mail,) = mails.received
        assert "From: warehouse@example.org" in mail
        assert mails.logins == ["warehouse@example.org"]
        for wrong, error in (("another", "SMTPAuthenticationError"), ("mật khẩu", "UnicodeEncodeError")):
            monkeypatch.setenv("POVERTY_SMTP_PASSWORD", wrong)
            with pytest.raises(NotDeliveredError, match=error) as problem:
                alerts.send(home, _TEST)
            assert wrong not in str(problem.value)


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
