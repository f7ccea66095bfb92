"""Absences and objections, written to the guardians they concern.

A receipt goes to who reported, whichever home they are of; a decision to the family that booked and is billed, and to
who reported when they are of the other. Why a child was away is never written in a mail.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.mailing.notices import guardians_of, reference
from accounts.models import Account
from contracts.events.absences import (
    AbsenceDecided,
    AbsenceEffect,
    AbsenceReported,
    AttendanceContested,
    ObjectionAnswered,
)
from contracts.events.attendance import AbsenceState, Mark

EFFECTS: dict[AbsenceEffect, str] = {
    AbsenceEffect.FREE: "Ce jour ne sera pas facturé.",
    AbsenceEffect.BILLED: "Ce jour sera facturé.",
    AbsenceEffect.IF_CERTIFICATE: "Ce jour ne sera pas facturé si le certificat est accepté.",
    AbsenceEffect.IF_ACCEPTED: "Ce jour ne sera pas facturé si la mairie accepte le motif.",
    AbsenceEffect.ROLL_CALL: "Le signalement est retiré : l’appel dira si ce jour est facturé.",
}
STATES: dict[AbsenceState, str] = {
    AbsenceState.REPORTED: "Absence signalée.",
    AbsenceState.JUSTIFIED: "Absence justifiée.",
    AbsenceState.UNJUSTIFIED: "Absence non justifiée.",
    AbsenceState.WITHDRAWN: "Signalement retiré.",
}
MARKS: dict[Mark, str] = {
    Mark.PRESENT: "présence",
    Mark.ABSENT_IN_TIME: "absence annoncée à temps",
    Mark.ABSENT_JUSTIFIED: "absence justifiée",
    Mark.ABSENT_UNJUSTIFIED: "absence non justifiée",
    Mark.PRESENT_WITHOUT_BOOKING: "présence sans réservation",
}


def reported(session: Session, site: Site, fact: AbsenceReported, at: datetime, now: datetime) -> None:
    """The receipt, with what it does to the bill, to who reported; to all when an agent did for them."""
    if fact.account_id is None:
        accounts = list(guardians_of(session, fact.family_id))
    else:
        accounts = _open_account(session, fact.account_id)
    mail.write_all(
        session, site, "absence_reported", accounts, now, fact=fact, at=at,
        reference=reference(fact.absence_id), effects=EFFECTS,
    )  # fmt: skip


def decided(session: Session, site: Site, fact: AbsenceDecided, at: datetime, now: datetime) -> None:
    """What became of each day, to the family that is billed and to who reported."""
    accounts = list(guardians_of(session, fact.family_id))
    if fact.account_id is not None and fact.account_id not in {each.account_id for each in accounts}:
        accounts += _open_account(session, fact.account_id)
    values: dict[str, Any] = {
        "fact": fact,
        "effects": EFFECTS,
        "states": STATES,
        "refused": any(day.state is AbsenceState.UNJUSTIFIED for day in fact.days),
    }
    mail.write_all(session, site, "absence_decided", accounts, now, at=at, **values)


def contested(session: Session, site: Site, fact: AttendanceContested, at: datetime, now: datetime) -> None:
    """The receipt of an objection, to who made it."""
    accounts = _open_account(session, fact.account_id)
    mail.write_all(
        session, site, "attendance_contested", accounts, now, fact=fact, at=at,
        reference=reference(fact.objection_id), marks=MARKS,
    )  # fmt: skip


def answered(session: Session, site: Site, fact: ObjectionAnswered, at: datetime, now: datetime) -> None:
    """Whether the line was corrected, and why not, to the family that is billed."""
    accounts = guardians_of(session, fact.family_id)
    mail.write_all(session, site, "objection_answered", accounts, now, fact=fact, at=at, marks=MARKS)


def _open_account(session: Session, account_id: UUID) -> list[Account]:
    account = session.get(Account, account_id)
    return [account] if account is not None and account.closed_at is None else []
