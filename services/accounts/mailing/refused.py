"""What another mail server meant by its refusal.

RFC 5321: 4xx is for now, 5xx for good. RFC 3463: the same in three numbers, the first 4 or 5, the others the reason.
"""

import re
import smtplib
from dataclasses import dataclass

from contracts.accounts.mail import Why

LONGEST = 500
OUR_OWN = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REASONS: dict[str, Why] = {
    "1.1": Why.UNKNOWN_ADDRESS, "1.0": Why.UNKNOWN_ADDRESS, "1.3": Why.UNKNOWN_ADDRESS,
    "1.6": Why.UNKNOWN_ADDRESS, "1.2": Why.UNKNOWN_DOMAIN, "1.10": Why.UNKNOWN_DOMAIN, "4.4": Why.UNKNOWN_DOMAIN,
    "2.1": Why.MAILBOX_CLOSED, "2.2": Why.MAILBOX_FULL, "2.3": Why.REFUSED, "3.4": Why.REFUSED,
    "6.7": Why.NO_ACCENTS, "4.1": Why.UNREACHABLE, "4.2": Why.UNREACHABLE, "4.7": Why.UNREACHABLE,
    "4.0": Why.UNREACHABLE,
}  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """Why a mail did not arrive. `permanent`: trying again is no use. `text`: the server's words, cut short."""

    why: Why
    permanent: bool
    text: str


def reason_of(status: str) -> Why:
    """The reason behind an enhanced status: « 5.1.1 » is an unknown address."""
    found = _STATUS.search(status)
    if found is None:
        return Why.OTHER
    _, subject, detail = found.groups()
    if subject == "7":
        return Why.REFUSED
    return _REASONS.get(f"{subject}.{detail}", Why.OTHER)


def read_failure(error: Exception) -> Failure:
    """What an attempt at sending ended in."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, words = next(iter(error.recipients.values()))
        return _answered(int(code), words, "SMTPRecipientsRefused")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Failure(Why.NO_ACCENTS, True, _short(f"SMTPNotSupportedError: {error}"))
    if isinstance(error, OUR_OWN):
        # Our own server does not want us: the mail is good, an installer has something to mend.
        return Failure(Why.UNREACHABLE, False, _short(f"{type(error).__name__}: {error}"))
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error.smtp_code, error.smtp_error, type(error).__name__)
    if isinstance(error, OSError):  # smtplib's own errors are OSErrors too
        return Failure(Why.UNREACHABLE, False, _short(f"{type(error).__name__}: {error}"))
    return Failure(Why.OTHER, True, _short(f"{type(error).__name__}: {error}"))


def _answered(code: int, words: bytes | str, kind: str) -> Failure:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    permanent = code >= 500
    why = reason_of(said)
    if why is Why.OTHER and kind == "SMTPRecipientsRefused" and permanent:
        why = Why.UNKNOWN_ADDRESS
    return Failure(why, permanent, _short(f"{code} {said}"))


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
