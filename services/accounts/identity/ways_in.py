"""What opens a parent's account: the password, passkeys, another provider's identity. One of them always stays."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.identity.ways_in_models import FederatedIdentity, Passkey
from accounts.models import Account
from contracts.accounts.ways_in import FederatedView, OnlyWayIn, PasskeyView, WaysInView


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
