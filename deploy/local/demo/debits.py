"""A parent of the demonstration pays by direct debit: the mandate, the announcement, the file for the bank.

On its day (`./espace clock +22d`) the debit is booked as paid, unless an agent has recorded before what the bank says
in the file that waits for one: a debit refused, and one that is not the town's.
"""

from collections.abc import Iterable
from hashlib import sha256

from contracts.billing.bank_files import BankFileKind, BankReturn, ReadBankFile
from contracts.billing.debits import (
    AnnounceCollection,
    CollectionView,
    MakeCollectionFile,
    MyMandates,
    OpenDebitDesk,
    SignMandate,
)
from contracts.billing.invoices import InvoiceState, MyInvoices
from contracts.billing.refusals import NothingToCollect
from contracts.caller import SYSTEM, Caller
from deploy.local.demo.billing import FUND, Services, key

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
        _answer(services, services.ask(make, SYSTEM))


def _answer(services: Services, filed: CollectionView) -> None:
    """The bank's word on the first debit of a file, as its own file would have it."""
    said_on = filed.summary.announced_at.date()
    returns = [
        BankReturn(
            end_to_end=filed.lines[0].payment_id.hex,
            code="AM04",
            cents=filed.lines[0].cents,
            returned_on=said_on,
        ),
        BankReturn(end_to_end="CANTINE-2025-0417", code="AC04", cents=3120, returned_on=said_on),
    ]
    number = filed.summary.number
    read = ReadBankFile(
        command_id=key("bank-file", filed.summary.collection_id),
        kind=BankFileKind.STATUS_REPORT,
        name=f"compte-rendu-{number}.xml",
        message_id=f"BDF-{number}",
        digest=sha256(number.encode()).hexdigest(),
        returns=returns,
    )
    services.ask(read, SYSTEM)


def _owes(services: Services, parent: Caller) -> bool:
    return any(
        invoice.state is InvoiceState.TO_PAY and invoice.fund == FUND
        for invoice in services.ask(MyInvoices(), parent).invoices
    )
