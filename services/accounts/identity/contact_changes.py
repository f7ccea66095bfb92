"""A new e-mail address or telephone: asked for, agreed to from both sides, done.

    asked ──┬─► the account's address agrees (link) ──────────────────┐
            ├─► the new address, or number, agrees (link, or code) ───┴─► done
            └─► the account's address says « ce n’est pas moi » ────────► forgotten

Where the town sends no text messages a telephone needs the first only, and is kept as not verified. Whoever changes
anything here holds the lock of the account's row.
"""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts import telephones
from accounts.household.facts import tell_families
from accounts.identity import journal
from accounts.identity.own_account_models import ContactChange
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Guardian, ResetLink
from chassis.outbox import tell
from contracts.accounts.identity import LinkExpired
from contracts.accounts.journal import Action
from contracts.accounts.own_account import (
    ContactKind,
    ContactLinkView,
    ContactState,
    PendingContactView,
    RefusedContactView,
    Side,
)
from contracts.caller import Caller
from contracts.events.accounts import AccountAddressChanged

WITHIN = timedelta(hours=48)
_DONE = {ContactKind.EMAIL: Action.EMAIL_CHANGED, ContactKind.PHONE: Action.PHONE_CHANGED}


def hash_of(token: str) -> bytes:
    """What is kept of a link."""
    return hashlib.sha256(token.encode()).digest()


def link(site: Site, token: str) -> str:
    """Where a mail leads to."""
    return f"{site.public_url.rstrip('/')}/compte/confirmer/{token}"


def start(
    session: Session,
    account: Account,
    kind: ContactKind,
    value: str,
    command_id: UUID,
    token: str,
    now: datetime,
) -> ContactChange | None:
    """A new asking, in place of the one there was; None when this command has asked already."""
    if session.scalar(select(ContactChange.change_id).where(ContactChange.command_id == command_id)):
        return None
    session.execute(
        delete(ContactChange).where(
            ContactChange.account_id == account.account_id, ContactChange.kind == kind.value
        )
    )
    change = ContactChange(
        account_id=account.account_id,
        command_id=command_id,
        kind=kind.value,
        value=value,
        asked_at=now,
        expires_at=now + WITHIN,
        old_hash=hash_of(token),
        code_tries=0,
        asked_by_agent="",
    )
    session.add(change)
    return change


def running(session: Session, account_id: UUID, kind: ContactKind, now: datetime) -> ContactChange | None:
    """The change of this kind that is neither done nor too old."""
    return session.scalar(
        select(ContactChange).where(
            ContactChange.account_id == account_id,
            ContactChange.kind == kind.value,
            ContactChange.done_at.is_(None),
            ContactChange.expires_at > now,
        )
    )


def has_agreed(session: Session, account_id: UUID, command_id: UUID) -> bool:
    """The new side has agreed by this very command: a form sent twice."""
    statement = select(ContactChange.change_id).where(
        ContactChange.account_id == account_id, ContactChange.new_agreed_by == command_id
    )
    return session.scalar(statement) is not None


def pending(session: Session, account_id: UUID, now: datetime) -> list[PendingContactView]:
    """What the account still has to confirm."""
    rows = session.scalars(
        select(ContactChange)
        .where(
            ContactChange.account_id == account_id,
            ContactChange.done_at.is_(None),
            ContactChange.expires_at > now,
        )
        .order_by(ContactChange.kind)
    )
    return [view(row) for row in rows]


def view(change: ContactChange) -> PendingContactView:
    """A change under way, as its owner reads it."""
    asks_new = change.new_hash is not None or change.code_hash is not None or change.new_agreed_by is not None
    return PendingContactView(
        kind=ContactKind(change.kind),
        value=_shown(change.kind, change.value),
        expires_at=change.expires_at,
        new_agreed=change.new_agreed_by is not None if asks_new else None,
        old_agreed=change.old_agreed_by is not None,
        code_until=change.code_until if change.new_agreed_by is None else None,
    )


def show(session: Session, token: str, now: datetime) -> ContactLinkView:
    """What a link would confirm. Raises LinkExpired."""
    change, side = _find(session, token, now)
    account = session.get_one(Account, change.account_id)
    return _link_view(change, side, account, _state(change, side))


def confirm(
    session: Session, site: Site, token: str, command_id: UUID, caller: Caller, now: datetime
) -> ContactLinkView:
    """One side agrees; of both, the second does it. Raises LinkExpired."""
    account = _lock_account(session, token)
    change, side = _find(session, token, now, command_id)
    if _agreed(change, side) is None:
        agree(change, side, command_id)
    present = _present(change, account)
    state = settle(session, site, change, account, caller, now)
    return _link_view(change, side, account, state, present)


