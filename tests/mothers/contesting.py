"""Views of objections against lines of invoices, for the pages."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.billing.contesting import (
    ContestableDay,
    ContestableLineView,
    DayCharge,
    KnownQuotient,
    LineObjectionFileView,
    LineObjectionQueueView,
    LineObjectionView,
    ObjectedDay,
)
from contracts.billing.objection_terms import LineObjectionState, ObjectionReason
from contracts.enrolment.bookings import ProofView
from contracts.enrolment.objections import SheetVersionView
from contracts.enrolment.traces import DayTraceView
from contracts.events.attendance import Mark
from tests.mothers.billing import OCTOBER, SCHOOL, a_line, a_summary

SESSIONS = tuple(UUID(int=700 + each) for each in range(3))
DAYS = (date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5))


def a_contestable_line(*whys: str, **fields: object) -> ContestableLineView:
    """Three days at 3,20 €; `whys`: what keeps each from being contested."""
    kept = (*whys, "", "", "")[:3]
    given: dict[str, object] = {
        "invoice_id": UUID(int=11),
        "invoice_number": "ENF-2026-000123",
        "line_id": 41,
        "child_name": "Léa Ferrand",
        "activity_name": "Restauration scolaire",
        "month": OCTOBER,
        "reason": "tranche C (QF\u00a0620, septembre)",
        "unit": "repas",
        "unit_cents": 320,
        "days": [
            ContestableDay(session_id=session, day=day, cents=320, why=why)
            for session, day, why in zip(SESSIONS, DAYS, kept, strict=True)
        ],
        "contest_until": date(2027, 1, 6),
        "is_open": True,
        "answer_before": date(2027, 1, 12),
    }
    return ContestableLineView.model_validate(given | fields)


def a_line_objection(**fields: object) -> LineObjectionView:
    given: dict[str, object] = {
        "objection_id": UUID(int=71),
        "invoice_id": UUID(int=11),
        "invoice_number": "ENF-2026-000123",
        "line_id": 41,
        "family_id": UUID(int=5),
        "family_label": "Ferrand",
        "child_id": UUID(int=21),
        "child_name": "Léa Ferrand",
        "activity_name": "Restauration scolaire",
        "month": OCTOBER,
        "days": [ObjectedDay(session_id=SESSIONS[n], day=DAYS[n], cents=320) for n in (0, 1)],
        "cents": 640,
        "reason": ObjectionReason.NOT_THERE,
        "words": "Léa est rentrée à midi.",
        "made_at": datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
        "made_by": "Nadia Ferrand",
        "state": LineObjectionState.OPEN,
        "answer_before": date(2027, 1, 12),
        "version": 1,
    }
    return LineObjectionView.model_validate(given | fields)


def an_objection_file(**fields: object) -> LineObjectionFileView:
    given: dict[str, object] = {
        "objection": a_line_objection(),
        "invoice": a_summary(),
        "line": a_line(
            line_id=41,
            tariff_since=date(2026, 9, 1),
            steps=[
                {"words": "tranche C (QF\u00a0620, septembre)", "cents": 400},
                {"words": "2e enfant −20 %", "cents": 320},
            ],
        ),
        "payments": [],
        "charges": [
            DayCharge(
                invoice_id=UUID(int=11),
                number="ENF-2026-000123",
                published_on=date(2026, 11, 5),
                day=day,
                quantity=1,
                unit_cents=320,
                reason="tranche C",
            )
            for day in DAYS[:2]
        ],
        "quotients": [KnownQuotient(month=date(2026, 9, 1), euros=620, used=True)],
        "billed_cents": 640,
        "due_cents": 640,
    }
    return LineObjectionFileView.model_validate(given | fields)


def a_trace(**fields: object) -> DayTraceView:
    given: dict[str, object] = {
        "session_id": SESSIONS[0],
        "activity_code": "cantine",
        "activity_name": "Restauration scolaire",
        "place_code": SCHOOL,
        "place_name": "École Jules-Verne",
        "day": DAYS[0],
        "booked": True,
        "mark": Mark.PRESENT,
        "sheets": [
            SheetVersionView(
                version=1,
                settled_at=datetime(2026, 10, 1, 11, 0, tzinfo=UTC),
                settled_by="Agente Barbier",
                mark=Mark.PRESENT,
            )
        ],
        "proofs": [
            ProofView(
                proof_id=UUID(int=81),
                at=datetime(2026, 9, 20, 18, 0, tzinfo=UTC),
                by="Nadia Ferrand",
                child_name="Léa Ferrand",
                activity_name="Restauration scolaire",
                place_name="École Jules-Verne",
                day=DAYS[0],
                made=True,
                rule_sentence="Jusqu’à la veille, 9 h",
            )
        ],
        "claims": [],
    }
    return DayTraceView.model_validate(given | fields)


def an_objection_queue(*objections: LineObjectionView, **fields: object) -> LineObjectionQueueView:
    given: dict[str, object] = {
        "total": len(objections),
        "objections": list(objections),
        "warn_before": date(2026, 12, 3),
    }
    return LineObjectionQueueView.model_validate(given | fields)
