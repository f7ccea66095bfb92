"""Invoices read many at once are those that are read one by one, in as many statements as one of them."""

from sqlalchemy import select

from billing.invoicing import run_papers
from billing.invoicing.models import Invoice
from contracts.billing.runs import ReadRunPapers, RunPapers
from tests.services.billing.conftest import Town
from tests.services.billing.test_counter import take
from tests.services.billing.test_debit_sizes import counted
from tests.services.billing.test_runs import opened


def test_the_papers_of_a_run_are_those_that_families_read_and_ask_no_more_for_twenty_than_for_one(
    town: Town,
) -> None:
    town.offer()
    for number in range(20):
        family = town.family()
        town.meals(town.child("Zoé"), family, 6 + number)
        town.meals(town.child("Ali"), family, 6)
    run_id = town.run().summary.run_id
    with town.sessions.begin() as session:
        paid, cents = session.execute(select(Invoice.invoice_id, Invoice.total_cents).limit(1)).one()
    take(town, paid, cents=cents)
    today = town.clock.now().date()

    parts: dict[int, RunPapers] = {}

    def read(limit: int) -> None:
        with town.sessions.begin() as session:
            parts[limit] = run_papers.read(session, ReadRunPapers(run_id=run_id, limit=limit), today)

    assert counted(town, lambda: read(20)) == counted(town, lambda: read(1)) < 12
    assert [opened(town, each.summary.invoice_id) for each in parts[20].invoices] == parts[20].invoices
