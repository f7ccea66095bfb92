"""A parent of the demonstration pays by direct debit: the mandate, the announcement, the bank's file.

On its day (`./espace clock +22d`) the debit is booked as paid, and an agent may enter what the bank sent back.
"""

from collections.abc import Iterable

from contracts.billing.debits import (
    AnnounceCollection,
    MakeCollectionFile,
    MyMandates,
    OpenDebitDesk,
    SignMandate,
)
from contracts.billing.invoices import InvoiceState, MyInvoices
from contracts.billing.refusals import NothingToCollect
from contracts.caller import SYSTEM, Caller
from deploy.local.demo.billing import Services, key

_IBAN, _BIC = "FR14 2004 1010 0505 0001 3M02 606", "PSSTFRPPLYO"
"""The specimen that banks print on theirs."""


def load(services: Services, parents: Iterable[Caller]) -> None:
    """The first of these parents who owes something signs, and is collected from."""
    if services.ask(OpenDebitDesk(), SYSTEM).collections:
        return
    signer = next((parent for parent in parents if _owes(services, parent)), None)
    if signer is None:
        return
    for offer in services.ask(MyMandates(), signer).offers[:1]:
        sign = SignMandate(
            command_id=key("mandate", offer.family_id),
            family_id=offer.family_id,
            fund=offer.fund,
            holder=signer.name,
            iban=_IBAN,
            bic=_BIC,
        )
        services.ask(sign, signer)
    for fund in services.ask(OpenDebitDesk(), SYSTEM).funds:
        try:
            announce = AnnounceCollection(
                command_id=key("collection", fund.fund, fund.proposed),
                fund=fund.fund,
                collect_on=fund.proposed,
            )
            collection = services.ask(announce, SYSTEM).summary
        except NothingToCollect:
            continue
        make = MakeCollectionFile(
            command_id=key("file", collection.collection_id), collection_id=collection.collection_id
        )
        services.ask(make, SYSTEM)


def _owes(services: Services, parent: Caller) -> bool:
    return any(
        invoice.state is InvoiceState.TO_PAY for invoice in services.ask(MyInvoices(), parent).invoices
    )
