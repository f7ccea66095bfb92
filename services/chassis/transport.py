"""py-amqp's socket with fewer system calls: the larger part of what a call costs.

py-amqp asks the kernel three times for each frame it reads (header, payload, end mark), nine times a message; here
one read takes whatever has arrived. An answer and its acknowledgement leave in one write instead of two. TLS
connections keep py-amqp's own transport.

Several greenthreads publish on a connection that another one reads. py-amqp looks for `connection.blocked` notices by
reading from the socket before each publish; with two readers, frames get lost and the connection hangs. So the notice
is not negotiated: a broker short of memory then simply stops taking what is sent, and callers meet their deadline.
"""

import time
from typing import Any

import amqp
from amqp.connection import NEGOTIATE_CAPABILITIES
from amqp.transport import TCPTransport
from kombu.transport import pyamqp

_READ = 65536
_WRITE_SECONDS = 20
_CAPABILITIES = {**NEGOTIATE_CAPABILITIES, "connection.blocked": False}


class BufferedTransport(TCPTransport):
    """Reads all there is, and can send several frames as one.

    Under eventlet a write may switch to another greenthread that writes too. What comes while a write is on its way,
    or while frames are being gathered, is appended and sent by whoever is sending, in order.
    """

    def _setup_transport(self) -> None:
        super()._setup_transport()
        receive = self.sock.recv
        self._quick_recv = lambda wanted: receive(max(wanted, _READ))
        self._write = self._write_in_order
        self._waiting = bytearray()
        self._gathering = 0
        self._sending = False

    def _write_in_order(self, frame: Any) -> None:
        if self._gathering or self._sending:
            self._waiting += frame
            return
        self._flush(frame)

    def _flush(self, frame: Any) -> None:
        self._sending = True
        try:
            while frame:
                self._send_whole(memoryview(frame))
                frame, self._waiting = self._waiting, bytearray()
        finally:
            self._sending = False

    def _send_whole(self, rest: memoryview) -> None:
        """`sendall`, but outliving the short timeout that the reader of the same socket sets for itself."""
        patience = time.monotonic() + _WRITE_SECONDS
        while rest:
            try:
                rest = rest[self.sock.send(rest) :]
            except TimeoutError:
                if time.monotonic() > patience:
                    raise

    def hold(self) -> None:
        """What is written from here on waits for `let_go`."""
        self._gathering += 1

    def let_go(self) -> None:
        """Sends what waited in one piece; must follow each `hold`."""
        self._gathering -= 1
        if self._waiting and not self._gathering and not self._sending:
            frame, self._waiting = self._waiting, bytearray()
            self._flush(frame)


class _Buffered:
    negotiate_capabilities = _CAPABILITIES

    def Transport(
        self, host: str, connect_timeout: float | None, ssl: Any = False, *args: Any, **kwargs: Any
    ) -> Any:
        if ssl:
            return super().Transport(host, connect_timeout, ssl, *args, **kwargs)  # type: ignore[misc]
        return BufferedTransport(host, connect_timeout, *args, **kwargs)


class Connection(_Buffered, amqp.Connection):
    """A py-amqp connection on the buffered transport."""


class _KombuConnection(_Buffered, pyamqp.Connection):
    """The same below kombu."""


class KombuTransport(pyamqp.Transport):
    """What kombu is given as `transport=`."""

    Connection = _KombuConnection
