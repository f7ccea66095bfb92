"""Bookings, roll-calls, the month's run and payments, while each process is killed in turn.

At the end every accepted booking is billed exactly once, every payment recorded once, and whatever a parent was
told is what the books say.
"""

import random
from collections import Counter
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import pytest
import requests

from contracts.billing.invoices import InvoiceSummary, MyInvoices
from contracts.billing.payments import StartPayment
from contracts.billing.runs import CheckRun, DraftRun, PublishRun, RunState
from contracts.caller import SYSTEM
from contracts.enrolment.attendance import (
    AttendanceDesk,
    MarkedChild,
    MissingSheetView,
    RollCall,
    SettleAttendance,
)
from contracts.events.attendance import Mark
from deploy.local.processes import SERVICES, list_processes
from deploy.local.stack import EVERYTHING
from tests.faults.acts import Crowd, do_under_strikes, insist
from tests.faults.conftest import AFTERWARDS, Life
from tests.faults.moments import await_stuck, held
from tests.faults.people import CENTS, Parent
from tests.waiting import eventually

DECEMBER = date(2026, 12, 1)
PROCESSES = list_processes(EVERYTHING)
IN_TURN = ["enrolment", "enrolment-relay", "rabbitmq", "billing", "billing-relay", "gateway"]
OTHERS = [name for name in PROCESSES if name not in IN_TURN]

pytestmark = pytest.mark.timeout(600)


def test_what_parents_are_told_is_what_the_books_say(life: Life) -> None:
    with Crowd(life.town, life.services, life.parents) as crowd:
        for process in [*IN_TURN, *OTHERS]:
            life.town.strike(process)
            before = crowd.told.count()
            eventually(
                lambda before=before: crowd.told.problems or crowd.told.count() > before + 3, seconds=90
            )
    life.town.supervisor.await_ready(*PROCESSES, timeout=90)
    life.books.await_quiet()
    told, proofs = crowd.told, life.books.proofs()

    for command_id, answer in told.answers.items():
        changed = {(day.session_id, day.made) for day in answer.changed}
        assert proofs.get(command_id, set()) == changed
        assert not {(day.session_id, day.wanted) for day in answer.refused} & changed
    for command_id, (booked, cancelled) in told.pages.items():
        made = Counter(made for _, made in proofs.get(command_id, set()))
        assert (made[True], made[False]) == (booked, cancelled)
    # Nothing was done that nobody was told of.
    assert proofs.keys() <= told.answers.keys() | told.pages.keys()
    assert any(answer.refused for answer in told.answers.values())
    assert len(told.pages) > 5


def test_places_are_what_bookings_say_and_never_more_than_there_are(life: Life) -> None:
    places = life.books.places()

    assert places
    assert [each for each in places if not each[1] == each[2] <= each[3]] == []
    assert any(taken == capacity for _, taken, _, capacity in places), "the last places were fought for"


def test_every_booking_has_its_proof_and_billing_has_its_copy(life: Life) -> None:
    standing = life.books.standing_bookings()

    assert (
        Counter((child, session) for session, child, _ in standing.values()) == life.books.proved_bookings()
    )
    assert life.books.billings_copy() == standing


def test_roll_calls_are_settled_once_each(life: Life) -> None:
    life.be_at(AFTERWARDS)
    desk = life.services.ask(AttendanceDesk(day=AFTERWARDS.date(), limit=500), SYSTEM)
    assert len(desk.missing) == desk.missing_total > 20
    strays = [child_id for parent in life.parents for child_id in parent.children]

    do_under_strikes(
        life.town,
        [partial(_settle, life, sheet, strays) for sheet in desk.missing],
        ["enrolment", "enrolment-relay", "billing", "rabbitmq", "billing-relay"],
    )
    life.books.await_quiet()

    versions = life.books.rows("enrolment", "SELECT session_id, max(version) FROM sheet GROUP BY 1")
    assert {session_id for session_id, _ in versions} == {sheet.session_id for sheet in desk.missing}
    assert {version for _, version in versions} == {1}
    settled = life.books.rows("billing", "SELECT session_id FROM settled_session")
    assert Counter(settled) == Counter((session_id,) for session_id, _ in versions)


def _settle(life: Life, sheet: MissingSheetView, strays: list[UUID]) -> None:
    """One sheet, marked by a chance of its own; now and then a child who was not booked is there."""
    chance = random.Random(str(sheet.session_id))
    roll_call = RollCall(
        place_code=sheet.place_code, activity_code=sheet.activity_code, day=sheet.day, slot=sheet.slot
    )
    shown = insist(life.services, roll_call, SYSTEM)
    marks = (Mark.PRESENT, Mark.PRESENT, Mark.ABSENT_UNJUSTIFIED, Mark.ABSENT_JUSTIFIED)
    lines = [MarkedChild(child_id=line.child_id, mark=chance.choice(marks)) for line in shown.lines]
    unbooked = chance.choice(strays)
    if unbooked not in {line.child_id for line in lines}:
        lines.append(MarkedChild(child_id=unbooked, mark=Mark.PRESENT_WITHOUT_BOOKING))
    ask = SettleAttendance(command_id=uuid4(), session_id=sheet.session_id, version=0, lines=lines)
    insist(life.services, ask, SYSTEM)


