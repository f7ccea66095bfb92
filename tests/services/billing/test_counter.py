"""Money over the counter, on a real database: taken once, receipted, given back, handed on under a slip."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from nameko.testing.services import worker_factory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from billing.accounting import ledger
from billing.certificates import certificates
from billing.invoicing import statements
from billing.paying import bounces, counter, deposits, refunds
from billing.paying.provider import Progress
from billing.service import BillingService
from chassis.commands import once
from contracts.billing.counter import BounceCheque, DepositView, MakeDeposit, Means, TakePayment
from contracts.billing.invoices import InvoiceState
from contracts.billing.payments import PaymentState, StartPayment
from contracts.billing.refunds import RefundState, RefundView, RefundWay
from contracts.billing.refusals import (
    CesuForCareOnly,
    ChequeBounced,
    ChequeNotDeposited,
    MoreThanOwed,
    NothingToDeposit,
    NothingToPay,
    NotRefundable,
    PaymentUnderway,
    RefundWholeOnly,
    SeveralFamilies,
)
from contracts.billing.tariffs import FixedRule
from contracts.caller import Caller
from contracts.errors import NotSignedIn
from contracts.events.attendance import Mark
from tests.mothers.billing import NOW, a_clerk, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_payments import state
from tests.services.billing.test_refunds import (
    accounts,
    books_are_sound,
    file_of,
    give_back,
    left,
)
from tests.services.billing.test_runs import at_once


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    return town.invoice(4800, parent.citizen())


@pytest.fixture
def mixed(town: Town, parent: Caller) -> UUID:
    """Of 44 €: 20 € of canteen and 24 € of Wednesdays, for a child of four."""
    town.offer(FixedRule(cents=2000))
    family, child = town.family(parent.account_id), town.child("Zoé", date(2022, 5, 4))
    town.meals(child, family, 1)
    for day in (7, 14):
        town.sheet(date(2026, 10, day), (child, family, Mark.PRESENT), activity="mercredi")
    return town.only_invoice(town.run(), family)


def service(town: Town, monkeypatch: pytest.MonkeyPatch) -> BillingService:
    monkeypatch.setattr(BillingService, "till", town.till)
    return worker_factory(BillingService, begin=town.sessions.begin, clock=town.clock)


def take(
    town: Town,
    *invoices: UUID,
    cents: int = 4800,
    means: Means = Means.CASH,
    command: UUID | None = None,
    reference: str = "",
) -> UUID:
    ask = TakePayment(
        command_id=command or uuid4(),
        invoice_ids=invoices,
        means=means,
        amount_cents=cents,
        paid_by="Mme Nadia Ferrand",
        reference=reference,
    )
    with town.sessions.begin() as session:
        view = once(
            session,
            ask,
            a_clerk(),
            lambda: statements.payment(
                session, a_clerk(), counter.take(session, ask, a_clerk(), NOW).payment_id
            ),
        )
    return view.payment_id


def deposit(town: Town, means: Means = Means.CASH) -> DepositView:
    with town.sessions.begin() as session:
        ask = MakeDeposit(command_id=uuid4(), fund="ENF", means=means)
        return deposits.make(session, ask, a_clerk(), NOW)


def test_cash_settles_the_invoice_with_a_receipt_and_a_fact(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = take(town, invoice)
    with town.sessions.begin() as session:
        receipt = statements.receipt(session, parent, payment)
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert (receipt.receipt_number, receipt.method, receipt.paid_by) == (
        "ENF-Q-2026-000001",
        "cash",
        "Mme Nadia Ferrand",
    )
    assert (shown.summary.state, [line.label for line in shown.payments]) == (
        InvoiceState.PAID,
        ["Paiement en espèces"],
    )
    assert (town.told("payment.received"), accounts(town)["cash"]) == (1, 4800)
    assert books_are_sound(town)


def test_two_agents_who_take_the_same_invoice_at_once_take_it_once(town: Town, invoice: UUID) -> None:
    def attempt() -> bool:
        try:
            take(town, invoice)
        except NothingToPay:
            return False
        return True

    assert sorted(at_once(*[attempt] * 6)) == [False] * 5 + [True]
    assert (accounts(town)["cash"], left(town, invoice)) == (4800, 0)
    assert town.count("SELECT last FROM numbering WHERE series = 'receipt'") == 1
    assert books_are_sound(town)


def test_a_double_click_is_one_payment(town: Town, invoice: UUID) -> None:
    command = uuid4()
    assert len(set(at_once(*[lambda: take(town, invoice, cents=1000, command=command)] * 4))) == 1
    assert left(town, invoice) == 3800


def test_an_agent_may_take_a_part_but_not_more_than_is_owed(town: Town, invoice: UUID) -> None:
    take(town, invoice, cents=1800, means=Means.CHEQUE, reference="Banque Postale 0012345")
    assert left(town, invoice) == 3000
    with pytest.raises(MoreThanOwed):
        take(town, invoice, cents=3001)


def test_two_families_are_not_taken_together(town: Town, invoice: UUID) -> None:
    other = town.family(uuid4(), label="Masson")
    town.meals(town.child(), other, 1)
    with pytest.raises(SeveralFamilies):
        take(town, invoice, town.only_invoice(town.run(), other))


def test_cesu_pays_child_care_and_never_the_canteen(town: Town, mixed: UUID) -> None:
    with pytest.raises(CesuForCareOnly):
        take(town, mixed, cents=2401, means=Means.CESU)
    take(town, mixed, cents=1400, means=Means.CESU)
    with pytest.raises(CesuForCareOnly):
        take(town, mixed, cents=1001, means=Means.CESU)
    take(town, mixed, cents=1000, means=Means.CESU)
    with pytest.raises(CesuForCareOnly):
        take(town, mixed, cents=1, means=Means.CESU)
    take(town, mixed, cents=2000)
    assert left(town, mixed) == 0


def test_a_cesu_given_back_may_be_used_again(town: Town, mixed: UUID) -> None:
    give_back(town, take(town, mixed, cents=2400, means=Means.CESU), 2400)
    take(town, mixed, cents=2400, means=Means.CESU)
    assert left(town, mixed) == 2000


def test_what_is_paid_in_cash_leaves_less_for_cesu_only_when_it_must(town: Town, mixed: UUID) -> None:
    """Of 44 € with 24 € of care, 30 € of cash leave 14 €: that much CESU, for it is still less than the care."""
    take(town, mixed, cents=3000)
    with pytest.raises(MoreThanOwed):
        take(town, mixed, cents=1401, means=Means.CESU)
    take(town, mixed, cents=1400, means=Means.CESU)
    assert left(town, mixed) == 0


def test_the_counter_says_what_is_owed_and_what_cesu_may_pay(town: Town, mixed: UUID) -> None:
    with town.sessions.begin() as session:
        family = session.execute(text("SELECT family_id FROM invoice")).scalar_one()
        view = counter.desk(session, family, NOW.date())
    [owed] = view.owed
    assert (owed.summary.left_cents, owed.care_cents, view.guardians) == (4400, 2400, ["Mme Nadia Ferrand"])


def test_money_over_the_counter_is_in_the_tax_certificate(town: Town, mixed: UUID) -> None:
    take(town, mixed, cents=4400)
    with town.sessions.begin() as session:
        family = session.execute(text("SELECT family_id FROM invoice")).scalar_one()
        paper = certificates.certificate(session, family, 2026, date(2026, 12, 1))
    assert paper.cents == 2400


# ---------------------------------------------------------------- beside payments online


def test_taking_money_closes_the_page_on_which_it_could_be_paid(
    town: Town, parent: Caller, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent).payment_id
    with pytest.raises(PaymentUnderway):
        take(town, invoice)
    ask = TakePayment(
        command_id=uuid4(), invoice_ids=(invoice,), means=Means.CASH, amount_cents=4800, paid_by="M. Ferrand"
    )
    answer = service(town, monkeypatch).take_payment(ask, a_clerk())
    assert (answer.state, state(town, page)) == (PaymentState.PAID, PaymentState.EXPIRED)
    assert town.provider.pages[f"page_{page}"].progress is Progress.EXPIRED


def test_a_page_that_was_just_paid_leaves_nothing_to_take(
    town: Town, parent: Caller, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.provider.pay(
        town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent).payment_id
    )
    ask = TakePayment(
        command_id=uuid4(), invoice_ids=(invoice,), means=Means.CASH, amount_cents=4800, paid_by="M. Ferrand"
    )
    with pytest.raises(NothingToPay):
        service(town, monkeypatch).take_payment(ask, a_clerk())
    with pytest.raises(NotSignedIn):
        service(town, monkeypatch).take_payment(ask, parent)
    assert accounts(town)[ledger.CARD] == 4800


def test_a_webhook_the_return_page_and_an_agent_at_once_leave_one_payment_or_a_row(
    town: Town, parent: Caller, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent).payment_id
    town.provider.pay(page)
    desk = service(town, monkeypatch)

    def agent() -> None:
        ask = TakePayment(
            command_id=uuid4(), invoice_ids=(invoice,), means=Means.CASH, amount_cents=4800, paid_by="M. F."
        )
        try:
            desk.take_payment(ask, a_clerk())
        except (NothingToPay, PaymentUnderway):
            return

    at_once(agent, agent, *[lambda: town.till.refresh(page, came_back=True)] * 3)
    assert (state(town, page), left(town, invoice)) == (PaymentState.PAID, 0)
    assert (accounts(town)[ledger.CARD], accounts(town).get("cash", 0)) == (4800, 0)
    assert town.told("payment.received") == 1
    assert books_are_sound(town)


# ---------------------------------------------------------------- given back


def test_cash_goes_back_over_the_counter_in_any_sum_while_it_is_in_the_till(
    town: Town, invoice: UUID
) -> None:
    payment = take(town, invoice)
    assert file_of(town, payment).way is RefundWay.COUNTER
    assert (give_back(town, payment, 800).state, accounts(town)["cash"]) == (RefundState.DONE, 4000)
    slip = deposit(town)
    assert (slip.summary.cents, slip.lines[0].cents) == (4000, 4000)
    assert file_of(town, payment).way is RefundWay.TREASURY
    give_back(town, payment, 1000)
    assert (accounts(town)["cash"], accounts(town)[ledger.TREASURY]) == (0, 3000)
    assert left(town, invoice) == 1800
    assert books_are_sound(town)


def test_a_cheque_goes_back_whole_and_is_on_no_slip(town: Town, invoice: UUID) -> None:
    payment = take(town, invoice, means=Means.CHEQUE, reference="BNP 1")
    with pytest.raises(RefundWholeOnly):
        give_back(town, payment, 100)
    give_back(town, payment, 4800)
    with pytest.raises(NothingToDeposit):
        deposit(town, Means.CHEQUE)
    assert left(town, invoice) == 4800
    assert books_are_sound(town)


# ---------------------------------------------------------------- slips


def test_a_slip_has_all_that_is_held_of_one_kind_under_a_number_without_a_gap(
    town: Town, mixed: UUID
) -> None:
    take(town, mixed, cents=1000, means=Means.CHEQUE, reference="BNP 1")
    take(town, mixed, cents=500, means=Means.CHEQUE, reference="BNP 2")
    take(town, mixed, cents=700)
    first = deposit(town, Means.CHEQUE)
    assert (first.summary.number, first.summary.payments, first.summary.cents) == (
        "ENF-B-2026-000001",
        2,
        1500,
    )
    assert [line.reference for line in first.lines] == ["BNP 1", "BNP 2"]
    with town.sessions.begin() as session:
        till = deposits.till(session)
    assert [(each.means, each.cents) for each in till.holds] == [(Means.CASH, 700)]
    assert [each.number for each in till.deposits] == ["ENF-B-2026-000001"]
    assert deposit(town).summary.number == "ENF-B-2026-000002"
    assert (accounts(town)[ledger.TREASURY], accounts(town)["cheque"], accounts(town)["cash"]) == (2200, 0, 0)
    assert books_are_sound(town)


def test_two_agents_who_make_the_slip_at_once_make_one(town: Town, mixed: UUID) -> None:
    for cents in (100, 200, 300):
        take(town, mixed, cents=cents)

    def attempt() -> int:
        try:
            return deposit(town).summary.cents
        except NothingToDeposit:
            return 0

    assert sorted(at_once(*[attempt] * 4)) == [0, 0, 0, 600]
    assert books_are_sound(town)


def test_money_that_goes_back_while_the_slip_is_made_is_on_it_or_not_but_never_both(
    town: Town, mixed: UUID
) -> None:
    held = [take(town, mixed, cents=100, means=Means.VOUCHER) for _ in range(4)]

    def slip() -> None:
        try:
            deposit(town, Means.VOUCHER)
        except NothingToDeposit:
            return

    at_once(slip, *[lambda payment=payment: give_back(town, payment, 100) for payment in held], slip)
    given = town.count("SELECT count(*) FROM refund WHERE way = 'counter'")
    handed_on = town.count("SELECT coalesce(sum(total_cents), 0) FROM deposit")
    assert handed_on == 400 - 100 * given
    assert accounts(town).get("voucher", 0) == 0
    assert books_are_sound(town)


def test_a_slip_is_never_changed(town: Town, invoice: UUID) -> None:
    take(town, invoice)
    deposit(town)
    with pytest.raises(IntegrityError), town.engine.begin() as connection:
        connection.execute(text("UPDATE deposit SET total_cents = 1"))


def bounce(town: Town, payment: UUID) -> RefundView:
    with town.sessions.begin() as session:
        ask = BounceCheque(command_id=uuid4(), payment_id=payment, reason="Défaut de provision")
        return refunds.view(bounces.bounce(session, ask, a_clerk(), NOW))


def test_a_cheque_that_bounces_is_due_again_and_the_family_is_told(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = take(town, invoice, means=Means.CHEQUE)
    with pytest.raises(ChequeNotDeposited):
        bounce(town, payment)
    deposit(town, Means.CHEQUE)
    assert file_of(town, payment).may_bounce
    row = bounce(town, payment)
    assert (row.way, row.amount_cents, row.asked_by_name) == (RefundWay.BOUNCED, 4800, "Régine Sabatier")
    assert (left(town, invoice), accounts(town).get("treasury", 0)) == (4800, 0)
    with town.sessions.begin() as session:
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert shown.summary.state is InvoiceState.TO_PAY
    assert [line.label for line in shown.payments] == ["Paiement par chèque", "Chèque rejeté par la banque"]
    assert (town.told("payment.bounced"), town.told("refund.made")) == (1, 0)
    file = file_of(town, payment)
    assert (file.may_bounce, file.refundable_cents) == (False, 0)
    with pytest.raises(ChequeBounced):
        bounce(town, payment)
    with pytest.raises(NotRefundable):
        give_back(town, payment, 100)
    # Paid once more, in cash: all is as it should be.
    take(town, invoice)
    assert left(town, invoice) == 0
    assert books_are_sound(town)


def test_cash_does_not_bounce(town: Town, invoice: UUID) -> None:
    payment = take(town, invoice)
    deposit(town)
    with pytest.raises(ChequeNotDeposited):
        bounce(town, payment)


def test_of_two_agents_who_note_the_same_bounce_one_is_refused(town: Town, invoice: UUID) -> None:
    payment = take(town, invoice, means=Means.CHEQUE)
    deposit(town, Means.CHEQUE)

    def one() -> str:
        try:
            return bounce(town, payment).way
        except ChequeBounced as refusal:
            return refusal.code

    assert sorted(map(str, at_once(one, one))) == ["bounced", "cheque_bounced"]
    assert left(town, invoice) == 4800
