"""The keys of an account: a public half, and a private half that is ciphertext here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.documents.keys import (
    AccountKeysView,
    KeepCode,
    KeepKeys,
    KeyRingView,
    KeyWrap,
    RewrapKeys,
    StartOver,
)
from contracts.documents.refusals import CodeReplaced, KeysChanged
from contracts.errors import NotFound
from documents.models import AccountKeys, Document


def read(session: Session, account_id: UUID) -> KeyRingView:
    """The account's keys, if it has any."""
    row = session.get(AccountKeys, account_id)
    return KeyRingView(keys=view(row) if row and row.password_wrap else None)


def keep(session: Session, command: KeepKeys, account_id: UUID, now: datetime) -> AccountKeysView:
    """Keeps new keys unless there are some: of two first sign-ins at once, the first decides."""
    statement = insert(AccountKeys).values(
        account_id=account_id,
        public_key=command.public_key,
        password_wrap=command.password_wrap.model_dump(mode="json"),
        created_at=now,
        changed_at=now,
    )
    session.execute(statement.on_conflict_do_nothing())
    return current(session, account_id)


def current(session: Session, account_id: UUID) -> AccountKeysView:
    """The keys of an account that has some."""
    return view(session.get_one(AccountKeys, account_id))


def rewrap(session: Session, command: RewrapKeys, account_id: UUID, now: datetime) -> AccountKeysView:
    """Puts the same private half under another password, another code, or both."""
    row = lock(session, account_id, command.public_key)
    if command.password_wrap is not None:
        row.password_wrap = command.password_wrap.model_dump(mode="json")
    if command.recovery_wrap is not None:
        row.next_recovery_wrap = command.recovery_wrap.model_dump(mode="json")
    row.changed_at = now
    return view(row)


def keep_code(session: Session, command: KeepCode, account_id: UUID, now: datetime) -> AccountKeysView:
    """The newest code takes the place of the one before. Raises CodeReplaced."""
    row = lock(session, account_id, command.public_key)
    kept = KeyWrap.model_validate(row.next_recovery_wrap) if row.next_recovery_wrap else None
    if kept is None or kept.salt != command.salt:
        raise CodeReplaced
    row.recovery_wrap, row.next_recovery_wrap = row.next_recovery_wrap, None
    row.recovery_made_at = row.changed_at = now
    return view(row)


def replace(session: Session, command: StartOver, account_id: UUID, now: datetime) -> AccountKeysView:
    """Gives the account another pair. What the old one opened is for the vault to remove, in the same transaction."""
    row = lock(session, account_id, command.replaces)
    row.public_key = command.public_key
    row.password_wrap = command.password_wrap.model_dump(mode="json")
    row.recovery_wrap = row.next_recovery_wrap = None
    row.recovery_made_at = None
    row.changed_at = now
    return view(row)


def lock(session: Session, account_id: UUID, public_key: bytes) -> AccountKeys:
    """The account's row, locked until the transaction ends: changes of one vault happen one after the other.

    Raises NotFound before the first keys and once the account is closed, KeysChanged when the pair is not the one the
    caller holds.
    """
    row = session.scalar(select(AccountKeys).where(AccountKeys.account_id == account_id).with_for_update())
    if row is None or not row.password_wrap:
        raise NotFound
    if row.public_key != public_key:
        raise KeysChanged
    return row


def erase(session: Session, account_id: UUID) -> bool:
    """Forgets the private half of a closed account; the row stays while documents stand on it. False without keys."""
    row = session.scalar(select(AccountKeys).where(AccountKeys.account_id == account_id).with_for_update())
    if row is None:
        return False
    row.password_wrap, row.recovery_wrap, row.next_recovery_wrap, row.recovery_made_at = {}, None, None, None
    return True


def drop_erased(session: Session, account_id: UUID) -> None:
    """Removes an erased row on which no document stands any more."""
    session.flush()
    session.execute(
        delete(AccountKeys).where(
            AccountKeys.account_id == account_id,
            AccountKeys.password_wrap == {},
            ~exists().where(Document.account_id == AccountKeys.account_id),
        )
    )


def view(row: AccountKeys) -> AccountKeysView:
    """The keys as they travel."""
    return AccountKeysView(
        public_key=row.public_key,
        password_wrap=KeyWrap.model_validate(row.password_wrap),
        recovery_wrap=KeyWrap.model_validate(row.recovery_wrap) if row.recovery_wrap else None,
        recovery_made_at=row.recovery_made_at,
        next_recovery_wrap=KeyWrap.model_validate(row.next_recovery_wrap) if row.next_recovery_wrap else None,
    )
