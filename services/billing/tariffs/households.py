"""The families of a parent, and the quotient each is priced by."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.models import Family, FamilyQuotient, Guardian
from billing.tariffs.prices import Quotient, quotient_for


def families_of(session: Session, account_id: UUID, month: date) -> list[tuple[Family, Quotient | None]]:
    """Those the account is a guardian of, by label, each with the quotient that counts in a month. Two statements."""
    families = session.scalars(
        select(Family)
        .join(Guardian, Guardian.family_id == Family.family_id)
        .where(Guardian.account_id == account_id)
        .order_by(Family.label)
    ).all()
    quotients: dict[UUID, list[Quotient]] = {family.family_id: [] for family in families}
    for row in session.scalars(select(FamilyQuotient).where(FamilyQuotient.family_id.in_(quotients))):
        quotients[row.family_id].append(Quotient(row.euros, row.month))
    return [(family, quotient_for(quotients[family.family_id], month)) for family in families]
