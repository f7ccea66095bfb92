"""What the billing office of the demonstration has under way: a tariff's draft, aids, the till, a refund.

`prepare` goes before last month's run, so that the bills show the aids; `handle` after it.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

from contracts.billing.allowances import AllowanceKind, GrantAllowance
from contracts.billing.counter import MakeDeposit, Means, OpenCounter, TakePayment
from contracts.billing.drafts import SaveTariffDraft, StartTariffDraft
from contracts.billing.invoices import InvoiceState, InvoiceSummary, MyInvoices
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import RefundPayment
from contracts.billing.runs import FindPayments
from contracts.billing.tariffs import MyPrices
from contracts.caller import Caller
from contracts.errors import DomainError
from deploy.local.demo.billing import FUND, LUNCH_BOX, NEXT_CANTEEN, Services, key

_CHEQUE, _CASH = 1500, 1000


def prepare(services: Services, clerk: Caller, today: date, parents: Sequence[Caller]) -> None:
    """The canteen's next tariff, in progress; an aid for the first parent's family, a reduction for the third's."""
    ask = StartTariffDraft(command_id=key("draft", "cantine"), activity_code="cantine")
    draft = services.ask(ask, clerk)
    services.ask(
        SaveTariffDraft(
            command_id=key("draft", "cantine", "saved"),
            draft_id=draft.draft_id,
            version=draft.version,
            rule=NEXT_CANTEEN,
        ),
        clerk,
    )
    since = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    until = date(today.year + (today.month > 8), 8, 31)
    for parent, terms in (
        (
            parents[0],
            {
                "kind": AllowanceKind.AID, "name": "Aide du CCAS", "percent": 50, "cap_cents": 120_00,
                "until": until, "decision": "Commission du CCAS, décision 118",
            },
        ),
        (
            parents[2],
            {
                "kind": AllowanceKind.REDUCTION, "reduction": LUNCH_BOX.code, "activity_code": "cantine",
                "decision": "Demande de la famille",
            },
        ),
    ):  # fmt: skip
        family_id = _family_of(services, parent)
        if family_id:
            given = {"family_id": family_id, "since": since} | terms
            services.ask(GrantAllowance(command_id=key("allowance", family_id), **given), clerk)


def handle(services: Services, clerk: Caller, parents: Sequence[Caller], patience: float = 30) -> None:
    """A cheque on a slip and cash in the till, from the first family but one that owes enough; a refund to a card."""
    for parent in parents[1:]:
        owed = _to_pay(services, parent)
        if owed and owed.left_cents > _CHEQUE + _CASH:
            _take(services, clerk, owed, Means.CHEQUE, _CHEQUE)
            services.ask(
                MakeDeposit(command_id=key("deposit", owed.invoice_id), fund=owed.fund, means=Means.CHEQUE),
                clerk,
            )
            _take(services, clerk, owed, Means.CASH, _CASH)
            break
    until = time.monotonic() + patience
    while not _refund(services, clerk) and time.monotonic() < until:
        time.sleep(0.5)


def _take(services: Services, clerk: Caller, owed: InvoiceSummary, means: Means, cents: int) -> None:
    counter = services.ask(OpenCounter(family_id=owed.family_id), clerk)
    services.ask(
        TakePayment(
            command_id=key("counter", owed.invoice_id, means),
            invoice_ids=(owed.invoice_id,),
            means=means,
            amount_cents=cents,
            paid_by=counter.guardians[0] if counter.guardians else counter.family_label,
            reference="Banque Postale, chèque 0012345" if means is Means.CHEQUE else "",
        ),
        clerk,
    )


def _refund(services: Services, clerk: Caller) -> bool:
    """Five euros of the payment by card, once its notification has come."""
    paid = services.ask(FindPayments(state=PaymentState.PAID), clerk).payments
    by_card = next((each.payment for each in paid if each.provider_reference.startswith("pi_")), None)
    if by_card is None:
        return False
    ask = RefundPayment(
        command_id=key("refund", by_card.payment_id),
        payment_id=by_card.payment_id,
        amount_cents=min(500, by_card.amount_cents),
        reason="Repas annulé par la ville",
    )
    services.ask(ask, clerk)
    return True


def _to_pay(services: Services, parent: Caller) -> InvoiceSummary | None:
    found = services.ask(MyInvoices(), parent).invoices
    return next((each for each in found if each.state is InvoiceState.TO_PAY and each.fund == FUND), None)


def _family_of(services: Services, parent: Caller) -> UUID | None:
    return next((each.family_id for each in services.ask(MyPrices(), parent).prices), None)


def known(services: Services, parents: Sequence[Caller]) -> Callable[[], bool]:
    """True when billing has heard of every parent's family."""

    def are_known() -> bool:
        try:
            return all(_family_of(services, parent) for parent in parents)
        except DomainError:
            return False

    return are_known
