"""A new telephone: a code by text message to the number, a link by mail to the account's address.

Text messages leave as mails to a gateway that sends them on (`ESPACE_SMS_ADDRESS`). Where there is none, the number is
kept as not verified once the mail's link was followed.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from accounts import telephones
from accounts.identity import contact_changes, journal
from accounts.identity.contact_changes import WITHIN
from accounts.identity.own_account_models import ContactChange
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account
from contracts.accounts.identity import LinkExpired
from contracts.accounts.journal import Action
from contracts.accounts.own_account import CodeOver, CodeWrong, ContactKind, Side
from contracts.caller import Caller
from contracts.errors import DomainError, Invalid

CODE_WITHIN = timedelta(minutes=10)
CODE_TRIES = 5
_DIGITS = 6


@dataclass(frozen=True)
class TextMessages:
    """How text messages leave. `pattern`: `{number}@sms.example`, empty when the town sends none."""

    site: Site
    pattern: str
    pepper: bytes

    def hash_code(self, change_id: UUID, code: str) -> bytes:
        """What is kept of a code: a million of them would be tried in no time without the pepper."""
        return hmac.digest(self.pepper, change_id.bytes + code.encode(), hashlib.sha256)


def read_number(typed: str) -> str:
    """E.164. Raises Invalid."""
    try:
        return telephones.read_e164(typed)
    except telephones.NotATelephone:
        raise Invalid(problems={"phone": "phone_unreadable"}) from None


def ask(
    session: Session, messages: TextMessages, account: Account, number: str, command_id: UUID, caller: Caller,
    now: datetime,
) -> ContactChange:  # fmt: skip
    """Writes the asking down, sends the code and the link. `number` in E.164. Raises Invalid."""
    if number == account.phone and (account.phone_verified_at is not None or not messages.pattern):
        raise Invalid(problems={"phone": "phone_same"})
    token = secrets.token_urlsafe(32)
    change = contact_changes.start(session, account, ContactKind.PHONE, number, command_id, token, now)
    if change is None:
        return running(session, account, now)
    session.flush()
    if messages.pattern:
        send_code(session, messages, change, now)
    mail.write(
        session, messages.site, "phone_change", account.email, now, first_name=account.first_name,
        phone=telephones.shown(number), link=contact_changes.link(messages.site, token), until=now + WITHIN,
    )  # fmt: skip
    journal.note(
        session, account.account_id, Action.PHONE_CHANGE_ASKED, now, caller, value=telephones.shown(number)
    )
    return change


def running(session: Session, account: Account, now: datetime) -> ContactChange:
    """The number being confirmed. Raises LinkExpired when there is none."""
    change = contact_changes.running(session, account.account_id, ContactKind.PHONE, now)
    if change is None:
        raise LinkExpired
    return change


def send_code(session: Session, messages: TextMessages, change: ContactChange, now: datetime) -> None:
    """Another code; the one before is void. Nothing once the number has agreed, or without text messages."""
    if not messages.pattern or change.new_agreed_by is not None:
        return
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    change.code_hash = messages.hash_code(change.change_id, code)
    change.code_until, change.code_tries = now + CODE_WITHIN, 0
    to = telephones.gateway_address(messages.pattern, change.value)
    mail.write(session, messages.site, "sms_code", to, now, code=code)


def try_code(
    session: Session, messages: TextMessages, account: Account, code: str, command_id: UUID, caller: Caller,
    now: datetime,
) -> DomainError | None:  # fmt: skip
    """Judges a code typed; gives the refusal instead of raising it, so that the try is counted all the same."""
    if contact_changes.has_agreed(session, account.account_id, command_id):
        return None
    change = contact_changes.running(session, account.account_id, ContactKind.PHONE, now)
    if change is None or change.new_agreed_by is not None:
        return LinkExpired()
    if change.code_hash is None or change.code_until is None or change.code_until <= now:
        return CodeOver()
    if change.code_tries >= CODE_TRIES:
        return CodeOver()
    change.code_tries += 1
    typed = "".join(sign for sign in code if sign.isdigit())
    if not hmac.compare_digest(messages.hash_code(change.change_id, typed), change.code_hash):
        left = CODE_TRIES - change.code_tries
        return CodeWrong(left=left) if left else CodeOver()
    change.code_hash = None
    contact_changes.agree(change, Side.NEW, command_id)
    contact_changes.settle(session, messages.site, change, account, caller, now)
    return None


def forget(session: Session, account: Account, caller: Caller, now: datetime) -> None:
    """The account has no telephone any more, nor one being confirmed."""
    change = contact_changes.running(session, account.account_id, ContactKind.PHONE, now)
    if change is not None:
        session.delete(change)
    if account.phone:
        account.phone, account.phone_verified_at = "", None
        journal.note(session, account.account_id, Action.PHONE_FORGOTTEN, now, caller)
