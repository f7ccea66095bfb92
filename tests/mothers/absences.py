"""Made-up absences and objections: the commands of parents and agents, and the views of their pages."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.enrolment.absence_terms import AbsenceReason, AbsenceTerms
from contracts.enrolment.absences import (
    AbsenceView,
    AbsentDayView,
    DecideAbsence,
    ReportableView,
    ReportAbsence,
)
from contracts.enrolment.objections import (
    AnswerObjection,
    CheckedLineView,
    Claim,
    ContestLine,
    ObjectionState,
    ObjectionView,
)
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, Mark
from contracts.events.documents import DocumentShared
from tests.mothers.enrolment_views import LEA, at

MONDAY = date(2026, 11, 23)
SCHOOL_NAME = "École Saint-Nicolas"


def report(
    child_id: UUID, *booking_ids: UUID, reason: AbsenceReason = AbsenceReason.ILLNESS, note: str = ""
) -> ReportAbsence:
    return ReportAbsence(
        command_id=uuid4(), child_id=child_id, booking_ids=list(booking_ids), reason=reason, note=note
    )


def decide(view: AbsenceView, *justified: UUID, answer: str = "") -> DecideAbsence:
    return DecideAbsence(
        command_id=uuid4(),
        absence_id=view.absence_id,
        version=view.version,
        justified=list(justified),
        answer=answer,
    )


def certificate(absence_id: UUID, account_id: UUID) -> DocumentShared:
    return DocumentShared(
        share_id=uuid4(),
        document_id=uuid4(),
        document_type="certificat_medical",
        account_id=account_id,
        subject_kind="absence",
        subject_id=absence_id,
    )


def contest(
    session_id: UUID,
    child_id: UUID,
    mark: Mark = Mark.ABSENT_UNJUSTIFIED,
    claim: Claim = Claim.WAS_PRESENT,
    words: str = "Il a mangé à la cantine.",
) -> ContestLine:
    return ContestLine(
        command_id=uuid4(), session_id=session_id, child_id=child_id, mark=mark, claim=claim, words=words
    )


def correct(objection: ObjectionView, mark: Mark | None, answer: str = "") -> AnswerObjection:
    return AnswerObjection(
        command_id=uuid4(),
        objection_id=objection.objection_id,
        version=objection.version,
        corrected=True,
        mark=mark,
        answer=answer,
    )


def maintain(objection: ObjectionView, answer: str = "Le pointage a été vérifié.") -> AnswerObjection:
    return AnswerObjection(
        command_id=uuid4(),
        objection_id=objection.objection_id,
        version=objection.version,
        corrected=False,
        answer=answer,
    )


def reportable(day: date = MONDAY, **differing: Any) -> ReportableView:
    known: dict[str, Any] = {
        "booking_id": uuid4(),
        "activity_name": "Restauration scolaire",
        "place_name": SCHOOL_NAME,
        "day": day,
        "report_until": day + timedelta(days=3),
        "grounds": {reason: AbsenceTerms().ground(reason) for reason in AbsenceReason},
    }
    return ReportableView(**(known | differing))


def absent_day(day: date = MONDAY, **differing: Any) -> AbsentDayView:
    known: dict[str, Any] = {
        "booking_id": uuid4(),
        "activity_name": "Restauration scolaire",
        "place_name": SCHOOL_NAME,
        "day": day,
        "state": AbsenceState.REPORTED,
        "effect": AbsenceEffect.IF_CERTIFICATE,
    }
    return AbsentDayView(**(known | differing))


def absence(**differing: Any) -> AbsenceView:
    known: dict[str, Any] = {
        "absence_id": uuid4(),
        "child_id": LEA,
        "child_name": "Léa Fontanel",
        "family_id": uuid4(),
        "reason": AbsenceReason.ILLNESS,
        "note": "Une grippe.",
        "days": [absent_day()],
        "reported_at": at(MONDAY, 8),
        "reported_by": "Claire Fontanel",
        "certificate_until": date(2026, 12, 1),
        "awaits_decision": True,
        "awaits_certificate": True,
        "may_withdraw": True,
        "version": 1,
    }
    return AbsenceView(**(known | differing))


def objection(**differing: Any) -> ObjectionView:
    known: dict[str, Any] = {
        "objection_id": uuid4(),
        "child_id": LEA,
        "child_name": "Léa Fontanel",
        "family_id": uuid4(),
        "session_id": uuid4(),
        "activity_name": "Restauration scolaire",
        "place_name": SCHOOL_NAME,
        "day": MONDAY,
        "mark": Mark.ABSENT_UNJUSTIFIED,
        "claim": Claim.WAS_PRESENT,
        "words": "Elle a mangé à la cantine.",
        "made_at": datetime(2026, 11, 23, 19, tzinfo=at(MONDAY).tzinfo),
        "made_by": "Claire Fontanel",
        "state": ObjectionState.OPEN,
        "version": 1,
    }
    return ObjectionView(**(known | differing))


def checked(day: date = MONDAY, **differing: Any) -> CheckedLineView:
    known: dict[str, Any] = {
        "session_id": uuid4(),
        "child_id": LEA,
        "child_name": "Léa Fontanel",
        "activity_name": "Restauration scolaire",
        "place_name": SCHOOL_NAME,
        "day": day,
        "booked": True,
    }
    return CheckedLineView(**(known | differing))
