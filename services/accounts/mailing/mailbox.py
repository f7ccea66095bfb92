"""The mailbox where undelivered mail lands, read by POP3. Removals count once the conversation ends well."""

import poplib
import ssl
from typing import Any, Self
from urllib.parse import unquote, urlsplit

TIMEOUT = 15
LARGEST = 2 * 1024 * 1024
"""Bytes: a report gives back one of our mails, which are small."""


class MailboxAway(Exception):
    """The mailbox cannot be read for now: another reader holds it, the server is away, the password is wrong."""


class Unreadable(Exception):
    """One message cannot be fetched (a line too long, too many bytes); the conversation is over."""


class Mailbox:
    """One conversation. `url`: pop3s://user:password@host:port, pop3:// without TLS. Raises MailboxAway."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host, port = str(parts.hostname), parts.port
        try:
            if parts.scheme == "pop3s":
                context = ssl.create_default_context()
                self._server: poplib.POP3 = poplib.POP3_SSL(
                    host, port or 995, timeout=TIMEOUT, context=context
                )
            else:
                self._server = poplib.POP3(host, port or 110, timeout=TIMEOUT)
            self._server.user(unquote(parts.username or ""))
            self._server.pass_(unquote(parts.password or ""))
        except (OSError, EOFError, poplib.error_proto) as problem:
            raise MailboxAway(str(problem)) from problem

    def list(self) -> list[tuple[int, str]]:
        """(number, lasting id) of each message, oldest first. Raises MailboxAway."""
        try:
            _, lines, _ = self._server.uidl()
        except (OSError, EOFError, poplib.error_proto) as problem:
            raise MailboxAway(str(problem)) from problem
        pairs = (line.decode("ascii", "replace").split() for line in lines)
        return [(int(pair[0]), pair[1]) for pair in pairs if len(pair) == 2]

    def read(self, number: int) -> bytes:
        """A message. Raises Unreadable."""
        try:
            answer: Any = self._server.list(number)  # « +OK number size », whatever the type checker is told
            size = int(answer.split()[2])
            if size > LARGEST:
                raise Unreadable(f"{size} bytes")
            _, lines, _ = self._server.retr(number)
        except (OSError, EOFError, ValueError, poplib.error_proto) as problem:
            raise Unreadable(str(problem)) from problem
        return b"\r\n".join(lines)

    def remove(self, number: int) -> None:
        """Removes a message, when the conversation ends. Raises MailboxAway."""
        try:
            self._server.dele(number)
        except (OSError, EOFError, poplib.error_proto) as problem:
            raise MailboxAway(str(problem)) from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._server.quit()
        except (OSError, EOFError, poplib.error_proto):
            self._server.close()
