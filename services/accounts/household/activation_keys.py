"""Clés Enfance: issued to guardians by agents, posted, typed once by the guardian's account.

Only a peppered hash is stored. The key itself is derived from the command that issued it, so that the same command
prints the same letters again and a dump of the database prints none.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.household import key_code
from accounts.household.facts import tell_families
from accounts.identity import journal
from accounts.models import Account, ActivationKey, Child, Family, FamilyChild, Guardian
from accounts.names import spell
from accounts.staff.agents import record_access
from chassis import metrics
from chassis.clock import PARIS
from chassis.outbox import tell
from contracts.accounts.accesses import Access
from contracts.accounts.journal import Action
from contracts.accounts.keys import (
    IssueKeys,
    KeyExpired,
    KeyLetter,
    KeyOfAnother,
    KeyState,
    KeyUnknown,
    KeyUsed,
)
from contracts.caller import Caller
from contracts.errors import DomainError, NotFound, NotSignedIn
from contracts.events.accounts import ActivationKeyRedeemed

VALID_FOR = timedelta(days=90)

ISSUED = metrics.counter("activation_keys_issued_total", "Clés Enfance issued")
REDEEMED = metrics.counter("activation_keys_redeemed_total", "Clés Enfance redeemed")


@dataclass(frozen=True)
class Redeemed:
    """What came of a key: the families now open, or why not (the attempt is counted all the same)."""

    refusal: DomainError | None = None


def issue(session: Session, pepper: bytes, ask: IssueKeys, caller: Caller, now: datetime) -> list[KeyLetter]:
    """A new key for each guardian without account; former keys open nothing any more.

    Locks the guardians in the order of their ids: of two agents, the second's keys are those that count.
    """
    guardians = session.scalars(
        select(Guardian)
        .where(Guardian.guardian_id.in_(ask.guardian_ids), Guardian.account_id.is_(None))
        .order_by(Guardian.guardian_id)
        .with_for_update()
    ).all()
    ids = [guardian.guardian_id for guardian in guardians]
    _revoke(session, ids, now)
    for guardian_id in ids:
        key = key_code.derive(pepper, ask.command_id, guardian_id)
        session.add(
            ActivationKey(
                key_hash=key_code.fingerprint(pepper, key),
                guardian_id=guardian_id,
                issued_at=now,
                issued_by=caller.account_id,
                issued_with=ask.command_id,
                expires_at=now + VALID_FOR,
            )
        )
    session.flush()
    families = sorted({guardian.family_id for guardian in guardians})
    record_access(session, families, caller, Access.KEY_ISSUED, now)
    ISSUED.inc(len(ids))
    return letters(session, pepper, ask)


def letters(session: Session, pepper: bytes, ask: IssueKeys) -> list[KeyLetter]:
    """The letters of a command, in the order of postcodes and names; keys void or used since are left out."""
    rows = session.execute(
        select(Guardian, Family, ActivationKey)
        .join(Family, Family.family_id == Guardian.family_id)
        .join(ActivationKey, ActivationKey.guardian_id == Guardian.guardian_id)
        .where(
            ActivationKey.issued_with == ask.command_id,
            ActivationKey.revoked_at.is_(None),
            ActivationKey.redeemed_at.is_(None),
        )
        .order_by(Family.postcode, Guardian.name_key, Guardian.guardian_id)
    ).all()
    names = children_of(session, {family.family_id for _, family, _ in rows})
    return [
        KeyLetter(
            guardian_id=guardian.guardian_id,
            name=f"{guardian.title} {spell(guardian.first_name, guardian.usage_name or guardian.last_name)}".strip(),
            street=family.street,
            postcode=family.postcode,
            city=family.city,
            family_number=family.number,
            children=names[family.family_id],
            key=key_code.spell(key_code.derive(pepper, ask.command_id, guardian.guardian_id)),
            expires_on=key.expires_at.astimezone(PARIS).date(),
        )
        for guardian, family, key in rows
    ]


def revoke(session: Session, guardian_id: UUID, caller: Caller, now: datetime) -> None:
    """The posted key opens nothing any more. Raises NotFound."""
    guardian = session.get(Guardian, guardian_id)
    if guardian is None:
        raise NotFound
    _revoke(session, [guardian_id], now)
    record_access(session, [guardian.family_id], caller, Access.KEY_REVOKED, now)


def redeem(session: Session, key_hash: bytes, account_id: UUID, caller: Caller, now: datetime) -> Redeemed:
    """Links the account to every family of the key's guardian.

    Locks the account, the key, then the guardians: of two accounts with one key, one gets it. An account is one
    adult: a second key is taken only when it is for the same name (a second home).
    """
    # Shared with other redeemers, not with the closing of the account: no family is linked to a closed one.
    open_account = select(Account.account_id).where(
        Account.account_id == account_id, Account.closed_at.is_(None)
    )
    if session.scalar(open_account.with_for_update(read=True, key_share=True)) is None:
        return Redeemed(NotSignedIn())
    key = session.get(ActivationKey, key_hash, with_for_update=True)
    if key is None or key.revoked_at is not None:
        return Redeemed(KeyUnknown())
    if key.redeemed_by is not None:
        return Redeemed() if key.redeemed_by == account_id else Redeemed(KeyUsed())
    if key.expires_at <= now:
        return Redeemed(KeyExpired(expired_on=key.expires_at.astimezone(PARIS).date().isoformat()))
    guardian = session.get_one(Guardian, key.guardian_id)
    same_adult = session.scalars(
        select(Guardian)
        .where(Guardian.adult_id == guardian.adult_id)
        .order_by(Guardian.guardian_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(row.account_id not in (None, account_id) for row in same_adult):
        return Redeemed(KeyUsed())
    mine = session.scalars(select(Guardian).where(Guardian.account_id == account_id)).all()
    other = next((row for row in mine if row.name_key != guardian.name_key), None)
    if other is not None:
        return Redeemed(KeyOfAnother(name=spell(other.first_name, other.usage_name or other.last_name)))
    for row in same_adult:
        row.account_id = account_id
        if mine:
            row.adult_id = mine[0].adult_id
    key.redeemed_at, key.redeemed_by = now, account_id
    session.flush()
    REDEEMED.inc()
    who = spell(guardian.first_name, guardian.usage_name or guardian.last_name)
    journal.note(session, account_id, Action.KEY_REDEEMED, now, caller, name=who)
    for row in same_adult:
        fact = ActivationKeyRedeemed(
            family_id=row.family_id, guardian_id=row.guardian_id, account_id=account_id
        )
        tell(session, fact, subject=row.family_id, at=now)
    tell_families(session, {row.family_id for row in same_adult}, now)
    return Redeemed()


def state_of(guardian: Guardian, key: ActivationKey | None, now: datetime) -> KeyState:
    """What a guardian holds; `key` is the last one that was not revoked."""
    if guardian.account_id is not None:
        return KeyState.REDEEMED
    if key is None or key.redeemed_at is not None:
        return KeyState.NONE
    return KeyState.POSTED if key.expires_at > now else KeyState.EXPIRED


def live_keys(session: Session, guardian_ids: list[UUID]) -> dict[UUID, ActivationKey]:
    """The keys posted to these guardians and neither used nor void."""
    keys = session.scalars(
        select(ActivationKey).where(
            ActivationKey.guardian_id.in_(guardian_ids),
            ActivationKey.revoked_at.is_(None),
            ActivationKey.redeemed_at.is_(None),
        )
    )
    return {key.guardian_id: key for key in keys}


def children_of(session: Session, family_ids: set[UUID]) -> dict[UUID, list[str]]:
    """First names of each family's children, the eldest first."""
    names: dict[UUID, list[str]] = defaultdict(list)
    for family_id, name in session.execute(
        select(FamilyChild.family_id, Child.first_name)
        .join(Child, Child.child_id == FamilyChild.child_id)
        .where(FamilyChild.family_id.in_(family_ids))
        .order_by(Child.birth_date, Child.first_name)
    ):
        names[family_id].append(name)
    return names


def _revoke(session: Session, guardian_ids: list[UUID], now: datetime) -> None:
    session.execute(
        update(ActivationKey)
        .where(
            ActivationKey.guardian_id.in_(guardian_ids),
            ActivationKey.revoked_at.is_(None),
            ActivationKey.redeemed_at.is_(None),
        )
        .values(revoked_at=now)
    )


__all__ = ["Redeemed", "children_of", "issue", "letters", "live_keys", "redeem", "revoke", "state_of"]
