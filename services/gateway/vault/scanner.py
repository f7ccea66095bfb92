"""The virus scan by clamd, fed while the file passes (its INSTREAM command): nothing is kept for it.

ESPACE_CLAMD_URL: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`. Empty: no scan.
"""

import socket
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_PIECE = 64 * 1024


class ScannerAway(Exception):
    """clamd does not answer, or not in its language."""


class Infected(Exception):
    """clamd named something. `args[0]`: its name."""


class Scan:
    """One scan. Feed it everything, then ask for the verdict."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        address = urlsplit(url)
        try:
            if address.scheme == "unix":
                self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._line.settimeout(timeout)
                self._line.connect(address.path)
            else:
                where = (address.hostname or "127.0.0.1", address.port or 3310)
                self._line = socket.create_connection(where, timeout)
            self._line.sendall(b"zINSTREAM\0")
        except OSError as error:
            raise ScannerAway from error

    def feed(self, data: bytes) -> None:
        """Passes a piece on. Raises ScannerAway."""
        try:
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                self._line.sendall(len(piece).to_bytes(4, "big") + piece)
        except OSError as error:
            raise ScannerAway from error

    def finish(self) -> None:
        """Returns when the file is clean. Raises Infected, ScannerAway."""
        answer = b""
        try:
            self._line.sendall(b"\0\0\0\0")
            while not answer.endswith(b"\0"):
                piece = self._line.recv(4096)
                if not piece:
                    break
                answer += piece
        except OSError as error:
            raise ScannerAway from error
        said = answer.rstrip(b"\0").decode("utf-8", "replace")
        if said.endswith(" FOUND"):
            raise Infected(said.removeprefix("stream: ").removesuffix(" FOUND"))
        if said != "stream: OK":
            raise ScannerAway(said)

    def close(self) -> None:
        """Lets go of the line."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()
