"""What a message in the mailbox of returns says: a delivery report (RFC 3464) on one of our mails, or nothing of use.

Pure: bytes in, a `Report` or None out, whatever the bytes. Which mail it is about is read in the address it came to
(each mail has its own sender), else in the Message-ID of the mail it gives back.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from enum import StrEnum

from accounts.mailing.refused import LONGEST, reason_of
from contracts.accounts.mail import Why

_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_DRAWN = "([0-9a-f]{32})"
_MESSAGE_ID = re.compile(rb"^message-id:\s*<[^>\s]*?\b([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class Action(StrEnum):
    """RFC 3464, 2.3.3. `failed` is the end of it; `delayed`: the other server goes on trying by itself."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True)
class Report:
    """What became of a mail. `status` as in RFC 3463, « 5.1.1 »; « 5.0.0 » when the report gives none."""

    token: str
    action: Action
    status: str
    diagnostic: str

    @property
    def why(self) -> Why:
        """The reason."""
        return reason_of(self.status)

    @property
    def is_permanent(self) -> bool:
        """Trying again is no use."""
        return self.action is Action.FAILED and not self.status.startswith("4")


def find_token(raw: bytes, bounce_address: str) -> str | None:
    """Whose sender the message came back to; None when it is about none of our mails."""
    message = message_from_bytes(raw, policy=compat32)
    if "{token}" in bounce_address:
        before, _, after = bounce_address.partition("{token}")
        pattern = re.compile(re.escape(before) + _DRAWN + re.escape(after), re.IGNORECASE)
        for name in _HEADERS:
            for value in message.get_all(name, []):
                if found := pattern.search(str(value)):
                    return found[1].lower()
    ids: list[bytes] = _MESSAGE_ID.findall(raw)
    return ids[-1].decode().lower() if ids else None


def read_report(raw: bytes, bounce_address: str) -> Report | None:
    """The report on one of our mails; None for a reply, an out-of-office note, anything else."""
    token = find_token(raw, bounce_address)
    status = _delivery_status(message_from_bytes(raw, policy=compat32))
    if token is None or status is None:
        return None
    for block in status:
        word = _field(block, "Action").lower()
        if word not in set(Action):
            continue
        diagnostic = _field(block, "Diagnostic-Code")
        found = _STATUS.search(_field(block, "Status")) or _STATUS.search(diagnostic)
        return Report(token, Action(word), found[0] if found else "5.0.0", diagnostic[:LONGEST])
    return None


def _delivery_status(message: Message) -> list[Message] | None:
    """The blocks of the machine-readable part, one for the message and one for each recipient."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            return (
                [block for block in blocks if isinstance(block, Message)]
                if isinstance(blocks, list)
                else None
            )
    return None


def _field(block: Message, name: str) -> str:
    """A field on one line, without its type: « rfc822; », « smtp; »."""
    text = " ".join(str(block.get(name, "")).split())
    kind, separator, rest = text.partition(";")
    return rest.strip() if separator and name == "Diagnostic-Code" and kind.isalnum() else text