def agree(change: ContactChange, side: Side, command_id: UUID) -> None:
    """Writes down that a side has agreed, and by which command."""
    if side is Side.OLD:
        change.old_agreed_by = command_id
    else:
        change.new_agreed_by = command_id


def settle(
    session: Session, site: Site, change: ContactChange, account: Account, caller: Caller, now: datetime
) -> ContactState:
    """Does the change once nobody's agreement is missing; says where it stands."""
    if change.done_at is not None:
        return ContactState.DONE
    if view(change).new_agreed is False or change.old_agreed_by is None:
        return ContactState.WAITING
    if change.kind == ContactKind.PHONE:
        account.phone = change.value
        account.phone_verified_at = now if change.new_agreed_by else None
    elif not _move(session, site, account, change.value, now):
        session.delete(change)
        return ContactState.NOT_DONE
    change.done_at = now
    journal.note(
        session, account.account_id, _DONE[ContactKind(change.kind)], now, caller,
        value=_shown(change.kind, change.value),
    )  # fmt: skip
    return ContactState.DONE


def refuse(session: Session, token: str, caller: Caller, now: datetime) -> RefusedContactView:
    """« Ce n’est pas moi », from the account's address. Raises LinkExpired."""
    account = _lock_account(session, token)
    change, side = _find(session, token, now)
    if side is not Side.OLD or change.done_at is not None:
        raise LinkExpired
    session.delete(change)
    journal.note(
        session, account.account_id, Action.CONTACT_CHANGE_REFUSED, now, caller, kind=change.kind,
        value=_shown(change.kind, change.value),
    )  # fmt: skip
    return RefusedContactView(account_id=account.account_id, kind=ContactKind(change.kind))


def forget_old(session: Session, now: datetime) -> None:
    """Removes what has been over for a week."""
    session.execute(delete(ContactChange).where(ContactChange.expires_at < now - timedelta(days=7)))


def _move(session: Session, site: Site, account: Account, email: str, now: datetime) -> bool:
    """Gives the account its new address and tells whoever keeps it. False when another account has it by now."""
    former = account.email
    try:
        with session.begin_nested():
            account.email = email
    except IntegrityError:
        session.refresh(account)
        mail.write(session, site, "email_change_taken", email, now, former=former)
        return False
    session.execute(delete(ResetLink).where(ResetLink.account_id == account.account_id))
    fact = AccountAddressChanged(account_id=account.account_id, email=email)
    tell(session, fact, subject=account.account_id, at=now)
    for to in (former, email):
        mail.write(
            session, site, "email_changed", to, now,
            first_name=account.first_name, former=former, email=email, at=now,
        )  # fmt: skip
    families = session.scalars(select(Guardian.family_id).where(Guardian.account_id == account.account_id))
    tell_families(session, families.all(), now)
    return True


def _lock_account(session: Session, token: str) -> Account:
    """The account a link is about, locked before its change is. Raises LinkExpired."""
    found = session.scalar(select(ContactChange.account_id).where(_is_for(token)))
    account = session.get(Account, found, with_for_update=True) if found else None
    if account is None or account.closed_at is not None:
        raise LinkExpired
    return account


def _find(
    session: Session, token: str, now: datetime, command_id: UUID | None = None
) -> tuple[ContactChange, Side]:
    """The change and the side of a link. What is done is over, but for the command that did it."""
    change = session.scalar(select(ContactChange).where(_is_for(token)))
    if change is None or change.expires_at <= now:
        raise LinkExpired
    side = Side.OLD if change.old_hash == hash_of(token) else Side.NEW
    if change.done_at is not None and (command_id is None or _agreed(change, side) != command_id):
        raise LinkExpired
    return change, side


def _is_for(token: str) -> ColumnElement[bool]:
    digest = hash_of(token)
    return or_(ContactChange.old_hash == digest, ContactChange.new_hash == digest)


def _agreed(change: ContactChange, side: Side) -> UUID | None:
    return change.old_agreed_by if side is Side.OLD else change.new_agreed_by


def _state(change: ContactChange, side: Side) -> ContactState:
    return ContactState.TO_CONFIRM if _agreed(change, side) is None else ContactState.WAITING


def _present(change: ContactChange, account: Account) -> str:
    return _shown(change.kind, account.email if change.kind == ContactKind.EMAIL else account.phone)


def _link_view(
    change: ContactChange, side: Side, account: Account, state: ContactState, present: str | None = None
) -> ContactLinkView:
    return ContactLinkView(
        kind=ContactKind(change.kind),
        side=side,
        state=state,
        present=present if present is not None else _present(change, account),
        value=_shown(change.kind, change.value),
        expires_at=change.expires_at,
        by_agent=bool(change.asked_by_agent),
    )


def _shown(kind: str, value: str) -> str:
    return telephones.shown(value) if kind == ContactKind.PHONE else value
