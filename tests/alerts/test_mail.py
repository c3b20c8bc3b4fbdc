"""A mail of which nobody knows whether it arrived is told as that."""

from __future__ import annotations

import socket
import socketserver
import threading

import pytest

from alerts.channels import Email, UncertainError
from tests.alerts.test_delivery import ALERT, START, _Takes


def test_a_mail_server_that_hangs_up_leaves_it_uncertain() -> None:
    class HangsUp(_Takes):
        def _data(self) -> None:
            self.wfile.write(b"354 go on\r\n")
            self.rfile.readline()
            self.connection.shutdown(socket.SHUT_RDWR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), HangsUp) as box:
        threading.Thread(target=box.serve_forever, args=(0.01,), daemon=True).start()
        mail = Email(f"smtp://127.0.0.1:{box.server_address[1]}", "a@b.org", ("c@d.org",), "http://h", "", "", 5)
        with pytest.raises(UncertainError):
            mail.send([ALERT], START)
        box.shutdown()
