"""A mailbox by POP3 (RFC 1939), over a store of messages: one account, one reader at a time, loopback only."""

from __future__ import annotations

import hmac
import socketserver
import threading
from typing import Any

from deploy.local.mail.store import MailStore

LONGEST_LINE = 512


class Mailbox(socketserver.ThreadingTCPServer):
    """The server. Removals are done at QUIT, as the protocol wants."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, store: MailStore, user: str, password: str) -> None:
        super().__init__(("127.0.0.1", port), _Conversation)
        self.store, self.user, self.password = store, user, password
        self.in_use = threading.Lock()


class _Refused(Exception):
    """« -ERR », with the reason."""


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox
    timeout = 60

    def handle(self) -> None:
        self._user = ""
        self._messages: list[tuple[str, bytes]] | None = None
        self._removed: set[int] = set()
        try:
            self._converse()
        except (OSError, UnicodeDecodeError):
            pass
        finally:
            if self._messages is not None:
                self.server.in_use.release()

    def _converse(self) -> None:
        self._say("+OK mailbox of returns")
        while line := self.rfile.readline(LONGEST_LINE):
            verb, _, argument = line.decode("ascii").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._quit()
                return
            answer = getattr(self, f"do_{verb.upper()}", None)
            try:
                if answer is None:
                    raise _Refused("unknown command")
                answer(argument.split())
            except _Refused as refusal:
                self._say(f"-ERR {refusal}")

    def do_CAPA(self, _words: list[str]) -> None:  # noqa: N802
        self._lines("+OK", [b"USER", b"UIDL", b"TOP"])

    def do_NOOP(self, _words: list[str]) -> None:  # noqa: N802
        self._say("+OK")

    def do_USER(self, words: list[str]) -> None:  # noqa: N802
        self._user = " ".join(words)
        self._say("+OK")

    def do_PASS(self, words: list[str]) -> None:  # noqa: N802
        good = hmac.compare_digest(" ".join(words), self.server.password) and self._user == self.server.user
        if not good or self._messages is not None:
            raise _Refused("no")
        if not self.server.in_use.acquire(blocking=False):
            raise _Refused("[IN-USE] another reader is there")
        self._messages = self.server.store.raw()
        self._say("+OK")

    def do_STAT(self, _words: list[str]) -> None:  # noqa: N802
        kept = self._kept()
        self._say(f"+OK {len(kept)} {sum(len(content) for _, _, content in kept)}")

    def do_LIST(self, words: list[str]) -> None:  # noqa: N802
        if words:
            number, _, content = self._one(words)
            self._say(f"+OK {number} {len(content)}")
            return
        self._lines("+OK", [f"{number} {len(content)}".encode() for number, _, content in self._kept()])

    def do_UIDL(self, words: list[str]) -> None:  # noqa: N802
        if words:
            number, uid, _ = self._one(words)
            self._say(f"+OK {number} {uid}")
            return
        self._lines("+OK", [f"{number} {uid}".encode() for number, uid, _ in self._kept()])

    def do_RETR(self, words: list[str]) -> None:  # noqa: N802
        self._lines("+OK", self._one(words)[2].splitlines())

    def do_TOP(self, words: list[str]) -> None:  # noqa: N802
        lines = self._one(words)[2].splitlines()
        end = lines.index(b"") if b"" in lines else len(lines)
        self._lines("+OK", lines[: end + 1 + int(words[1] if len(words) > 1 else 0)])

    def do_DELE(self, words: list[str]) -> None:  # noqa: N802
        self._removed.add(self._one(words)[0])
        self._say("+OK")

    def do_RSET(self, _words: list[str]) -> None:  # noqa: N802
        self._removed.clear()
        self._say("+OK")

    def _quit(self) -> None:
        for number in self._removed:
            self.server.store.remove((self._messages or [])[number - 1][0])
        self._say("+OK")

    def _kept(self) -> list[tuple[int, str, bytes]]:
        """(number, id, content) of what was not removed."""
        if self._messages is None:
            raise _Refused("say who you are first")
        return [
            (number, uid, content)
            for number, (uid, content) in enumerate(self._messages, start=1)
            if number not in self._removed
        ]

    def _one(self, words: list[str]) -> tuple[int, str, bytes]:
        for each in self._kept():
            if words and words[0] == str(each[0]):
                return each
        raise _Refused("no such message")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _lines(self, first: str, lines: list[bytes]) -> None:
        """Several lines; one that begins with a dot gets another."""
        self._say(first)
        stuffed: list[Any] = [b"." + line if line.startswith(b".") else line for line in lines]
        self.wfile.write(b"".join(line + b"\r\n" for line in [*stuffed, b"."]))
