"""The sheet that holds, and a new version of it: kept, and told to all who rely on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Kind
from contracts.events.attendance import AttendanceLine, AttendanceSettled
from enrolment.household.families import TOWN
from enrolment.models import DaySession, Sheet, SheetChild


@dataclass(frozen=True)
class Settling:
    """Who settles a sheet, and when. `by` None: the town itself."""

    at: datetime
    by: UUID | None = None
    name: str = TOWN

    @classmethod
    def of(cls, caller: Caller, at: datetime) -> "Settling":
        """An agent's act, or the installation's."""
        return cls(at, caller.account_id, caller.name) if caller.kind is Kind.AGENT else cls(at)


def last_sheet(session: Session, session_id: UUID) -> Sheet | None:
    """The version that holds; None when nobody has settled the session."""
    return session.scalar(
        select(Sheet).where(Sheet.session_id == session_id).order_by(Sheet.version.desc()).limit(1)
    )


def last_sheets(session: Session, session_ids: Collection[UUID]) -> Sequence[Sheet]:
    """The versions that hold of several sessions. One statement."""
    return session.scalars(
        select(Sheet)
        .where(Sheet.session_id.in_(session_ids))
        .ext(distinct_on(Sheet.session_id))
        .order_by(Sheet.session_id, Sheet.version.desc())
    ).all()


def lines_of(sheet: Sheet | None) -> list[AttendanceLine]:
    """Its lines; none without a sheet."""
    return [AttendanceLine.model_validate(line) for line in sheet.lines] if sheet else []


def write(
    session: Session,
    day_session: DaySession,
    version: int,
    lines: Sequence[AttendanceLine],
    settling: Settling,
    now: datetime,
) -> None:
    """Writes a version of the sheet and tells of it. The caller has locked the session's row."""
    session.execute(
        insert(Sheet).values(
            session_id=day_session.session_id,
            version=version,
            settled_at=settling.at,
            settled_by=settling.by,
            settled_by_name=settling.name,
            lines=[line.model_dump(mode="json") for line in lines],
        )
    )
    if lines:
        rows = [
            {"session_id": day_session.session_id, "child_id": line.child_id, "family_id": line.family_id}
            for line in lines
        ]
        session.execute(upsert(SheetChild).on_conflict_do_nothing(), rows)
    fact = AttendanceSettled(
        session_id=day_session.session_id,
        activity_code=day_session.activity_code,
        place_code=day_session.place_code,
        day=day_session.day,
        slot=day_session.slot,
        lines=list(lines),
    )
    tell(session, fact, subject=day_session.session_id, version=version, at=now)


@dataclass(frozen=True)
class Settled:
    """A child's line on the sheet that holds."""

    line: AttendanceLine
    session_id: UUID
    settled_at: datetime


_SETTLED = """
    SELECT h.session_id, h.settled_at, line
      FROM sheet_child c
      JOIN session s USING (session_id)
     CROSS JOIN LATERAL (SELECT * FROM sheet WHERE session_id = c.session_id ORDER BY version DESC LIMIT 1) h
     CROSS JOIN LATERAL jsonb_array_elements(h.lines) AS line
     WHERE c.KEY = ANY (:ids) AND s.day BETWEEN :since AND :until
       AND line ->> 'child_id' = c.child_id::text AND line ->> 'family_id' = c.family_id::text
    """
_OF = {key: text(_SETTLED.replace("KEY", key)) for key in ("child_id", "family_id")}


def lines_since(session: Session, key: str, ids: Collection[UUID], since: date, until: date) -> list[Settled]:
    """The lines of these children (`child_id`) or families (`family_id`) on the sheets of a period. One statement."""
    given = {"since": since, "until": until, "ids": list(ids)}
    return [
        Settled(AttendanceLine.model_validate(row.line), row.session_id, row.settled_at)
        for row in session.execute(_OF[key], given)
    ]
