"""Direct debits on a real database: announced, filed once, booked on their day, sent back; never collected twice."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from billing.accounting import audit, ledger
from billing.debits import (
    booking,
    collecting,
    creditors,
    dates,
    filing,
    mandates,
    pain008,
    reading,
    rejecting,
    resuming,
)
from billing.debits.models import Collection, Debit, Mandate
from billing.invoicing import statements
from billing.invoicing.models import Invoice
from billing.paying import counter
from billing.paying.models import Payment
from chassis.clock import PARIS
from chassis.sealed_column import Seal
from contracts.billing.counter import Means, TakePayment
from contracts.billing.debits import (
    AnnounceCollection,
    CollectionState,
    FindMandates,
    MandateState,
    PlanCollection,
    RejectDebit,
    RevokeMandate,
    SignMandate,
    WithdrawDebit,
)
from contracts.billing.invoices import InvoiceState
from contracts.billing.objection_terms import LineObjectionState
from contracts.billing.payments import PaymentState, StartPayment
from contracts.billing.refusals import (
    CollectionClosed,
    CollectionDateRefused,
    CollectionTooLate,
    CollectionUnderway,
    DebitNotOffered,
    MandateExists,
    MandateNotResumable,
    MandateOver,
    NothingToCollect,
    RejectRefused,
)
from contracts.caller import Caller, Role
from contracts.errors import Invalid, NotAllowed, NotFound
from tests.mothers.billing import NOW, a_clerk, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_claims import make as make_claims
from tests.services.billing.test_claims import set_terms
from tests.services.billing.test_contesting import MEAL, Case
from tests.services.billing.test_runs import at_once

CREDITORS = creditors.read("ENF=FR72ZZZ123456,FR7630001007941234567890185,BDFEFRPPCCT")
SEAL = Seal("of a test", "debits")
IBAN = "FR14 2004 1010 0505 0001 3M02 606"
SPACE = {"": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.02"}


def sign(town: Town, family: UUID, parent: Caller, **changes: str) -> UUID:
    fields = {"fund": "ENF", "holder": "Nadia Ferrand", "iban": IBAN, "bic": "PSSTFRPPLYO"} | changes
    ask = SignMandate(command_id=uuid4(), family_id=family, **fields)
    with town.sessions.begin() as session:
        return mandates.sign(session, CREDITORS, SEAL, ask, parent, town.clock.now()).mandate_id


def announce(town: Town, on: date, fund: str = "ENF") -> UUID:
    ask = AnnounceCollection(command_id=uuid4(), fund=fund, collect_on=on)
    with town.sessions.begin() as session:
        made = collecting.announce(session, CREDITORS, ask, a_clerk(Role.BILLING), town.clock.now())
        return made.collection_id


def make_file(town: Town, collection: UUID, write: filing.Write = pain008.write) -> CollectionState:
    with town.sessions.begin() as session:
        now = town.clock.now()
        return filing.make(session, CREDITORS, SEAL, write, collection, a_clerk(Role.BILLING), now).state


def file_of(town: Town, collection: UUID) -> bytes:
    with town.sessions.begin() as session:
        return filing.content(session.get_one(Collection, collection), SEAL)


def book(town: Town) -> int:
    with town.sessions.begin() as session:
        due = booking.due(session, town.clock.now())
    for payment in due:
        with town.sessions.begin() as session:
            booking.book(session, payment, town.clock.now())
    return len(due)


def reject(town: Town, payment: UUID, code: str) -> None:
    today = town.clock.now().astimezone(PARIS).date()
    ask = RejectDebit(command_id=uuid4(), payment_id=payment, code=code, rejected_on=today)
    with town.sessions.begin() as session:
        rejecting.reject(session, ask, a_clerk(Role.BILLING), town.clock.now())


def payment_of(town: Town, collection: UUID) -> UUID:
    with town.sessions.begin() as session:
        return collecting.payments_of(session, collection)[0]


def state(town: Town, payment: UUID) -> PaymentState:
    with town.sessions.begin() as session:
        return session.get_one(Payment, payment).state


def mandate_state(town: Town, mandate: UUID) -> MandateState:
    with town.sessions.begin() as session:
        return session.get_one(Mandate, mandate).state


def left(town: Town, invoice: UUID) -> int:
    with town.sessions.begin() as session:
        return ledger.left_of(session, [invoice]).get(invoice, 0)


def to_day(town: Town, day: date) -> None:
    town.clock.moment = datetime(day.year, day.month, day.day, 9, 0, tzinfo=PARIS)


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    return town.invoice(4800, parent.citizen())


@pytest.fixture
def family(town: Town, invoice: UUID) -> UUID:
    with town.sessions.begin() as session:
        return statements.invoice(session, a_clerk(Role.BILLING), invoice, NOW.date()).summary.family_id


@pytest.fixture
def due_on(town: Town, invoice: UUID) -> date:
    with town.sessions.begin() as session:
        return statements.invoice(session, a_clerk(Role.BILLING), invoice, NOW.date()).summary.due_on


@pytest.fixture
def mandate(town: Town, family: UUID, parent: Caller) -> UUID:
    return sign(town, family, parent)


def test_an_invoice_is_announced_filed_and_paid_on_its_day(
    town: Town, parent: Caller, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    payment = payment_of(town, collection)
    with town.sessions.begin() as session:
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert (InvoiceState.COLLECTING, due_on, 4800) == (
        shown.summary.state,
        shown.collect_on,
        shown.collect_cents,
    )
    assert (town.told("debit.announced"), book(town)) == (1, 0), "told, and nothing taken before the file"
    assert make_file(town, collection) is CollectionState.FILED
    to_day(town, due_on - timedelta(days=1))
    assert book(town) == 0
    to_day(town, due_on)
    assert (book(town), book(town)) == (1, 0)
    assert (state(town, payment), left(town, invoice)) == (PaymentState.PAID, 0)
    with town.sessions.begin() as session:
        receipt = statements.receipt(session, parent, payment)
        assert ledger.totals(session)["sepa"] == 4800
        assert audit.check(session, town.clock.now()) == 0
    assert (receipt.provider_reference, receipt.method) == ("ENF-M-2026-000001", "sepa_debit")
    assert town.told("payment.received") == 1


def test_the_file_has_what_the_bank_needs_and_is_the_same_each_time(
    town: Town, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    make_file(town, collection)
    made = file_of(town, collection)
    with pytest.raises(CollectionClosed):
        make_file(town, collection)
    assert file_of(town, collection) == made
    document = ElementTree.fromstring(made)
    said = {path: document.findtext(f".//{path}", "", SPACE) for path in (
        "MsgId", "NbOfTxs", "CtrlSum", "SeqTp", "ReqdColltnDt", "MndtId", "DtOfSgntr", "EndToEndId", "InstdAmt", "Ustrd",
    )}  # fmt: skip
    assert said == {
        "MsgId": "ENF-P-2026-000001",
        "NbOfTxs": "1",
        "CtrlSum": "48.00",
        "SeqTp": "FRST",
        "ReqdColltnDt": due_on.isoformat(),
        "MndtId": "ENF-M-2026-000001",
        "DtOfSgntr": NOW.astimezone(PARIS).date().isoformat(),
        "EndToEndId": payment_of(town, collection).hex,
        "InstdAmt": "48.00",
        "Ustrd": "Facture ENF-2026-000001",
    }
    ibans = [each.text for each in document.iterfind(".//IBAN", SPACE)]
    assert ibans == ["FR7630001007941234567890185", "FR1420041010050500013M02606"]


def test_an_account_number_lies_in_the_clear_in_no_table(town: Town, mandate: UUID, due_on: date) -> None:
    make_file(town, announce(town, due_on))
    for table in ("mandate", "collection", "debit", "payment", "outbox", "command"):
        found = town.count(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%3M02606%'")
        assert found == 0, table


def test_the_second_debit_of_a_mandate_recurs_and_a_first_that_came_back_before_its_day_is_first_again(
    town: Town, mandate: UUID, due_on: date
) -> None:
    first = announce(town, due_on)
    make_file(town, first)
    reject(town, payment_of(town, first), "AM04")
    assert state(town, payment_of(town, first)) is PaymentState.FAILED
    second = announce(town, due_on)
    make_file(town, second)
    to_day(town, due_on)
    book(town)
    reject(town, payment_of(town, second), "AM04")
    third = announce(town, due_on + timedelta(days=28))
    make_file(town, third)
    with town.sessions.begin() as session:
        kinds = [session.get_one(Debit, payment_of(town, each)).sequence for each in (first, second, third)]
    assert kinds == ["FRST", "FRST", "RCUR"]


def test_nobody_is_debited_before_the_notice_is_over_or_on_a_day_without_banks(
    town: Town, mandate: UUID
) -> None:
    today = NOW.astimezone(PARIS).date()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 21)
    for day in (today + timedelta(days=13), saturday, today + timedelta(days=200)):
        with pytest.raises(CollectionDateRefused):
            announce(town, day)
    with pytest.raises(DebitNotOffered):
        announce(town, saturday + timedelta(days=2), fund="CAN")


def test_what_is_not_due_yet_or_is_being_paid_otherwise_is_left_out(
    town: Town, parent: Caller, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    ask = PlanCollection(fund="ENF", collect_on=due_on - timedelta(days=3))
    with town.sessions.begin() as session:
        early = collecting.plan(session, CREDITORS, ask, town.clock.now())
    assert (early.debits, early.mandates) == (0, 1)
    town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)
    with pytest.raises(NothingToCollect):
        announce(town, due_on)
    assert town.count("SELECT count(*) FROM collection") == 0


def test_what_the_treasury_was_told_of_is_the_treasurys_to_collect(
    town: Town, mandate: UUID, due_on: date
) -> None:
    set_terms(town)
    make_claims(town)
    with pytest.raises(NothingToCollect):
        announce(town, due_on)


def test_what_is_going_to_be_collected_cannot_be_paid_online_or_over_the_counter(
    town: Town, parent: Caller, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    announce(town, due_on)
    with pytest.raises(CollectionUnderway):
        town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)
    with pytest.raises(CollectionUnderway):
        town.till.close_pages([invoice])


def test_an_online_payment_and_a_collection_begun_at_once_never_both_take_the_invoice(
    town: Town, parent: Caller, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    for _ in range(12):

        def pay() -> str:
            try:
                town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)
            except CollectionUnderway:
                return "refused"
            return "online"

        def collect() -> str:
            try:
                announce(town, due_on)
            except NothingToCollect:
                return "left out"
            return "collected"

        assert sorted(at_once(pay, collect)) in (["collected", "refused"], ["left out", "online"])
        assert town.count("SELECT count(*) FROM payment_part WHERE underway") == 1
        with town.sessions.begin() as session:
            for found in session.query(Payment).filter(Payment.state != PaymentState.FAILED):
                found.state = PaymentState.FAILED


def test_revoking_while_the_file_is_made_either_stops_the_debit_or_comes_too_late_for_it(
    town: Town, parent: Caller, family: UUID, invoice: UUID, due_on: date
) -> None:
    for _ in range(5):
        mandate = sign(town, family, parent)
        collection = announce(town, due_on)

        def revoke(mandate: UUID = mandate) -> str:
            with town.sessions.begin() as session:
                ask = RevokeMandate(command_id=uuid4(), mandate_id=mandate)
                collecting.revoke(session, ask, parent, town.clock.now())
            return "revoked"

        at_once(revoke, lambda collection=collection: make_file(town, collection))
        payment = payment_of(town, collection)
        with town.sessions.begin() as session:
            filed = session.get_one(Collection, collection).state is CollectionState.FILED
        assert state(town, payment) is (PaymentState.COLLECTING if filed else PaymentState.FAILED)
        assert mandate_state(town, mandate) is MandateState.REVOKED
        if filed:
            reject(town, payment, "MD01")


def test_two_agents_who_announce_at_once_collect_once(town: Town, mandate: UUID, due_on: date) -> None:
    def collect() -> bool:
        try:
            announce(town, due_on)
        except NothingToCollect:
            return False
        return True

    assert sorted(at_once(*[collect] * 4)) == [False, False, False, True]
    assert town.told("debit.announced") == 1


def test_a_mandate_revoked_before_the_file_frees_the_invoice_and_after_it_comes_too_late(
    town: Town, parent: Caller, family: UUID, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    ask = RevokeMandate(command_id=uuid4(), mandate_id=mandate)
    announce(town, due_on)
    with town.sessions.begin() as session, pytest.raises(NotFound):
        collecting.revoke(session, ask, a_parent(), town.clock.now())
    with town.sessions.begin() as session:
        collecting.revoke(session, ask, parent, town.clock.now())
    assert (town.told("debit.withdrawn"), town.told("mandate.ended")) == (1, 1)
    with town.sessions.begin() as session, pytest.raises(MandateOver):
        collecting.revoke(session, ask, parent, town.clock.now())
    again = sign(town, family, parent)
    collection = announce(town, due_on)
    make_file(town, collection)
    with town.sessions.begin() as session:
        collecting.revoke(
            session, RevokeMandate(command_id=uuid4(), mandate_id=again), parent, town.clock.now()
        )
    assert state(town, payment_of(town, collection)) is PaymentState.COLLECTING
    to_day(town, due_on)
    assert (book(town), left(town, invoice)) == (1, 0)


def test_a_file_takes_no_more_than_is_left_and_none_of_what_is_settled(
    town: Town, invoice: UUID, family: UUID, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    with town.sessions.begin() as session:
        entries: list[ledger.Entry] = [
            ("revenue:cantine", None, None, 1000),
            (ledger.RECEIVABLE, family, invoice, -1000),
        ]
        ledger.post(session, "write_off", "a", entries, town.clock.now())
    make_file(town, collection)
    with town.sessions.begin() as session:
        assert session.get_one(Payment, payment_of(town, collection)).amount_cents == 3800
        assert reading.collection(session, collection).summary.cents == 3800
    to_day(town, due_on)
    book(town)
    assert left(town, invoice) == 0


def test_a_collection_of_which_nothing_is_left_is_given_up(
    town: Town, invoice: UUID, family: UUID, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    with town.sessions.begin() as session:
        entries: list[ledger.Entry] = [
            ("revenue:cantine", None, None, 4800),
            (ledger.RECEIVABLE, family, invoice, -4800),
        ]
        ledger.post(session, "write_off", "a", entries, town.clock.now())
    assert make_file(town, collection) is CollectionState.CANCELLED
    assert state(town, payment_of(town, collection)) is PaymentState.FAILED
    with pytest.raises(NotFound):
        file_of(town, collection)


def test_what_is_contested_is_not_debited_before_the_answer_and_due_again_after_it(town: Town) -> None:
    case = Case(town)  # 60 € for three days
    sign(town, case.family, case.parent)
    with town.sessions.begin() as session:
        due_on = session.get_one(Invoice, case.invoice).due_on
    early = case.contest(0)
    collection = announce(town, due_on)
    with town.sessions.begin() as session:
        body = session.execute(text("SELECT body FROM outbox WHERE name = 'debit.announced'")).scalar_one()
    fact = json.loads(body)["data"]
    assert (fact["amount_cents"], fact["contested_cents"]) == (2 * MEAL, MEAL)
    late = case.contest(1)
    with town.sessions.begin() as session:
        shown = reading.mine(session, CREDITORS, case.parent.account_id).coming  # type: ignore[arg-type]
        assert [each.cents for each in shown] == [MEAL]
        assert statements.invoice(session, case.parent, case.invoice, due_on).collect_cents == MEAL
    make_file(town, collection)
    to_day(town, due_on)
    assert (book(town), left(town, case.invoice)) == (1, 2 * MEAL)
    again = dates.next_bank_day(due_on + timedelta(days=20))
    with pytest.raises(NothingToCollect):
        announce(town, again)
    case.answer(early, LineObjectionState.EXPLAINED)
    case.answer(late, LineObjectionState.WAIVED)
    make_file(town, announce(town, again))
    to_day(town, again)
    assert (book(town), case.balance) == (1, MEAL)  # what was given back, until a run credits it
    town.run()
    assert case.balance == 0


def test_a_collection_of_which_all_is_contested_since_is_given_up(town: Town) -> None:
    case = Case(town)
    sign(town, case.family, case.parent)
    with town.sessions.begin() as session:
        due_on = session.get_one(Invoice, case.invoice).due_on
    collection = announce(town, due_on)
    case.contest(0, 1, 2)
    assert make_file(town, collection) is CollectionState.CANCELLED
    assert (left(town, case.invoice), town.told("debit.withdrawn")) == (3 * MEAL, 1)
    assert town.count("SELECT count(*) FROM payment WHERE reason = 'contested'") == 1


def test_a_booked_debit_that_comes_back_is_due_again_and_its_receipt_is_void(
    town: Town, parent: Caller, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    payment = payment_of(town, collection)
    with pytest.raises(RejectRefused):
        reject(town, payment, "AM04")
    make_file(town, collection)
    to_day(town, due_on)
    book(town)
    reject(town, payment, "AM04")
    with pytest.raises(RejectRefused):
        reject(town, payment, "AM04")
    assert (state(town, payment), left(town, invoice)) == (PaymentState.REJECTED, 4800)
    assert mandate_state(town, mandate) is MandateState.ACTIVE
    with town.sessions.begin() as session, pytest.raises(NotFound):
        statements.receipt(session, parent, payment)
    with town.sessions.begin() as session:
        assert ledger.totals(session)["sepa"] == 0
        assert audit.check(session, town.clock.now()) == 0
        shown = statements.invoice(session, parent, invoice, due_on)
    assert [(line.label, line.void) for line in shown.payments] == [
        ("Prélèvement automatique", True),
        ("Prélèvement rejeté par la banque", True),
    ]
    assert shown.summary.state is InvoiceState.TO_PAY
    assert town.told("debit.rejected") == 1


def test_a_closed_account_suspends_the_mandate_and_gives_up_what_it_had_announced(
    town: Town, parent: Caller, family: UUID, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    first = announce(town, due_on)
    make_file(town, first)
    reject(town, payment_of(town, first), "AM04")
    second = announce(town, due_on + timedelta(days=7))
    third = payment_of(town, first)
    with pytest.raises(RejectRefused):
        reject(town, third, "AC04")
    make_file(town, second)
    reject(town, payment_of(town, second), "AC04")
    assert mandate_state(town, mandate) is MandateState.SUSPENDED
    with pytest.raises(NothingToCollect):
        announce(town, due_on + timedelta(days=7))
    again = sign(town, family, parent)
    assert (mandate_state(town, mandate), mandate_state(town, again)) == (
        MandateState.REPLACED,
        MandateState.ACTIVE,
    )


def resume(town: Town, mandate: UUID, by: Caller) -> MandateState:
    with town.sessions.begin() as session:
        return resuming.resume(session, CREDITORS, mandate, by, town.clock.now()).state


def suspend(town: Town, due_on: date, code: str) -> None:
    collection = announce(town, due_on)
    make_file(town, collection)
    reject(town, payment_of(town, collection), code)


def test_a_mandate_that_the_bank_did_not_know_serves_again_once_its_signer_says_so(
    town: Town, parent: Caller, family: UUID, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    suspend(town, due_on, "MD01")
    assert mandate_state(town, mandate) is MandateState.SUSPENDED
    with town.sessions.begin() as session:
        assert [each.resumable for each in reading.mine(session, CREDITORS, parent.citizen()).mandates] == [
            True
        ]
    for stranger, refusal in ((a_parent(), NotFound), (a_clerk(Role.ATTENDANCE), NotAllowed)):
        with pytest.raises(refusal):
            resume(town, mandate, stranger)
    assert at_once(*[lambda: resume(town, mandate, parent)] * 3) == [MandateState.ACTIVE] * 3
    assert town.told("mandate.resumed") == 1
    again = announce(town, due_on + timedelta(days=7))
    make_file(town, again)
    reject(town, payment_of(town, again), "SL01")
    assert resume(town, mandate, a_clerk(Role.BILLING)) is MandateState.ACTIVE


def test_an_account_that_cannot_be_debited_takes_a_new_mandate_and_one_that_lapsed_is_over(
    town: Town, parent: Caller, family: UUID, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    suspend(town, due_on, "AC04")
    with pytest.raises(MandateNotResumable):
        resume(town, mandate, parent)
    with town.sessions.begin() as session:
        session.get_one(Mandate, mandate).reason = "MD01"
    now = town.clock.moment
    town.clock.moment = now + timedelta(days=1200)
    with pytest.raises(MandateOver):
        resume(town, mandate, parent)
    town.clock.moment = now
    another = sign(town, family, parent)
    with pytest.raises(MandateOver):
        resume(town, mandate, parent)
    assert mandate_state(town, another) is MandateState.ACTIVE


def test_an_agent_gives_up_one_family_or_all_and_a_file_not_made_in_time_is_refused(
    town: Town, invoice: UUID, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    with town.sessions.begin() as session:
        ask = WithdrawDebit(command_id=uuid4(), payment_id=collecting.payments_of(session, collection)[0])
        collecting.withdraw_one(session, ask, town.clock.now())
    second = announce(town, due_on)
    with town.sessions.begin() as session:
        collecting.cancel(session, second, town.clock.now())
    third = announce(town, due_on)
    to_day(town, due_on)
    with pytest.raises(CollectionTooLate):
        make_file(town, third)
    with town.sessions.begin() as session:
        assert booking.forgotten(session, town.clock.now()) == [collection, third] or booking.forgotten(
            session, town.clock.now()
        ) == [third, collection]
        collecting.cancel(session, third, town.clock.now())
    assert town.told("debit.withdrawn") == 3
    with town.sessions.begin() as session:
        ask_counter = TakePayment(
            command_id=uuid4(),
            invoice_ids=(invoice,),
            means=Means.CASH,
            amount_cents=4800,
            paid_by="Nadia Ferrand",
        )
        counter.take(session, ask_counter, a_clerk(Role.BILLING), town.clock.now())
    assert left(town, invoice) == 0


def test_a_wrong_account_is_refused_with_what_is_wrong_and_a_family_has_one_mandate(
    town: Town, family: UUID, parent: Caller
) -> None:
    with pytest.raises(Invalid) as refusal:
        sign(town, family, parent, iban="FR14 2004 1010 0505 0001 3M02 607", bic="PSST")
    assert refusal.value.details["problems"] == {"iban": "iban_checksum", "bic": "bic_form"}
    with pytest.raises(NotFound):
        sign(town, family, a_parent())
    sign(town, family, parent)
    with pytest.raises(MandateExists):
        sign(town, family, parent)


def test_two_mandates_signed_at_once_are_one(town: Town, family: UUID, parent: Caller) -> None:
    def try_to() -> bool:
        try:
            sign(town, family, parent)
        except MandateExists:
            return False
        return True

    assert sorted(at_once(*[try_to] * 4)) == [False, False, False, True]


def test_the_paper_has_the_whole_number_for_who_signed_and_for_agents_only(
    town: Town, family: UUID, parent: Caller, mandate: UUID
) -> None:
    other = a_parent()
    town.family(parent.citizen(), other.citizen(), family_id=family)
    with town.sessions.begin() as session:
        seen = [
            reading.paper(session, SEAL, mandate, each).iban
            for each in (parent, a_clerk(Role.BILLING), other)
        ]
        listed = reading.mine(session, CREDITORS, other.citizen())
    assert seen == [IBAN, IBAN, "•••• 2606"]
    assert [(each.iban_end, each.mine) for each in listed.mandates] == [("2606", False)]
    assert listed.offers == []
    with town.sessions.begin() as session, pytest.raises(NotFound):
        reading.paper(session, SEAL, mandate, a_parent())


def test_the_office_finds_mandates_by_family_holder_or_reference(town: Town, mandate: UUID) -> None:
    with town.sessions.begin() as session:
        for text in ("", "ferr", "NADIA", "M-2026-000001"):
            found = reading.find(session, FindMandates(text=text))
            assert [each.mandate_id for each in found.mandates] == [mandate], text
        assert reading.find(session, FindMandates(text="Escoffet")).total == 0
        assert reading.find(session, FindMandates(page=2)).mandates == []


def test_a_mandate_ends_unused_after_36_months_and_its_account_is_forgotten_14_months_later(
    town: Town, mandate: UUID
) -> None:
    signed_on = NOW.astimezone(PARIS).date()
    to_day(town, date(signed_on.year + 3, signed_on.month, signed_on.day) - timedelta(days=1))
    with town.sessions.begin() as session:
        assert mandates.over(session, town.clock.now()) == []
    to_day(town, date(signed_on.year + 3, signed_on.month, signed_on.day))
    with town.sessions.begin() as session:
        found = mandates.over(session, town.clock.now())
        collecting.end_over(session, *found[0], town.clock.now())
    assert found == [(mandate, "unused")]
    assert mandate_state(town, mandate) is MandateState.LAPSED
    with town.sessions.begin() as session:
        assert mandates.erase(session, town.clock.now()) == 0
        assert mandates.erase(session, town.clock.now() + timedelta(days=430)) == 1
        assert session.get_one(Mandate, mandate).sealed_iban is None
        assert reading.paper(session, SEAL, mandate, a_clerk(Role.BILLING)).iban == "•••• 2606"


def test_a_mandate_ends_when_its_signer_leaves_the_family_and_collects_nothing_meanwhile(
    town: Town, family: UUID, mandate: UUID, due_on: date
) -> None:
    town.family(uuid4(), family_id=family)
    with pytest.raises(NothingToCollect):
        announce(town, due_on)
    with town.sessions.begin() as session:
        assert mandates.over(session, town.clock.now()) == [(mandate, "left_family")]


def test_the_file_of_a_collection_is_forgotten_with_the_accounts_in_it(
    town: Town, mandate: UUID, due_on: date
) -> None:
    collection = announce(town, due_on)
    make_file(town, collection)
    with town.sessions.begin() as session:
        assert mandates.erase(session, town.clock.now() + timedelta(days=400)) == 0
        assert mandates.erase(session, town.clock.now() + timedelta(days=500)) == 1
    with pytest.raises(NotFound):
        file_of(town, collection)
