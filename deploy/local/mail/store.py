"""Caught messages: one .eml file each, newest first when listed."""

from __future__ import annotations

import email
import email.policy
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class CaughtMail:
    """One message. `caught_at` is real time, in UTC; `recipients` is the envelope's list, not the header's."""

    id: str
    caught_at: datetime
    sender: str
    envelope_sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "caught_at": self.caught_at.isoformat()}


class MailStore:
    """A folder of messages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes, sender: str, recipients: list[str]) -> str:
        """Store a message with its envelope; returns its id."""
        stamp = f"{time.time_ns():020d}"
        envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
        fresh = self._folder / f"{stamp}.new"
        fresh.write_bytes(envelope.encode() + content)
        fresh.rename(self._folder / f"{stamp}.eml")
        return stamp

    def list(self) -> list[CaughtMail]:
        return [read_mail(path) for path in sorted(self._folder.glob("*.eml"), reverse=True)]

    def find(self, mail_id: str) -> CaughtMail | None:
        path = self._folder / f"{mail_id}.eml"
        return read_mail(path) if mail_id.isdigit() and path.exists() else None

    def raw(self) -> list[tuple[str, bytes]]:
        """(id, content) of each message, oldest first."""
        return [(path.stem, path.read_bytes()) for path in sorted(self._folder.glob("*.eml"))]

    def content(self, mail_id: str) -> bytes:
        """A message as it came, behind two lines of envelope."""
        return (self._folder / f"{mail_id}.eml").read_bytes()

    def remove(self, mail_id: str) -> None:
        (self._folder / f"{mail_id}.eml").unlink(missing_ok=True)

    def empty(self) -> None:
        for path in self._folder.glob("*.eml"):
            path.unlink(missing_ok=True)


@lru_cache(
    maxsize=2_000
)  # a message never changes; reading one anew takes a millisecond, and a list shows hundreds
def read_mail(path: Path) -> CaughtMail:
    """A stored file as a message; what is missing is empty."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return CaughtMail(
        id=path.stem,
        caught_at=datetime.fromtimestamp(int(path.stem) / 1e9, UTC),
        sender=str(message.get("From", message.get("X-Envelope-From", ""))),
        envelope_sender=str(message.get("X-Envelope-From", "")),
        recipients=tuple(
            name.strip() for name in str(message.get("X-Envelope-To", "")).split(",") if name.strip()
        ),
        subject=str(message.get("Subject", "")),
        text=_find_body(message, "plain"),
        html=_find_body(message, "html"),
        attachments=tuple(part.get_filename() or "" for part in message.iter_attachments()),
    )


def _find_body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
