"""An agent who opens a family's bill leaves a fact; a parent does not."""

from uuid import uuid4

from nameko.testing.services import worker_factory

from billing.service import BillingService
from contracts.billing.invoices import OpenInvoice
from tests.mothers.billing import a_clerk, a_parent
from tests.services.billing.conftest import Town


def test_an_agent_s_opening_of_an_invoice_is_told_and_a_parent_s_is_not(town: Town) -> None:
    account_id = uuid4()
    ask = OpenInvoice(invoice_id=town.invoice(4800, account_id))
    service = worker_factory(BillingService, begin=town.sessions.begin, clock=town.clock)
    service.open_invoice(ask, a_parent(account_id))
    assert town.told("bill.consulted") == 0
    number = service.open_invoice(ask, a_clerk()).summary.number
    assert town.told("bill.consulted") == 1
    wanted = "SELECT count(*) FROM outbox WHERE name = 'bill.consulted' AND body LIKE :said"
    assert town.count(wanted, said=f"%Facture {number}%") == 1
