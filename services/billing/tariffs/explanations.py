"""How a stored price was reckoned: its rule and inputs, gone through once more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.facts.effects import Effect
from billing.models import Allowance, Tariff
from billing.models import Price as StoredPrice
from billing.tariffs.prices import Aided, Inputs, Quotient, Rule, Step, price
from billing.tariffs.tariff_book import read_rule


@dataclass(frozen=True)
class Explanation:
    """The version that made a price, and the steps that lead to it."""

    tariff_since: date
    steps: tuple[Step, ...] = ()


def explain(session: Session, price_ids: Collection[int]) -> dict[int, Explanation]:
    """price → its explanation. One statement.

    Without steps where the rules would reckon otherwise today: what was printed stands, and is not retold wrongly.
    """
    rows = session.execute(
        select(StoredPrice, Tariff, Allowance.name)
        .join(Tariff, Tariff.tariff_id == StoredPrice.tariff_id)
        .outerjoin(Allowance, Allowance.allowance_id == StoredPrice.allowance_id)
        .where(StoredPrice.price_id.in_(price_ids))
    )
    found = {}
    rules: dict[UUID, Rule] = {}
    for stored, tariff, aid_name in rows:
        if tariff.tariff_id not in rules:
            rules[tariff.tariff_id] = read_rule(tariff.rule)
        again = price(rules[tariff.tariff_id], _inputs(stored, aid_name))
        steps = again.steps if again.cents == stored.cents else ()
        found[stored.price_id] = Explanation(tariff.valid_from, steps)
    return found


def _inputs(stored: StoredPrice, aid_name: str | None) -> Inputs:
    euros, month = stored.quotient_euros, stored.quotient_month
    return Inputs(
        stored.month,
        Effect(stored.effect),
        stored.resident,
        None if euros is None or month is None else Quotient(euros, month),
        stored.siblings,
        stored.slot,
        stored.reduction,
        Aided(aid_name, stored.aid_cents) if aid_name else None,
    )
