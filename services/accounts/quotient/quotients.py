"""The quotient familial of a family, month by month: written by agents, by the CAF's answer, or unknown."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.household.facts import tell_families
from accounts.models import Family, Quotient
from contracts.accounts.families import QuotientView, SetQuotient
from contracts.caller import Caller
from contracts.errors import NotFound


def set_quotient(session: Session, ask: SetQuotient, caller: Caller, now: datetime) -> None:
    """Writes, or takes back, the QF of a month, and tells it. Raises NotFound."""
    if session.get(Family, ask.family_id, with_for_update=True) is None:
        raise NotFound
    month = ask.month.replace(day=1)
    if ask.euros is None:
        session.execute(delete(Quotient).where(Quotient.family_id == ask.family_id, Quotient.month == month))
        tell_families(session, [ask.family_id], now)
    else:
        write(session, ask.family_id, month, ask.euros, ask.source, now, caller.account_id)


def write(
    session: Session,
    family_id: UUID,
    month: date,
    euros: int,
    source: str,
    now: datetime,
    set_by: UUID | None = None,
) -> None:
    """Writes the QF of a month (its first day), in euros, over the one there was, and tells it."""
    statement = insert(Quotient).values(
        family_id=family_id, month=month, euros=euros, source=source, set_by=set_by, set_at=now
    )
    told = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Quotient.family_id, Quotient.month],
            set_={"euros": told.euros, "source": told.source, "set_by": told.set_by, "set_at": told.set_at},
        )
    )
    tell_families(session, [family_id], now)


def list_quotients(session: Session, family_id: UUID) -> list[QuotientView]:
    """Newest month first."""
    rows = session.scalars(
        select(Quotient).where(Quotient.family_id == family_id).order_by(Quotient.month.desc())
    )
    return [QuotientView(month=row.month, euros=row.euros, source=row.source) for row in rows]