def test_the_run_killed_in_the_middle_of_each_step_is_one_run(life: Life) -> None:
    drafted = _killed_within(life, "left_out_day", DraftRun(command_id=uuid4(), month=DECEMBER))
    run_id = drafted.summary.run_id
    for process in ("enrolment", "billing-relay", "rabbitmq", "enrolment-relay", "billing"):
        life.town.strike(process)  # The sheets are counted meanwhile.
    life.books.await_quiet()
    _killed_within(life, "run", CheckRun(command_id=uuid4(), run_id=run_id))
    published = _killed_within(life, "charge", PublishRun(command_id=uuid4(), run_id=run_id))
    for process in ("rabbitmq", "billing-relay"):
        life.town.strike(process)  # The invoices are told meanwhile.

    assert published.summary.state is RunState.PUBLISHED
    assert life.books.rows("billing", "SELECT run_id, state FROM run") == [(run_id, "published")]
    sequences = life.books.rows("billing", "SELECT sequence FROM invoice ORDER BY sequence")
    assert sequences == [(number,) for number in range(1, len(sequences) + 1)]
    assert life.books.value("billing", "SELECT last FROM numbering WHERE series = 'invoice'") == len(
        sequences
    )
    assert (
        life.books.rows(
            "billing", "SELECT family_id FROM invoice GROUP BY family_id, month HAVING count(*) > 1"
        )
        == []
    )
    life.books.await_quiet()
    assert life.books.value("billing", "SELECT count(*) FROM outbox WHERE name = 'invoice.published'") == len(
        sequences
    )


def _killed_within(life: Life, table: str, command: DraftRun | CheckRun | PublishRun):  # type: ignore[no-untyped-def]
    """The command's answer, billing having been killed while it was about to write to `table`."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        with held(life.books, "billing", table, mode="SHARE"):
            answer = pool.submit(insist, life.services, command, SYSTEM)
            await_stuck(life.books, "billing", table)
            life.town.supervisor.kill("billing")
        life.town.supervisor.await_ready("billing")
        return answer.result(timeout=90)


def test_every_accepted_booking_is_billed_exactly_once(life: Life) -> None:
    owed, billed = life.books.owed(), life.books.billed()

    assert owed
    assert set(owed.values()) == {1}
    assert billed == owed
    marks = life.books.rows(
        "billing",
        "SELECT activity_code, mark, unit_cents, count(*) FROM charge GROUP BY 1, 2, 3",
    )
    for activity_code, mark, cents, _ in marks:
        surcharge = 3 if mark == Mark.PRESENT_WITHOUT_BOOKING else 2
        assert cents == CENTS[activity_code] * surcharge // 2
    # A booking cancelled in time, or justified, is on no invoice.
    standing = {(child, session) for session, child, _ in life.books.standing_bookings().values()}
    without = life.books.rows(
        "billing", "SELECT child_id, session_id FROM charge WHERE mark <> 'present_without_booking'"
    )
    assert {(child, session) for child, session in without} <= standing
    # What is printed adds up to what is charged, and to the invoice.
    assert life.books.rows(
        "billing",
        "SELECT i.number FROM invoice i"
        " JOIN (SELECT invoice_id, sum(amount_cents) AS cents FROM invoice_line GROUP BY 1) l USING (invoice_id)"
        " JOIN (SELECT invoice_id, sum(quantity * unit_cents) AS cents FROM charge GROUP BY 1) c USING (invoice_id)"
        " WHERE i.total_cents <> l.cents OR i.total_cents <> c.cents",
    ) == []  # fmt: skip


def test_every_payment_is_recorded_once(life: Life) -> None:
    due = [
        (parent, invoice)
        for parent in life.parents
        for invoice in life.services.ask(MyInvoices(), parent.caller).invoices
    ]
    assert len(due) > 5
    _mischief(life, repeat=2, shuffle=True)
    do_under_strikes(
        life.town,
        [partial(_pay, life, parent, invoice) for parent, invoice in due[:-2]],
        ["billing", "billing-relay", "rabbitmq", "gateway", "billing"],
    )
    # The last two: nobody hears of it, and nobody comes back to the site.
    _mischief(life, repeat=0, shuffle=False, lose=-1)
    for parent, invoice in due[-2:]:
        _pay(life, parent, invoice)
    _mischief(life, lose=0)

    unpaid = "SELECT count(*) FROM payment WHERE state <> 'paid'"
    eventually(lambda: life.books.value("billing", unpaid) == 0, seconds=120)
    eventually(lambda: _delivered(life), seconds=60)
    waiting = "SELECT count(*) FROM notification WHERE state = 'received'"
    eventually(lambda: life.books.value("billing", waiting) == 0, seconds=60)
    life.books.await_quiet()

    sessions = requests.get(f"{_double(life)}/_double/state", timeout=10).json()["sessions"]
    taken = Counter(
        (UUID(each["client_reference_id"]), each["amount_total"])
        for each in sessions
        if each["payment_status"] == "paid"
    )
    recorded = life.books.rows("billing", "SELECT payment_id, amount_cents FROM payment")
    posted = life.books.rows(
        "billing",
        "SELECT reference::uuid, sum(amount_cents) FROM ledger_transaction JOIN ledger_entry USING (transaction_id)"
        " WHERE kind = 'payment' AND account = 'card' GROUP BY transaction_id, reference",
    )
    told = life.books.rows(
        "billing",
        "SELECT (body::jsonb -> 'data' ->> 'payment_id')::uuid, (body::jsonb -> 'data' ->> 'amount_cents')::int"
        " FROM outbox WHERE name = 'payment.received'",
    )
    assert len(taken) == len(due)
    assert set(taken.values()) == {1}
    assert Counter(map(tuple, recorded)) == taken
    assert Counter((payment_id, int(cents)) for payment_id, cents in posted) == taken
    assert Counter(map(tuple, told)) == taken
    receipts = life.books.value("billing", "SELECT count(DISTINCT receipt_number) FROM payment")
    assert (
        receipts
        == len(due)
        == life.books.value("billing", "SELECT last FROM numbering WHERE series = 'receipt'")
    )
    assert life.books.value("billing", "SELECT count(*) FROM difference") == 0


def _pay(life: Life, parent: Parent, invoice: InvoiceSummary) -> None:
    """From the button to the provider's « payé »; whoever presses it twice pays once."""
    command = StartPayment(command_id=uuid4(), invoice_id=invoice.invoice_id)
    started = insist(life.services, command, parent.caller)
    assert insist(life.services, command, parent.caller).payment_id == started.payment_id
    session_id = started.url.rsplit("/", 1)[1]
    answer = requests.post(f"{_double(life)}/_double/sessions/{session_id}/pay", timeout=10)
    assert answer.status_code == 200, answer.text


