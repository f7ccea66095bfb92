"""What contested days cost by what is known today: less than what was billed, and something was corrected since."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.contesting.models import WaivedDay
from billing.invoicing.charged import ChildDays, standing_cents
from billing.invoicing.dates import first_of
from billing.models import Attendance, Family, SettledSession
from billing.tariffs.months import in_force, price_month
from billing.tariffs.simulation import consumed, household_of, versions_of


def due_cents(session: Session, days: ChildDays) -> int:
    """As the next run would reckon these days of one month: what is held stays as it is billed, what is waived is 0."""
    held = _held(session, days)
    waived = set(
        session.scalars(
            select(WaivedDay.session_id).where(
                WaivedDay.family_id == days.family_id,
                WaivedDay.child_id == days.child_id,
                WaivedDay.session_id.in_(days.session_ids),
            )
        )
    )
    reckoned = set(days.session_ids) - held - waived
    stays = ChildDays(days.family_id, days.child_id, held - waived)
    return standing_cents(session, stays) + _reckoned(session, days, reckoned)


def _reckoned(session: Session, days: ChildDays, wanted: set[UUID]) -> int:
    family = session.get(Family, days.family_id)
    day = session.scalar(select(SettledSession.day).where(SettledSession.session_id.in_(wanted)).limit(1))
    if family is None or day is None:
        return 0
    month = first_of(day)
    units = [unit for unit in consumed(session, days.family_id, month) if not unit.planned]
    household = household_of(session, family, month, {unit.child_id for unit in units})
    versions = versions_of(session, {unit.activity_code for unit in units})
    chosen = [in_force(versions, unit.activity_code, unit.place_code, unit.day) for unit in units]
    prices = price_month(month, units, household, chosen)
    return sum(
        cost.cents
        for unit, cost in zip(units, prices, strict=True)
        if cost is not None and unit.child_id == days.child_id and unit.session_id in wanted
    )


def _held(session: Session, days: ChildDays) -> set[UUID]:
    return set(
        session.scalars(
            select(Attendance.session_id).where(
                Attendance.family_id == days.family_id,
                Attendance.child_id == days.child_id,
                Attendance.session_id.in_(days.session_ids),
                Attendance.held.is_not(None),
            )
        )
    )
