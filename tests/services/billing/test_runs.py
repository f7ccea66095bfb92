"""A month's run on a real database: what is due less what was invoiced, numbered, published, never edited."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from billing.accounting import ledger
from billing.invoicing import run_papers, runs, statements
from billing.tariffs import tariff_book
from contracts.billing.invoices import InvoiceKind, InvoiceState
from contracts.billing.refusals import MonthNotBegun, RunNotChecked, RunOpen
from contracts.billing.runs import AnomalyKind, LeftOutReason, PublishRun, ReadRunPapers, RunPapers, RunState
from contracts.billing.tariffs import BandsRule, FixedRule
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.events.attendance import Mark
from tests.mothers.billing import NOW, OCTOBER, a_clerk, a_parent, a_tariff
from tests.services.billing.conftest import Town

NOVEMBER = date(2026, 11, 1)


def opened(town: Town, invoice_id: UUID, caller: Caller | None = None):
    with town.sessions.begin() as session:
        return statements.invoice(session, caller or a_clerk(), invoice_id, town.clock.now().date())


def test_a_run_invoices_a_family_for_all_its_children_and_activities(town: Town) -> None:
    town.offer()
    parent = a_parent()
    family = town.family(parent.account_id, quotient=620)
    lea, hugo = town.child("Léa"), town.child("Hugo")
    town.meals(lea, family, 12)
    town.meals(hugo, family, 3)
    town.sheet(date(2026, 10, 7), (lea, family, Mark.PRESENT), activity="mercredi")
    view = town.run()
    invoice = opened(town, town.only_invoice(view, family), parent)
    assert 15 * 320 + 1200 == invoice.summary.total_cents == invoice.summary.left_cents
    assert (invoice.summary.number, invoice.summary.state) == ("ENF-2026-000001", InvoiceState.TO_PAY)
    meals = next(line for line in invoice.lines if line.quantity == 12)
    assert (
        meals.child_name,
        meals.unit,
        meals.unit_cents,
        meals.reason,
    ) == ("Léa Ferrand", "repas", 320, "tranche C (QF\u00a0620, septembre)")
    assert [date(2026, 10, day) for day in range(1, 13)] == meals.days
    assert town.told("invoice.published") == 1


def test_what_the_home_says_is_due_is_what_the_invoices_say_and_nobody_elses(town: Town) -> None:
    town.offer()
    parent, other = a_parent(), a_parent()
    mine, theirs, child = town.family(parent.account_id), town.family(other.account_id), town.child()
    for month in (OCTOBER, NOVEMBER):
        town.meals(child, mine, 12, month)
        town.meals(child, theirs, 20, month)
        town.run(month)
    asked: list[str] = []
    with town.sessions.begin() as session:
        event.listen(town.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
        due = statements.due(session, parent.citizen(), NOW.date())
        assert len(asked) == 1
        listed = statements.invoices(session, parent.citizen(), NOW.date()).invoices
    assert due.invoices == listed[::-1]  # the first due first, there the newest
    assert [each.family_id for each in due.invoices] == [mine, mine]
    assert due.in_progress == 0


def test_each_mark_has_its_effect(town: Town) -> None:
    town.offer()
    family, child = town.family(), town.child()
    for day, mark in enumerate(Mark, start=5):
        town.sheet(date(2026, 10, day), (child, family, mark))
    town.meals(child, family, 3)
    lines = {line.mark: line for line in opened(town, town.only_invoice(town.run(), family)).lines}
    assert {Mark.PRESENT, Mark.ABSENT_UNJUSTIFIED, Mark.PRESENT_WITHOUT_BOOKING} == set(lines)
    assert lines[Mark.PRESENT_WITHOUT_BOOKING].unit_cents == 480
    assert "majoration" in lines[Mark.PRESENT_WITHOUT_BOOKING].reason
    assert "absence non justifiée" in lines[Mark.ABSENT_UNJUSTIFIED].reason


def test_a_day_nobody_checked_is_left_out_and_said(town: Town) -> None:
    town.offer()
    family, child = town.family(), town.child()
    town.booking(child, family, date(2026, 10, 8))
    settled = town.sheet(date(2026, 10, 9))
    town.booking(child, family, date(2026, 10, 9), session_id=settled)
    view = town.draft()
    assert view.summary.total_cents == 0
    assert [row.reason for row in view.left_out] == [LeftOutReason.NOT_CHECKED, LeftOutReason.NOT_ON_SHEET]
    assert (
        view.left_out[0].activity_name,
        view.left_out[0].place_name,
        view.left_out[0].children,
    ) == ("Restauration scolaire", "École Jules-Verne", 1)


def test_a_family_billed_without_a_day_nobody_checked_is_pointed_out(town: Town) -> None:
    town.offer()
    family, child = town.family(), town.child()
    town.meals(child, family, 8)
    assert AnomalyKind.UNCHECKED not in {row.kind for row in town.draft().anomalies}
    town.booking(child, family, date(2026, 10, 20))
    assert AnomalyKind.UNCHECKED in {row.kind for row in town.draft().anomalies}


def test_a_jump_against_last_month_is_pointed_out(town: Town) -> None:
    town.offer()
    steady, jumping = town.family(label="Constante"), town.family(label="Sauteuse")
    for family in (steady, jumping):
        town.meals(town.child(), family, 6)
    town.run()
    town.clock.moment = NOW + timedelta(days=30)
    town.meals(town.child(), steady, 8, NOVEMBER)
    town.meals(town.child(), jumping, 25, NOVEMBER)
    jumps = [row for row in town.draft(NOVEMBER).anomalies if row.kind is AnomalyKind.JUMP]
    assert [(row.family_label, row.before_cents, row.cents) for row in jumps] == [("Sauteuse", 1920, 8000)]


def test_a_sum_that_falls_and_a_family_without_any_are_pointed_out(town: Town) -> None:
    town.offer()
    families = {
        label: town.family(label=label) for label in ("Constante", "Chute", "Partie", "Stable", "Sereine")
    }
    children = {label: town.child() for label in families}
    for label, family in families.items():
        town.meals(children[label], family, 25)
    town.run()
    town.clock.moment = NOW + timedelta(days=30)
    for label in ("Constante", "Stable", "Sereine"):
        town.meals(children[label], families[label], 24, NOVEMBER)
    town.meals(children["Chute"], families["Chute"], 4, NOVEMBER)

    def fallen() -> list[tuple[str, int | None, int]]:
        odd = town.draft(NOVEMBER).anomalies
        return [
            (row.family_label, row.before_cents, row.cents) for row in odd if row.kind is AnomalyKind.DROP
        ]

    assert fallen() == [("Chute", 8000, 1280), ("Partie", 8000, 0)]
    town.publish(town.draft(NOVEMBER).summary.run_id)
    # A corrective run of the same month holds differences only: nobody's month has fallen by it.
    town.meals(children["Chute"], families["Chute"], 20, NOVEMBER)
    assert fallen() == [("Partie", 8000, 0)]


def test_what_has_no_tariff_family_or_child_is_left_out_and_said(town: Town) -> None:
    town.offer()
    family, child = town.family(), town.child()
    town.sheet(date(2026, 10, 8), (child, family, Mark.PRESENT), activity="inconnue")
    town.sheet(date(2026, 10, 8), (child, uuid4(), Mark.PRESENT))
    town.sheet(date(2026, 10, 8), (uuid4(), family, Mark.PRESENT))
    town.sheet(date(2026, 8, 28), (child, family, Mark.PRESENT))
    reasons = {row.reason for row in town.draft().left_out}
    assert {
        LeftOutReason.UNKNOWN_ACTIVITY,
        LeftOutReason.UNKNOWN_FAMILY,
        LeftOutReason.UNKNOWN_CHILD,
        LeftOutReason.NO_TARIFF,
    } == reasons


def test_running_twice_adds_nothing(town: Town) -> None:
    town.offer()
    family = town.family()
    town.meals(town.child(), family, 10)
    town.run()
    again = town.run()
    assert (again.summary.invoices, again.summary.credit_notes, again.summary.total_cents) == (0, 0, 0)
    assert town.count("SELECT count(*) FROM invoice") == 1


def test_a_corrected_roll_call_yields_only_the_difference(town: Town) -> None:
    town.offer()
    family, child = town.family(), town.child()
    sheets = town.meals(child, family, 10)
    first = town.only_invoice(town.run(), family)
    for day, session_id in enumerate(sheets[:2], start=1):
        town.sheet(date(2026, 10, day), (child, family, Mark.ABSENT_JUSTIFIED), session_id=session_id)
    credit = opened(town, town.only_invoice(town.run(), family))
    assert (credit.summary.kind, credit.summary.total_cents) == (InvoiceKind.CREDIT_NOTE, -640)
    assert [(line.quantity, line.unit_cents, line.correction) for line in credit.lines] == [(-2, 320, True)]
    assert opened(town, first).summary.left_cents == 3200 - 640
    assert credit.summary.left_cents == 0


def test_a_quotient_that_arrives_late_corrects_what_was_invoiced_at_the_top(town: Town) -> None:
    town.offer()
    family = town.family(quotient=None)
    town.meals(town.child(), family, 10)
    dear = town.draft()
    assert [row.kind for row in dear.anomalies if row.kind is AnomalyKind.QUOTIENT_UNKNOWN] == [
        AnomalyKind.QUOTIENT_UNKNOWN
    ]
    town.publish(dear.summary.run_id)
    town.family(quotient=620, family_id=family)
    credit = opened(town, town.only_invoice(town.run(), family))
    assert credit.summary.total_cents == -1600
    assert sorted((line.quantity, line.unit_cents) for line in credit.lines) == [(-10, 480), (10, 320)]


def test_under_fifteen_euros_is_carried_to_the_next_invoice(town: Town) -> None:
    town.offer()
    parent = a_parent()
    family, child = town.family(parent.account_id), town.child()
    town.meals(child, family, 3)
    view = town.run()
    assert (view.summary.invoices, view.summary.carried, view.summary.carried_cents) == (0, 1, 960)
    with town.sessions.begin() as session:
        listed = statements.invoices(session, parent.citizen(), NOW.date())
    assert (listed.invoices, [(kept.month, kept.cents) for kept in listed.carried]) == ([], [(OCTOBER, 960)])
    town.clock.moment = NOW + timedelta(days=30)
    town.meals(child, family, 2, NOVEMBER)
    invoice = opened(town, town.only_invoice(town.run(NOVEMBER), family), parent)
    assert invoice.summary.total_cents == 1600
    assert invoice.carried_months == [OCTOBER]
    with town.sessions.begin() as session:
        assert statements.invoices(session, parent.citizen(), NOW.date()).carried == []


def test_two_households_each_pay_their_part(town: Town) -> None:
    town.offer()
    mother, father, child = (
        town.family(label="Ferrand"),
        town.family(label="Masson", quotient=300),
        town.child(),
    )
    for day in range(1, 11):
        town.sheet(date(2026, 10, day), (child, mother, Mark.PRESENT))
    for day in range(11, 27):
        town.sheet(date(2026, 10, day), (child, father, Mark.PRESENT))
    amounts = {row.family_id: row.cents for row in town.run().invoices}
    assert {mother: 3200, father: 1600} == amounts


def test_another_household_cannot_read_the_invoice(town: Town) -> None:
    invoice = town.invoice(4800)
    with pytest.raises(NotFound):
        opened(town, invoice, a_parent())


def test_numbers_follow_one_another_without_a_gap_even_after_a_failure(town: Town, monkeypatch) -> None:
    town.offer()
    for number in range(5):
        town.meals(town.child(), town.family(label=f"Famille {number}"), 8)
    run_id = town.draft().summary.run_id
    with town.sessions.begin() as session:
        runs.check(session, run_id, None, NOW)
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "post_invoices", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError), town.sessions.begin() as session:
            runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)
    assert town.count("SELECT count(*) FROM invoice") == 0
    town.publish(run_id)
    with town.engine.connect() as connection:
        numbers = connection.execute(text("SELECT sequence FROM invoice ORDER BY sequence")).scalars().all()
    assert numbers == [1, 2, 3, 4, 5]


def at_once(*works: Callable[[], object]) -> list[object]:
    """Runs each in a thread of its own, together; gives results or exceptions."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def work(place: int) -> None:
        barrier.wait()
        try:
            results[place] = works[place]()
        except Exception as problem:
            results[place] = problem

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_a_run_published_twice_at_once_is_published_once(town: Town) -> None:
    town.offer()
    for number in range(20):
        town.meals(town.child(), town.family(label=f"Famille {number:02}"), 8)
    run_id = town.draft().summary.run_id
    with town.sessions.begin() as session:
        runs.check(session, run_id, None, NOW)

    def publish() -> int:
        with town.sessions.begin() as session:
            return runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)[1]

    assert sorted(at_once(publish, publish, publish, publish)) == [0, 0, 0, 20 * 8 * 320]
    assert (town.count("SELECT count(*) FROM invoice"), town.told("invoice.published")) == (20, 20)