def _double(life: Life) -> str:
    assert life.town.stripe is not None
    return life.town.stripe.url


def _mischief(life: Life, **modes: int | bool) -> None:
    requests.post(f"{_double(life)}/_double/modes", json=modes, timeout=10).raise_for_status()


def _delivered(life: Life) -> bool:
    deliveries = requests.get(f"{_double(life)}/_double/state", timeout=10).json()["deliveries"]
    return all(each["state"] != "waiting" for each in deliveries)


def test_the_ledger_balances_and_nothing_is_owed_any_more_by_who_paid(life: Life) -> None:
    books = life.books
    unbalanced = (
        "SELECT transaction_id FROM ledger_entry GROUP BY transaction_id HAVING sum(amount_cents) <> 0"
    )
    assert books.rows("billing", unbalanced) == []
    for parent in life.parents:
        invoices = life.services.ask(MyInvoices(), parent.caller)
        assert {invoice.left_cents for invoice in invoices.invoices} <= {0}
    sums = dict(books.rows("billing", "SELECT account, sum(amount_cents) FROM ledger_entry GROUP BY account"))
    assert sums["card"] == books.value("billing", "SELECT sum(amount_cents) FROM payment")
    invoiced = books.value("billing", "SELECT sum(total_cents) FROM invoice")
    assert sums["receivable"] + sums["card"] == invoiced
    assert -sum(cents for account, cents in sums.items() if account.startswith("revenue:")) == invoiced


def test_each_guardian_was_written_to_once_of_each_thing(life: Life) -> None:
    mails = dict(life.books.rows("accounts", "SELECT kind, count(*) FROM mail GROUP BY kind"))
    assert mails["payment_received"] == life.books.value("billing", "SELECT count(*) FROM payment")
    addressed = life.books.value(
        "billing", "SELECT count(DISTINCT (invoice_id, account_id)) FROM invoice JOIN guardian USING (family_id)"
        " WHERE account_id IS NOT NULL",
    )  # fmt: skip
    assert mails["invoice_published"] == addressed


def test_nothing_is_left_waiting_and_nothing_is_parked(life: Life) -> None:
    books = life.books
    assert books.untold() == {}
    assert books.unapplied() == {}
    assert books.waiting("") == {}
    assert books.parked() == {}
    assert books.value("billing", "SELECT count(*) FROM notification WHERE state = 'parked'") == 0
    stuck = {
        service: books.value(
            service, "SELECT count(*) FROM command WHERE answer IS NULL AND method NOT IN ('issue_keys')"
        )
        for service in SERVICES
    }
    assert set(stuck.values()) == {0}
