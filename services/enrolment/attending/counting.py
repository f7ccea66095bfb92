"""The sheets of a month counted for the billing office, and told again when its copy is not what was counted."""

from collections.abc import Collection
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from chassis.outbox import tell_all
from contracts.events.attendance import AttendanceCounted, CountedSheet
from contracts.events.billing import RunDrafted
from enrolment.attending import settled
from enrolment.attending.settled import Settling
from enrolment.models import DaySession

_SHEETS = text(
    """
    SELECT s.place_code, s.session_id, s.activity_code, s.day, s.slot, h.version, n.families
      FROM session s
     CROSS JOIN LATERAL (SELECT * FROM sheet WHERE session_id = s.session_id ORDER BY version DESC LIMIT 1) h
     CROSS JOIN LATERAL (
           SELECT coalesce(jsonb_agg(jsonb_build_object('family_id', family_id, 'lines', lines)), '[]') AS families
             FROM (SELECT line ->> 'family_id' AS family_id, count(*) AS lines
                     FROM jsonb_array_elements(h.lines) AS line GROUP BY 1) f) n
     WHERE s.day >= :since AND s.day < :until
     ORDER BY s.place_code, s.day, s.activity_code, s.slot
    """
)


def count(session: Session, ask: RunDrafted, now: datetime) -> None:
    """Tells the sheets of the month as they hold, a fact a place. One question, however many there are."""
    until = date(ask.month.year + ask.month.month // 12, ask.month.month % 12 + 1, 1)
    rows = session.execute(_SHEETS, {"since": ask.month, "until": until}).all()
    places = [(place, list(found)) for place, found in groupby(rows, key=lambda row: row.place_code)] or [
        ("", [])
    ]
    facts = [
        AttendanceCounted(
            run_id=ask.run_id,
            month=ask.month,
            place_code=place,
            part=part,
            parts=len(places),
            sheets=[CountedSheet.model_validate(row, from_attributes=True) for row in found],
        )
        for part, (place, found) in enumerate(places, start=1)
    ]
    tell_all(session, [(fact, f"{fact.run_id}:{fact.part}", 1) for fact in facts], at=now)


def tell_again(session: Session, session_ids: Collection[UUID], now: datetime) -> None:
    """A new version of these sheets, with the lines they have: whoever missed one has it now. Locked in their order."""
    locked = session.scalars(
        select(DaySession)
        .where(DaySession.session_id.in_(session_ids))
        .order_by(DaySession.day, DaySession.session_id)
        .with_for_update()
    ).all()
    for day_session in locked:
        sheet = settled.last_sheet(session, day_session.session_id)
        if sheet is not None:
            settling = Settling(sheet.settled_at, sheet.settled_by, sheet.settled_by_name)
            settled.write(session, day_session, sheet.version + 1, settled.lines_of(sheet), settling, now)
