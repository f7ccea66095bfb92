"""The connections to the object store: patient with what moves, however slowly, and not with silence.

A part is sent in slices, and the system holds few of them, so that the patience of the socket counts from the last
slice that the store took, not from the first. A store that was silent once is not asked again: whoever waits here
holds a thread of the site.
"""

import socket
from types import TracebackType
from typing import Any, Self

import urllib3
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ReadTimeoutError

PATIENCE = 15.0
"""Seconds of silence."""

_CONNECT = 3.0
_SLICE = 256 * 1024


class _Retry(urllib3.Retry):
    """Again after a lost connection or a refusal for the moment; never after silence."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: urllib3.BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if error is not None and _is_silence(error):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


class _Line(HTTPConnection):
    def send(self, data: Any) -> None:
        for piece in _slices(data):
            super().send(piece)


class _SecureLine(HTTPSConnection):
    def send(self, data: Any) -> None:
        for piece in _slices(data):
            super().send(piece)


class _Lines(HTTPConnectionPool):
    ConnectionCls = _Line


class _SecureLines(HTTPSConnectionPool):
    ConnectionCls = _SecureLine


def open_lines(patience: float = PATIENCE) -> urllib3.PoolManager:
    """What the store's client asks through."""
    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=min(_CONNECT, patience), read=patience),
        maxsize=16,
        socket_options=[
            *HTTPConnection.default_socket_options,
            (socket.SOL_SOCKET, socket.SO_SNDBUF, _SLICE),
        ],
        retries=_Retry(total=2, backoff_factor=0.2, status_forcelist=[502, 503, 504]),
    )
    pool.pool_classes_by_scheme = {"http": _Lines, "https": _SecureLines}
    return pool


def _is_silence(error: Exception) -> bool:
    """It did not answer, or took no more bytes: the second is told as an aborted connection, with what aborted it."""
    return isinstance(error, ReadTimeoutError) or any(isinstance(each, TimeoutError) for each in error.args)


def _slices(data: Any) -> list[Any]:
    if not isinstance(data, (bytes, memoryview)) or len(data) <= _SLICE:
        return [data]
    whole = memoryview(data)
    return [whole[at : at + _SLICE] for at in range(0, len(whole), _SLICE)]
