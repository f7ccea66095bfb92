"""The tariffs in force: published versions, and what an activity costs a family today."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.facts.effects import Effect
from billing.invoicing.dates import MONTHS_CORRECTED, first_of, month_after
from billing.models import Activity, Family, FamilyQuotient, Guardian, Tariff
from billing.tariffs.prices import Inputs, Quotient, price, quotient_for
from contracts.billing.refusals import TariffFromThePast
from contracts.billing.tariffs import (
    BandsRule,
    EffortRule,
    FixedRule,
    PriceList,
    PriceView,
    PublishTariff,
    TariffList,
    TariffRule,
    TariffView,
)

_RULES: TypeAdapter[FixedRule | BandsRule | EffortRule] = TypeAdapter(TariffRule)


def read_rule(stored: dict[str, Any]) -> FixedRule | BandsRule | EffortRule:
    """A rule as the tariff table keeps it."""
    return _RULES.validate_python(stored)


def publish(session: Session, ask: PublishTariff, by: UUID | None, now: datetime, today: date) -> TariffView:
    """A new version, unless the last one of that date says the same. Raises TariffFromThePast.

    Concurrent publications of one date meet at the unique version: the second fails and may be repeated.
    """
    earliest = month_after(first_of(today), -MONTHS_CORRECTED)
    if ask.valid_from < earliest:
        raise TariffFromThePast(earliest=earliest.isoformat())
    rule = ask.rule.model_dump(mode="json")
    last = session.scalars(
        select(Tariff)
        .where(
            Tariff.activity_code == ask.activity_code,
            Tariff.place_code == ask.place_code,
            Tariff.valid_from == ask.valid_from,
        )
        .order_by(Tariff.version.desc())
        .limit(1)
    ).first()
    if last is None or read_rule(last.rule) != ask.rule:
        statement = insert(Tariff).values(
            activity_code=ask.activity_code,
            place_code=ask.place_code,
            valid_from=ask.valid_from,
            version=last.version + 1 if last else 1,
            rule=rule,
            published_at=now,
            published_by=by,
        )
        last = session.scalars(statement.returning(Tariff)).one()
    name = session.scalar(select(Activity.activity_name).where(Activity.activity_code == ask.activity_code))
    return _view(last, name)


def published(session: Session) -> TariffList:
    """Every version, by activity, newest first."""
    rows = session.execute(
        select(Tariff, Activity.activity_name)
        .outerjoin(Activity, Activity.activity_code == Tariff.activity_code)
        .order_by(
            func.coalesce(Activity.activity_name, Tariff.activity_code),
            Tariff.place_code,
            Tariff.valid_from.desc(),
            Tariff.version.desc(),
        )
        .limit(500)
    )
    return TariffList(tariffs=[_view(tariff, name) for tariff, name in rows])


def prices_of(session: Session, account_id: UUID, today: date) -> PriceList:
    """What one booked unit of each activity costs the account's families today."""
    families = session.scalars(
        select(Family)
        .join(Guardian, Guardian.family_id == Family.family_id)
        .where(Guardian.account_id == account_id)
        .order_by(Family.label)
    ).all()
    quotients: dict[UUID, list[Quotient]] = {family.family_id: [] for family in families}
    for row in session.scalars(select(FamilyQuotient).where(FamilyQuotient.family_id.in_(quotients))):
        quotients[row.family_id].append(Quotient(row.euros, row.month))
    in_force = session.execute(
        select(Tariff, Activity)
        .join(Activity, Activity.activity_code == Tariff.activity_code)
        .where(Tariff.valid_from <= today, Tariff.place_code == "")
        .distinct(Activity.activity_name, Tariff.activity_code)
        .order_by(
            Activity.activity_name, Tariff.activity_code, Tariff.valid_from.desc(), Tariff.version.desc()
        )
    ).all()
    month = first_of(today)
    prices = []
    for family in families:
        quotient = quotient_for(quotients[family.family_id], month)
        for tariff, activity in in_force:
            inputs = Inputs(month, Effect.BILLED, family.resident, quotient)
            found = price(read_rule(tariff.rule), inputs)
            prices.append(
                PriceView(
                    family_id=family.family_id,
                    activity_code=activity.activity_code,
                    activity_name=activity.activity_name,
                    unit=activity.unit,
                    cents=found.cents,
                    reason=found.reason,
                    quotient_known=found.quotient_known,
                )
            )
    return PriceList(prices=prices)


def _view(tariff: Tariff, activity_name: str | None) -> TariffView:
    return TariffView(
        tariff_id=tariff.tariff_id,
        activity_code=tariff.activity_code,
        activity_name=activity_name or tariff.activity_code,
        place_code=tariff.place_code,
        valid_from=tariff.valid_from,
        version=tariff.version,
        rule=read_rule(tariff.rule),
        published_at=tariff.published_at,
    )
