"""A delivery report, as another mail server sends one when a mail cannot be delivered (RFC 3464)."""

from __future__ import annotations

from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

REASONS = {
    "5.1.1": "550 5.1.1 no such user here",
    "5.2.2": "552 5.2.2 mailbox full",
    "4.4.7": "delivery time expired",
}
"""What one may choose: the address is unknown, the mailbox is full, the server did not answer for days."""


def compose_report(original: bytes, sender: str, recipient: str, status: str = "5.1.1") -> bytes:
    """The report on `original`, from the server of `recipient` to the envelope's `sender`."""
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report["From"] = "MAILER-DAEMON@mx.exemple.test"
    report["To"] = sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Auto-Submitted"] = "auto-replied"
    report["Date"] = formatdate()
    report["Message-ID"] = make_msgid(domain="mx.exemple.test")
    report.attach(MIMEText(f"I could not deliver your message to {recipient}.\n\n{REASONS[status]}\n"))
    report.attach(_status(recipient, status))
    headers = original.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    report.attach(MIMEText(headers.decode("utf-8", "replace"), "rfc822-headers"))
    return report.as_bytes()


def _status(recipient: str, status: str) -> Message:
    whole, one = Message(), Message()
    whole["Reporting-MTA"] = "dns; mx.exemple.test"
    one["Final-Recipient"] = f"rfc822; {recipient}"
    one["Action"] = "failed"
    one["Status"] = status
    one["Diagnostic-Code"] = f"smtp; {REASONS[status]}"
    part = Message()
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([whole, one])
    return part
