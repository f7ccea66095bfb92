"""Changes of a child's care sheet that a parent asks for: looked at by role health, who alone writes the sheet.

One waits at a time. What it says is already shown in an emergency: a new allergy does not wait for an agent.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.care import health_readings, health_sheets
from accounts.care.health_models import CareProposal, HealthSheet
from accounts.care.health_rights import child_for, is_guardian, pupil
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Child, Place
from chassis.sealed_column import Seal
from contracts.accounts.health import (
    Care,
    CareDecided,
    DecideCare,
    HealthChanged,
    ProposalView,
    ProposeCare,
    ReadingKind,
    Waiting,
)
from contracts.caller import Caller, Role
from contracts.errors import NotFound


def propose(session: Session, seal: Seal, ask: ProposeCare, caller: Caller, now: datetime) -> None:
    """Keeps it until an agent has looked. The same form sent again changes nothing. Raises NotFound, HealthChanged."""
    account_id = caller.citizen()
    child_for(session, ask.child_id, caller, lock=True)
    if session.get(CareProposal, ask.command_id) is not None:
        return
    waiting = _waiting_row(session, ask.child_id)
    sheet = session.get(HealthSheet, (ask.child_id, "care"))
    shown = (ask.version, ask.replaces)
    if shown != (sheet.version if sheet else 0, waiting.proposal_id if waiting else None):
        raise HealthChanged
    if waiting is not None:
        waiting.state, waiting.decided_at = "withdrawn", now
        session.flush()
    session.add(
        CareProposal(
            proposal_id=ask.command_id,
            child_id=ask.child_id,
            sealed=seal.close(ask.care.model_dump_json()),
            based_on=ask.version,
            state="waiting",
            asked_at=now,
            asked_by=account_id,
        )
    )


def withdraw(session: Session, proposal_id: UUID, caller: Caller, now: datetime) -> None:
    """By a parent of the child. Withdrawn already: nothing more to do. Raises NotFound, CareDecided."""
    row = session.scalar(
        select(CareProposal)
        .join(Child, Child.child_id == CareProposal.child_id)
        .where(CareProposal.proposal_id == proposal_id, is_guardian(caller.citizen()))
        .with_for_update(of=CareProposal)
    )
    if row is None:
        raise NotFound
    if row.state == "withdrawn":
        return
    if row.state != "waiting":
        raise CareDecided(state=row.state)
    row.state, row.decided_at = "withdrawn", now


def decide(
    session: Session, seal: Seal, ask: DecideCare, caller: Caller, now: datetime
) -> CareProposal | None:
    """By role health. Accepted, it becomes the sheet. The same decision again changes nothing, and gives None.

    Gives what was decided. Raises NotFound, CareDecided, HealthChanged.
    """
    caller.staff(Role.HEALTH)
    child_id = session.scalar(
        select(CareProposal.child_id).where(CareProposal.proposal_id == ask.proposal_id)
    )
    if child_id is None:
        raise NotFound
    child_for(session, child_id, caller, lock=True)
    row = session.get_one(CareProposal, ask.proposal_id, with_for_update=True, populate_existing=True)
    wanted = "accepted" if ask.accept else "refused"
    if row.state == wanted:
        return None
    if row.state != "waiting":
        raise CareDecided(state=row.state)
    if ask.accept:
        care = Care.model_validate_json(seal.open(row.sealed))
        health_sheets.write(session, seal, child_id, "care", care, ask.version, caller, now)
    else:
        health_readings.note(session, [child_id], ReadingKind.CHANGED, "health", caller, now)
    row.state, row.decided_at, row.decided_by = wanted, now, caller.name
    row.answer = seal.close(ask.answer) if ask.answer else None
    return row


def tell(session: Session, site: Site, decided: CareProposal, now: datetime) -> None:
    """Writes to the parent who asked that there is an answer; not what it is, nor what it is about."""
    account = session.get(Account, decided.asked_by)
    child = session.get_one(Child, decided.child_id)
    if account is None or account.closed_at is not None:
        return
    mail.write(
        session,
        site,
        "care_answered",
        account.email,
        now,
        first_name=account.first_name,
        child=child.first_name,
        child_id=child.child_id,
        asked_at=decided.asked_at,
    )


def waiting(session: Session) -> list[Waiting]:
    """Names and dates of what waits, the oldest first."""
    rows = session.execute(
        select(CareProposal, Child, Place.name)
        .join(Child, Child.child_id == CareProposal.child_id)
        .outerjoin(Place, Place.place_code == Child.place_code)
        .where(CareProposal.state == "waiting")
        .order_by(CareProposal.asked_at)
    )
    return [
        Waiting(proposal_id=row.proposal_id, pupil=pupil(child, name), asked_at=row.asked_at)
        for row, child, name in rows
    ]


def waiting_of(session: Session, seal: Seal, child_id: UUID) -> Care | None:
    """What the parents have declared and nobody has looked at."""
    row = _waiting_row(session, child_id)
    return Care.model_validate_json(seal.open(row.sealed)) if row else None


def newest(session: Session, seal: Seal, child_id: UUID, version: int, caller: Caller) -> ProposalView | None:
    """The last one that was not withdrawn. Which parent asked is not told to the other."""
    row = session.scalar(
        select(CareProposal)
        .where(CareProposal.child_id == child_id, CareProposal.state != "withdrawn")
        .order_by(CareProposal.asked_at.desc())
        .limit(1)
    )
    if row is None:
        return None
    return ProposalView(
        proposal_id=row.proposal_id,
        care=Care.model_validate_json(seal.open(row.sealed)),
        state=row.state,
        asked_at=row.asked_at,
        by_me=row.asked_by == caller.account_id,
        decided_at=row.decided_at,
        answer=seal.open(row.answer) if row.answer else "",
        outdated=row.state == "waiting" and row.based_on != version,
    )


def _waiting_row(session: Session, child_id: UUID) -> CareProposal | None:
    return session.scalar(
        select(CareProposal).where(CareProposal.child_id == child_id, CareProposal.state == "waiting")
    )
