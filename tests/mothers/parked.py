"""Messages that a service gave up on, as the staff pages are shown them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.parked import ActLine, ParkedAct, ParkedCount, ParkedLine, ParkedPage, ParkedState, ParkedView

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
PARKED_ID = UUID("00000000-0000-4000-8000-000000009a4c")
BOOKING = "fr.espace-citoyens.booking.made.v1"


def line(**changed: Any) -> ParkedLine:
    values: dict[str, Any] = {
        "parked_id": PARKED_ID,
        "queue": "billing.events",
        "type": BOOKING,
        "state": ParkedState.PARKED,
        "failure": "IntegrityError",
        "words": 'insert or update on table "booking" violates foreign key constraint "fk_booking_child_id_child"',
        "tries": 8,
        "times": 1,
        "first_failed_at": AT,
        "last_failed_at": AT,
        "replayable": True,
    }
    return ParkedLine(**values | changed)


def page(*lines: ParkedLine, total: int | None = None) -> ParkedPage:
    kinds = [each.type for each in lines]
    return ParkedPage(
        lines=list(lines),
        total=len(lines) if total is None else total,
        counts=[ParkedCount(type=kind, count=kinds.count(kind)) for kind in sorted(set(kinds))],
    )


def view(of: ParkedLine | None = None, **changed: Any) -> ParkedView:
    values: dict[str, Any] = {
        "line": of or line(),
        "event_id": PARKED_ID,
        "subject": "00000000-0000-4000-8000-00000000b00c",
        "source": "/espace/enrolment",
        "handler": "keep_booking",
        "occurred_at": AT,
        "version": 2,
        "correlation_id": "5d4f0c",
        "acts": [ActLine(act=ParkedAct.PARKED, at=AT, words="IntegrityError")],
    }
    return ParkedView(**values | changed)
