"""A mail server on this machine."""

from __future__ import annotations

import socketserver


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server on this machine that takes everything, or at its first DATA says what it is told to."""

    allow_reuse_address = True

    def __init__(self, host: str = "127.0.0.1", handler: type[Takes] | None = None) -> None:
        self.letters: list[str] = []
        self.refusal = ""
        super().__init__((host, 0), handler or Takes)


class Takes(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        self.talk()

    def talk(self) -> None:
        for line in self.rfile:
            word = line.upper().split()[0]
            if word == b"DATA":
                self.data()
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.other(word)

    def other(self, _: bytes) -> None:
        self.wfile.write(b"250 ok\r\n")

    def data(self) -> None:
        self.wfile.write(b"354 go on\r\n")
        letter = b"".join(iter(self.rfile.readline, b".\r\n"))
        if self.server.refusal:
            self.wfile.write(self.server.refusal.encode() + b"\r\n")
            self.server.refusal = ""
            return
        self.server.letters.append(letter.decode())
        self.wfile.write(b"250 taken\r\n")