def test_two_agents_who_draft_at_once_leave_one_draft(town: Town) -> None:
    town.offer()
    town.meals(town.child(), town.family(), 8)
    assert all(not isinstance(outcome, Exception) for outcome in at_once(town.draft, town.draft, town.draft))
    assert town.count("SELECT count(*) FROM run WHERE state = 'draft'") == 1


def test_only_a_checked_run_is_published(town: Town) -> None:
    town.offer()
    run_id = town.draft().summary.run_id
    with pytest.raises(RunNotChecked), town.sessions.begin() as session:
        runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)


def test_one_month_is_open_at_a_time(town: Town) -> None:
    town.offer()
    town.draft(OCTOBER)
    with pytest.raises(RunOpen):
        town.draft(NOVEMBER)
    with pytest.raises(MonthNotBegun):
        town.draft(date(2026, 12, 1))


def test_the_check_page_says_when_facts_came_since_the_draft(town: Town) -> None:
    town.offer()
    family, child = town.family(), town.child()
    town.meals(child, family, 8)
    view = town.draft()
    assert view.outdated is False
    town.sheet(date(2026, 10, 20), (child, family, Mark.PRESENT))
    with town.sessions.begin() as session:
        from billing.invoicing import desk
        from contracts.billing.runs import OpenRun

        assert desk.run_view(session, OpenRun(run_id=view.summary.run_id)).outdated is True
    assert town.publish(view.summary.run_id).summary.total_cents == 8 * 320
    assert town.run().summary.carried_cents == 320


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoice SET total_cents = 1",
        "DELETE FROM invoice_line",
        "UPDATE ledger_entry SET amount_cents = 1",
        "DELETE FROM charge",
        "UPDATE price SET cents = 1",
        "TRUNCATE tariff CASCADE",
    ],
)
def test_what_is_published_is_never_changed(town: Town, statement: str) -> None:
    town.invoice(4800)
    with pytest.raises(IntegrityError, match="never changed"), town.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_database_refuses_entries_that_do_not_balance(town: Town) -> None:
    alone = text(
        "WITH posted AS (INSERT INTO ledger_transaction VALUES (:id, 'invoice', 'x', now()) RETURNING transaction_id)"
        " INSERT INTO ledger_entry (transaction_id, account, amount_cents) SELECT transaction_id, 'card', 5 FROM posted"
    )
    with pytest.raises(IntegrityError, match="balance"), town.engine.begin() as connection:
        connection.execute(alone, {"id": uuid4()})


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO price (tariff_id, effect, resident, month, cents, reason, quotient_known)"
        " VALUES (gen_random_uuid(), 'billed', true, '2026-10-01', 1, '', true)",
        "INSERT INTO ledger_entry (transaction_id, account, amount_cents)"
        " SELECT id, 'card', cents FROM gen_random_uuid() id, unnest(ARRAY[5, -5]) cents",
        "INSERT INTO charge (invoice_id, family_id, child_id, session_id, activity_code, place_code, day, slot, mark,"
        " quantity, unit_cents, price_id) SELECT gen_random_uuid(), family_id, child_id, session_id, activity_code,"
        " place_code, day, slot, mark, quantity, unit_cents, price_id FROM charge LIMIT 1",
        "INSERT INTO charge (invoice_id, family_id, child_id, session_id, activity_code, place_code, day, slot, mark,"
        " quantity, unit_cents, price_id) SELECT invoice_id, family_id, child_id, session_id, activity_code,"
        " place_code, day, slot, mark, quantity, unit_cents, -1 FROM charge LIMIT 1",
    ],
    ids=[
        "price without tariff",
        "entries without transaction",
        "charge without invoice",
        "charge without price",
    ],
)
def test_the_database_refuses_rows_that_belong_to_nothing(town: Town, statement: str) -> None:
    town.invoice(4800)
    with pytest.raises(IntegrityError, match=" of no "), town.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_books_balance_and_say_what_the_families_owe(town: Town) -> None:
    town.offer()
    for number in range(6):
        town.meals(town.child(), town.family(label=f"Famille {number}"), 5 + number)
    total = town.run().summary.total_cents
    with town.sessions.begin() as session:
        balances = ledger.totals(session)
    assert sum(balances.values()) == 0
    assert total == balances[ledger.RECEIVABLE] == -balances["revenue:cantine"]


