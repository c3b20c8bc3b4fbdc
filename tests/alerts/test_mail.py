"""Mail goes out encrypted, to a server that is who it says; and one of which nobody knows is told as that."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.channels import Email, RefusedError, UncertainError
from tests.alerts.mailbox import Mailbox, Takes
from tests.alerts.test_delivery import ALERT, START

# Not among the names of this machine that are sent to without encryption, and yet this machine.
ELSEWHERE = "127.0.0.2"


@contextlib.contextmanager
def serving(box: socketserver.TCPServer) -> Iterator[int]:
    """The server at work; its port."""
    threading.Thread(target=box.serve_forever, args=(0.01,), daemon=True).start()
    yield box.server_address[1]
    box.shutdown()


def mail(server: str, seconds: float = 5) -> Email:
    return Email(server, "a@b.org", ("c@d.org",), "http://h", "", "", seconds)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ELSEWHERE and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(ELSEWHERE))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("mail") / "mail.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Encrypted(Mailbox):
    """A mailbox at ELSEWHERE that encrypts from the first byte, or when it is asked to."""

    def __init__(self, certificate: Path, *, at_once: bool) -> None:
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(certificate)
        self.in_clear = 0
        super().__init__(ELSEWHERE, Encrypts)
        if at_once:
            self.socket = self.context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up for want of trust is no noise in the output of tests."""


class Encrypts(Takes):
    server: Encrypted

    def other(self, word: bytes) -> None:
        if word == b"STARTTLS":
            self.wfile.write(b"220 go on\r\n")
            self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.talk()
        else:
            self.wfile.write(b"250-here\r\n250 STARTTLS\r\n" if word == b"EHLO" else b"250 ok\r\n")

    def data(self) -> None:
        self.server.in_clear += not isinstance(self.connection, ssl.SSLSocket)
        super().data()


@pytest.mark.parametrize(("scheme", "at_once"), [("smtp", False), ("smtps", True)])
def test_mail_to_another_machine_goes_encrypted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, at_once: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Encrypted(certificate, at_once=at_once) as box, serving(box) as port:
        mail(f"{scheme}://{ELSEWHERE}:{port}").send([ALERT], START)
    [letter] = box.letters
    assert ALERT.title in letter
    assert box.in_clear == 0


@pytest.mark.parametrize(("scheme", "at_once"), [("smtp", False), ("smtps", True)])
def test_nothing_is_sent_to_a_server_whose_certificate_nobody_vouches_for(
    certificate: Path, scheme: str, at_once: bool
) -> None:
    with (
        Encrypted(certificate, at_once=at_once) as box,
        serving(box) as port,
        pytest.raises(RefusedError, match=r"not reached: .*certificate verify failed"),
    ):
        mail(f"{scheme}://{ELSEWHERE}:{port}").send([ALERT], START)
    assert box.letters == []


def test_nothing_is_sent_in_clear_where_the_server_cannot_encrypt() -> None:
    with (
        Mailbox(ELSEWHERE) as box,
        serving(box) as port,
        pytest.raises(RefusedError, match=r"not reached: STARTTLS extension not supported"),
    ):
        mail(f"smtp://{ELSEWHERE}:{port}").send([ALERT], START)
    assert box.letters == []


def test_a_mail_server_that_hangs_up_leaves_it_uncertain() -> None:
    class HangsUp(Takes):
        def data(self) -> None:
            self.wfile.write(b"354 go on\r\n")
            self.rfile.readline()
            self.connection.shutdown(socket.SHUT_RDWR)

    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as box,
        serving(box) as port,
        pytest.raises(UncertainError),
    ):
        mail(f"smtp://127.0.0.1:{port}").send([ALERT], START)
