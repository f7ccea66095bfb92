"""The demonstration's contested line: a parent says of two days of last month's invoice that the child was not there.

Under an idempotency key made from the line: loading twice changes nothing.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.billing.contesting import ContestInvoiceLine, MyLineObjections, ShowContestableLine
from contracts.billing.invoices import InvoiceKind, MyInvoices, OpenInvoice
from contracts.billing.objection_terms import ObjectionReason
from contracts.caller import Caller
from contracts.messages import Question

A = TypeVar("A")
_WORDS = "Ces deux jours-là, sa grand-mère est venue la chercher à midi : elle n’a pas déjeuné à la cantine."


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, parents: Iterable[Caller]) -> UUID | None:
    """Contests a line of the first parent's invoice that has one; the objection's id. None when there is none, or when
    one was contested at an earlier load.
    """
    for parent in parents:
        if services.ask(MyLineObjections(), parent):
            return None
        for summary in services.ask(MyInvoices(), parent).invoices:
            if summary.kind is not InvoiceKind.INVOICE:
                continue
            invoice = services.ask(OpenInvoice(invoice_id=summary.invoice_id), parent)
            for line in invoice.lines:
                if line.amount_cents > 0 and (made := _contest(services, parent, line.line_id)):
                    return made
    return None


def _contest(services: Services, parent: Caller, line_id: int) -> UUID | None:
    line = services.ask(ShowContestableLine(line_id=line_id), parent)
    free = [each.session_id for each in line.days if not each.why][:2]
    if not line.is_open or not free:
        return None
    ask = ContestInvoiceLine(
        command_id=uuid5(NAMESPACE_URL, f"espace-citoyens/demo/contest/{line_id}"),
        line_id=line_id,
        session_ids=free,
        reason=ObjectionReason.NOT_THERE,
        words=_WORDS,
    )
    return services.ask(ask, parent)