def test_a_later_tariff_of_the_same_date_corrects_and_the_same_one_changes_nothing(town: Town) -> None:
    town.offer()
    family = town.family()
    town.meals(town.child(), family, 10)
    town.run()
    with town.sessions.begin() as session:
        tariff_book.publish(session, a_tariff(), None, NOW, NOW.date())
    assert town.run().summary.total_cents == 0
    cheaper = BandsRule.model_validate({"bands": [{"name": "A", "cents": 300}]})
    with town.sessions.begin() as session:
        assert tariff_book.publish(session, a_tariff(rule=cheaper), None, NOW, NOW.date()).version == 2
    assert town.run().summary.total_cents == -200


def test_a_tariff_of_the_place_goes_before_the_general_one(town: Town) -> None:
    town.offer()
    with town.sessions.begin() as session:
        own = a_tariff(rule=FixedRule(cents=200), place_code="0261234A")
        tariff_book.publish(session, own, None, NOW, NOW.date())
    family = town.family()
    town.meals(town.child(), family, 10)
    assert town.run().summary.total_cents == 2000


def test_a_published_run_cannot_be_discarded_and_a_discarded_one_leaves_nothing(town: Town) -> None:
    town.offer()
    town.meals(town.child(), town.family(), 10)
    view = town.draft()
    with town.sessions.begin() as session:
        assert RunState.DISCARDED is runs.discard(session, view.summary.run_id).state
    assert town.count("SELECT count(*) FROM draft_charge") == 0
    published = town.run()
    with pytest.raises(RunNotChecked), town.sessions.begin() as session:
        runs.discard(session, published.summary.run_id)


def test_the_papers_of_a_run_are_read_part_by_part_once_it_is_published(town: Town) -> None:
    town.offer(FixedRule(cents=2000))
    for _ in range(5):
        town.meals(town.child(), town.family(), 1)
    run_id = town.draft().summary.run_id

    def part(after: int = 0) -> RunPapers:
        with town.sessions.begin() as session:
            ask = ReadRunPapers(run_id=run_id, after=after, limit=2)
            return run_papers.read(session, ask, town.clock.now().date())

    with pytest.raises(RunNotChecked):
        part()
    town.publish(run_id)
    numbers, after = [], 0
    while after is not None:
        read = part(after)
        numbers.append([int(each.summary.number[-6:]) for each in read.invoices])
        after = read.after
    assert numbers == [[1, 2], [3, 4], [5]]
    assert town.told("bill.consulted") == 0
