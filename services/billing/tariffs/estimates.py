"""What a month would cost a family that is only described: today's tariffs, so many units for each child."""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from billing.facts.effects import Effect
from billing.invoicing.dates import first_of
from billing.models import Activity, Place, Tariff
from billing.tariffs.households import families_of
from billing.tariffs.prices import Inputs, Price, Quotient, Rule, price
from billing.tariffs.tariff_book import read_rule
from contracts.billing.estimates import (
    Estimate,
    EstimatedLine,
    EstimateItem,
    EstimateMonth,
    PricedOffer,
    Situation,
)
from contracts.billing.tariffs import FixedRule

Key = tuple[str, str, str]
"""Activity, place, moment."""


def estimate(session: Session, ask: EstimateMonth, account_id: UUID | None, today: date) -> Estimate:
    """See `contracts.billing.estimates`. `account_id`: of a parent, for their situations."""
    offers = _offers(session, today)
    lines = [
        line
        for item in ask.items
        if (found := offers.get((item.activity_code, item.place_code, item.slot)))
        for line in _lines(*found, item, ask, first_of(today))
    ]
    return Estimate(
        offers=[offer for offer, _ in offers.values()],
        situations=_situations(session, account_id, today) if account_id else [],
        lines=lines,
        total_cents=sum(line.cents for line in lines),
    )


def _offers(session: Session, today: date) -> dict[Key, tuple[PricedOffer, Rule]]:
    """What takes families and has a price today, by activity and place; by duration, an offer for each moment."""
    in_force = session.execute(
        select(Tariff, Activity, Place.place_name)
        .join(Activity, Activity.activity_code == Tariff.activity_code)
        .outerjoin(Place, Place.place_code == Tariff.place_code)
        .where(Tariff.valid_from <= today, ~Activity.retired)
        .ext(distinct_on(Activity.activity_name, Tariff.activity_code, Tariff.place_code))
        .order_by(
            Activity.activity_name,
            Tariff.activity_code,
            Tariff.place_code,
            Tariff.valid_from.desc(),
            Tariff.version.desc(),
        )
    )
    offers: dict[Key, tuple[PricedOffer, Rule]] = {}
    for tariff, activity, place_name in in_force:
        rule = read_rule(tariff.rule)
        if isinstance(rule, FixedRule) and not rule.cents:
            continue  # enrolling at school costs nothing: there is nothing to estimate
        slots = ["", *(moment.slot for moment in rule.duration.moments)] if rule.duration else [""]
        for slot in slots:
            offer = PricedOffer(
                activity_code=activity.activity_code,
                activity_name=activity.activity_name,
                unit=activity.unit,
                place_code=tariff.place_code,
                place_name=place_name or tariff.place_code,
                slot=slot,
            )
            offers[activity.activity_code, tariff.place_code, slot] = (offer, rule)
    return offers


def _lines(
    offer: PricedOffer, rule: Rule, item: EstimateItem, ask: EstimateMonth, month: date
) -> list[EstimatedLine]:
    """A line for the children who pay the same, the dearest first."""
    alike: Counter[Price] = Counter()
    for rank in range(1, ask.children + 1):
        siblings = 1
        if rule.siblings:
            siblings = rank if rule.siblings.by == "rank" else ask.children
        quotient = None if ask.quotient is None else Quotient(ask.quotient, month)
        alike[price(rule, Inputs(month, Effect.BILLED, ask.resident, quotient, siblings, item.slot))] += 1
    return [
        EstimatedLine(
            offer=offer,
            children=children,
            units=item.units,
            unit_cents=found.cents,
            cents=found.cents * item.units * children,
            reason=found.reason,
        )
        for found, children in alike.items()
    ]


def _situations(session: Session, account_id: UUID, today: date) -> list[Situation]:
    """Of each family the account is a guardian of."""
    found = []
    for family, known in families_of(session, account_id, first_of(today)):
        found.append(
            Situation(
                family_id=family.family_id,
                family_label=family.label,
                quotient=known.euros if known else None,
                quotient_month=known.month if known else None,
                resident=family.resident,
            )
        )
    return found
