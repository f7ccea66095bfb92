"""Bad weather between a program and a real server: a line that is slow, silent, cut, or a store that says it is full."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

FULL = (
    b"HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n"
)
NO_ROOM = b"<Error><Code>XMinioStorageFull</Code><Message>no room</Message></Error>"


class Weather:
    """A line to `server` at `url`. Set what is wrong with it; `connections` counts those that were opened."""

    def __init__(self, server: str) -> None:
        address = urlsplit(server)
        self._server = (str(address.hostname), int(address.port or 80))
        self._door = socket.socket()
        for way in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # what is on its way is little
            self._door.setsockopt(socket.SOL_SOCKET, way, 64 * 1024)
        self._door.bind(("127.0.0.1", 0))
        self._door.listen()
        login = address.netloc.rpartition("@")[0]
        here = f"127.0.0.1:{self._door.getsockname()[1]}"
        self.url = urlunsplit(address._replace(netloc=f"{login}@{here}" if login else here))
        self.connections = 0
        self.silent = False
        """Takes what is sent, and answers nothing."""
        self.pause = 0.0
        """Seconds before each 64 KiB that go to the server."""
        self.full_after: int | None = None
        """So many `PUT` are passed on; the others find no room."""
        self.cut_after: int | None = None
        """So many bytes come back on a connection, which then breaks."""
        self.stop_after: int | None = None
        """So many bytes come back on a connection, and no more."""
        self.held = 0
        """Connections that the program has not closed."""
        self._counting = threading.Lock()

    def serve(self) -> None:
        while True:
            try:
                inner, _ = self._door.accept()
            except OSError:
                return
            self.connections += 1
            self._hold(1)
            outer = socket.create_connection(self._server)
            threading.Thread(target=self._up, args=(inner, outer), daemon=True).start()
            threading.Thread(target=self._down, args=(inner, outer), daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _up(self, inner: socket.socket, outer: socket.socket) -> None:
        with suppress(OSError):
            while data := inner.recv(64 * 1024):
                if self._is_refused(data):
                    inner.sendall(FULL % len(NO_ROOM) + NO_ROOM)
                    inner.shutdown(socket.SHUT_WR)
                    while inner.recv(64 * 1024):
                        pass
                    break
                if self.silent:
                    continue
                time.sleep(self.pause)
                outer.sendall(data)
        self._hold(-1)
        _shut(outer)

    def _hold(self, more: int) -> None:
        with self._counting:
            self.held += more

    def _is_refused(self, data: bytes) -> bool:
        if self.full_after is None or not data.startswith(b"PUT "):
            return False
        self.full_after -= 1
        return self.full_after < 0

    def _down(self, inner: socket.socket, outer: socket.socket) -> None:
        count = 0
        with suppress(OSError):
            while data := outer.recv(64 * 1024):
                count += len(data)
                if self.cut_after is not None and count > self.cut_after:
                    break
                if self.stop_after is not None and count > self.stop_after:
                    continue
                inner.sendall(data)
        _shut(inner)


@contextmanager
def bad_weather(server: str) -> Iterator[Weather]:
    """A line to the server, fair until it is told otherwise."""
    weather = Weather(server)
    threading.Thread(target=weather.serve, daemon=True).start()
    try:
        yield weather
    finally:
        weather.close()


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
