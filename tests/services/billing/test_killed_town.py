"""A town's whole month and its payments, cut off at random: one invoice a family, every sum whole, nothing twice."""

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing.accounting import audit, ledger
from tests.load import invoice_town
from tests.mothers.billing import NOW
from tests.services.billing.conftest import Town
from tests.services.billing.test_counter import take
from tests.services.billing.test_killed_runs import check, cut_before, draft, publish

Done = TypeVar("Done")

FAMILIES = 1_700
CUTS = 3
PAID = 12


def insisted(town: Town, dice: random.Random, act: Callable[[], Done]) -> Done:
    """What comes of `act` in the end: cut before some of its statements at first, then let through."""
    for _ in range(CUTS):
        with cut_before(town, dice.randint(1, 24)), suppress(DBAPIError):
            return act()
    return act()


@pytest.mark.timeout(240)
def test_1700_families_are_billed_and_pay_once_however_often_the_database_is_lost(town: Town) -> None:
    dice = random.Random(1_700)
    invoice_town.fill(town.engine, FAMILIES)
    run_id = insisted(town, dice, lambda: draft(town))
    insisted(town, dice, lambda: check(town, run_id))
    insisted(town, dice, lambda: publish(town, run_id))

    with town.engine.connect() as connection:
        invoices = connection.execute(
            text("SELECT invoice_id, family_id, sequence, total_cents FROM invoice ORDER BY sequence")
        ).all()
    carried = town.count(
        "SELECT count(*) FROM run_family WHERE run_id = :run AND outcome = 'carried'", run=run_id
    )
    assert len(invoices) + carried == FAMILIES == len({row.family_id for row in invoices}) + carried
    assert [row.sequence for row in invoices] == list(range(1, len(invoices) + 1))
    total = sum(row.total_cents for row in invoices)
    assert town.count("SELECT sum(quantity * unit_cents) FROM charge") == total
    assert town.count("SELECT sum(amount_cents) FROM invoice_line") == total
    assert town.told("invoice.published") == len(invoices)

    payers = dice.sample(invoices, PAID)
    for row in payers:
        command: UUID = uuid4()
        insisted(town, dice, partial(take, town, row.invoice_id, cents=row.total_cents, command=command))
    paid = sum(row.total_cents for row in payers)
    assert (
        town.count("SELECT count(*) FROM payment WHERE state = 'paid'")
        == PAID
        == town.told("payment.received")
    )
    assert town.count("SELECT count(DISTINCT receipt_number) FROM payment") == PAID
    assert town.count("SELECT last FROM numbering WHERE series = 'receipt'") == PAID
    with town.sessions.begin() as session:
        balances = ledger.totals(session)
        assert (balances[ledger.RECEIVABLE], balances["cash"], sum(balances.values())) == (
            total - paid,
            paid,
            0,
        )
        assert audit.check(session, NOW) == 0
    assert town.run().summary.total_cents == 0
