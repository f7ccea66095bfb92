"""What opens a parent's account: the password, passkeys, another provider's identity. One of them always stays."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import passwords, throttle
from accounts.models import Account
from accounts.ways_in_models import FederatedIdentity, Passkey
from contracts.accounts.ways_in import (
    FederatedView,
    NoPassword,
    OnlyWayIn,
    PasskeyView,
    WaysInView,
    WrongPassword,
)
from contracts.caller import Caller


def list_ways_in(session: Session, account_id: UUID) -> WaysInView:
    """All of them, the oldest first."""
    account = session.get_one(Account, account_id)
    passkeys = session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.created_at)
    )
    federated = session.scalars(
        select(FederatedIdentity)
        .where(FederatedIdentity.account_id == account_id)
        .order_by(FederatedIdentity.linked_at)
    )
    return WaysInView(
        has_password=account.password_hash is not None,
        passkeys=[view(each) for each in passkeys],
        federated=[
            FederatedView(issuer=each.issuer, linked_at=each.linked_at, last_used_at=each.last_used_at)
            for each in federated
        ],
    )


def view(passkey: Passkey) -> PasskeyView:
    """A passkey as its owner sees it."""
    return PasskeyView(
        passkey_id=passkey.passkey_id,
        name=passkey.name,
        created_at=passkey.created_at,
        last_used_at=passkey.last_used_at,
        synced=passkey.synced,
    )


def confirm_password(
    begin: Callable[[], AbstractContextManager[Session]],
    account_id: UUID,
    password: str,
    caller: Caller,
    now: datetime,
) -> None:
    """The password typed again by who is signed in: whoever found the browser open does not know it.

    Counted and committed first, judged outside any transaction. Raises WrongPassword, NoPassword, TooManyAttempts.
    """
    account = throttle.on_account("confirm", str(account_id))
    address = throttle.on_address("confirm", caller.address)
    with begin() as session:
        stored = session.get_one(Account, account_id).password_hash
        if stored is None:
            raise NoPassword
        throttle.count(session, [account, address], now)
    if not passwords.is_right(stored, password):
        raise WrongPassword(problems={"password": "password_wrong"})
    with begin() as session:
        throttle.succeed(session, account, address)


def claim(session: Session, account_id: UUID, issuer: str, subject: str, now: datetime) -> bool:
    """Lets another provider's identity open the account, unless it opens another one already."""
    made = session.execute(
        insert(FederatedIdentity)
        .values(issuer=issuer, subject=subject, account_id=account_id, linked_at=now)
        .on_conflict_do_nothing(index_elements=[FederatedIdentity.issuer, FederatedIdentity.subject])
        .returning(FederatedIdentity.subject)
    )
    return made.first() is not None


def take_away(session: Session, account: Account, thing: Passkey | FederatedIdentity) -> None:
    """Deletes a way in of `account`, which the caller has locked. Raises OnlyWayIn."""
    others = sum(
        session.scalar(select(func.count()).where(table.account_id == account.account_id)) or 0
        for table in (Passkey, FederatedIdentity)
    )
    if account.password_hash is None and others < 2:
        raise OnlyWayIn
    session.delete(thing)


def forget(session: Session, account_id: UUID) -> None:
    """For an account that is closed: nothing but its password opened it, and that is gone too."""
    session.execute(delete(Passkey).where(Passkey.account_id == account_id))
    session.execute(delete(FederatedIdentity).where(FederatedIdentity.account_id == account_id))
