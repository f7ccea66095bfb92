"""The tariffs in force: published versions, and what an activity costs a family today."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from billing.facts.effects import Effect
from billing.invoicing.dates import MONTHS_CORRECTED, first_of, month_after
from billing.models import Activity, Place, Tariff, TariffDraft
from billing.tariffs.households import families_of
from billing.tariffs.prices import Inputs, price
from contracts.billing.refusals import TariffFromThePast
from contracts.billing.tariffs import (
    BandsRule,
    DraftSummary,
    EffortRule,
    FixedRule,
    Named,
    PriceList,
    PriceView,
    PublishTariff,
    Standing,
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
    return view_of(session, last, today)


def published(session: Session, today: date) -> TariffList:
    """Every version, by activity, newest first; the drafts; what a draft may be of."""
    names = _Names(session)
    tariffs = session.scalars(
        select(Tariff).order_by(
            Tariff.activity_code, Tariff.place_code, Tariff.valid_from.desc(), Tariff.version.desc()
        )
    ).all()
    drafts = session.scalars(select(TariffDraft)).all()
    standings = standings_of(tariffs, today)
    views = [names.view(each, standings[each.tariff_id]) for each in tariffs]
    return TariffList(
        tariffs=sorted(views, key=lambda each: (each.activity_name, each.place_name)),
        drafts=[
            DraftSummary(
                draft_id=draft.draft_id,
                activity_code=draft.activity_code,
                activity_name=names.activity(draft.activity_code),
                place_code=draft.place_code,
                place_name=names.place(draft.place_code),
                changed_at=draft.changed_at,
                changed_by=draft.changed_by,
            )
            for draft in drafts
        ],
        activities=[Named(code=code, name=name) for code, name in names.activities.items()],
        places=[Named(code=code, name=name) for code, name in names.places.items()],
    )


def view_of(session: Session, tariff: Tariff, today: date) -> TariffView:
    """One version, standing among the others of its activity and place."""
    beside = session.scalars(
        select(Tariff).where(
            Tariff.activity_code == tariff.activity_code, Tariff.place_code == tariff.place_code
        )
    ).all()
    return _Names(session).view(tariff, standings_of(beside, today)[tariff.tariff_id])


def standings_of(tariffs: Sequence[Tariff], today: date) -> dict[UUID, Standing]:
    """What each version is on a day, among all of its activity and place."""
    found: dict[UUID, Standing] = {}
    newest: dict[tuple[str, str, date], Tariff] = {}
    in_force: dict[tuple[str, str], Tariff] = {}
    for each in sorted(tariffs, key=lambda tariff: (tariff.valid_from, tariff.version)):
        found[each.tariff_id] = Standing.PAST
        newest[each.activity_code, each.place_code, each.valid_from] = each
        if each.valid_from <= today:
            in_force[each.activity_code, each.place_code] = each
    for each in newest.values():
        if each.valid_from > today:
            found[each.tariff_id] = Standing.TO_COME
    return found | {each.tariff_id: Standing.IN_FORCE for each in in_force.values()}


def prices_of(session: Session, account_id: UUID, today: date) -> PriceList:
    """What one booked unit of each activity costs the account's families today."""
    in_force = session.execute(
        select(Tariff, Activity)
        .join(Activity, Activity.activity_code == Tariff.activity_code)
        .where(Tariff.valid_from <= today, Tariff.place_code == "")
        .ext(distinct_on(Activity.activity_name, Tariff.activity_code))
        .order_by(
            Activity.activity_name, Tariff.activity_code, Tariff.valid_from.desc(), Tariff.version.desc()
        )
    ).all()
    month = first_of(today)
    prices = []
    for family, quotient in families_of(session, account_id, month):
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


class _Names:
    """What activities and places are called, in the order of their names."""

    def __init__(self, session: Session) -> None:
        self.activities: dict[str, str] = {
            row.activity_code: row.activity_name
            for row in session.scalars(select(Activity).order_by(Activity.activity_name))
        }
        self.places: dict[str, str] = {
            row.place_code: row.place_name
            for row in session.scalars(select(Place).order_by(Place.place_name))
        }

    def activity(self, code: str) -> str:
        return self.activities.get(code, code)

    def place(self, code: str) -> str:
        return self.places.get(code, code)

    def view(self, tariff: Tariff, standing: Standing) -> TariffView:
        return TariffView(
            tariff_id=tariff.tariff_id,
            activity_code=tariff.activity_code,
            activity_name=self.activity(tariff.activity_code),
            place_code=tariff.place_code,
            place_name=self.place(tariff.place_code),
            valid_from=tariff.valid_from,
            version=tariff.version,
            rule=read_rule(tariff.rule),
            published_at=tariff.published_at,
            standing=standing,
        )
