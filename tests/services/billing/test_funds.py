"""Several funds on a real database: each numbers, invoices, carries over, credits and corrects what is its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing.accounting import audit, ledger
from billing.invoicing import desk, fund_scopes, runs, statements
from billing.paying import back, counter, funds
from contracts.billing.counter import Means, TakePayment
from contracts.billing.funds import OpenFund, SetFundScope, SetFundTerms
from contracts.billing.invoices import InvoiceList
from contracts.billing.refusals import FundExists, FundMonthBilled, RunOpen
from contracts.billing.runs import PublishRun, RunView
from contracts.errors import NotFound
from contracts.events.attendance import Mark
from tests.mothers.billing import NOW, OCTOBER, SCHOOL, a_clerk
from tests.services.billing.conftest import Town
from tests.services.billing.test_killed_runs import cut_before

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
MEAL, WEDNESDAY, AID = 320, 1200, 50
PASS = "Régie Pass’Vacances"


@pytest.fixture
def two(town: Town) -> Town:
    """The canteen bills into ENF, the Wednesdays into VAC."""
    town.offer()
    town.fund("VAC", PASS, "mercredi")
    return town


def wednesdays(town: Town, child: UUID, family: UUID, *days: int, month: date = OCTOBER) -> list[UUID]:
    lines = (child, family, Mark.PRESENT)
    return [town.sheet(month.replace(day=day), lines, activity="mercredi") for day in days]


def bill(town: Town, month: date = OCTOBER) -> tuple[RunView, RunView]:
    return town.run(month, "ENF"), town.run(month, "VAC")


def numbers(town: Town) -> list[str]:
    with town.engine.connect() as connection:
        return list(connection.execute(text("SELECT number FROM invoice ORDER BY number")).scalars())


def mine(town: Town, account: UUID) -> InvoiceList:
    with town.sessions.begin() as session:
        return statements.invoices(session, account, town.clock.now().date())


def pay(town: Town, invoice_id: UUID, cents: int) -> None:
    ask = TakePayment(
        command_id=uuid4(),
        invoice_ids=(invoice_id,),
        means=Means.CHEQUE,
        amount_cents=cents,
        paid_by="N. Ferrand",
    )
    with town.sessions.begin() as session:
        counter.take(session, ask, a_clerk(), town.clock.now())


def at_once(*acts: Callable[[], None]) -> None:
    """Each in a thread of its own, all let go together; what one raises is raised here."""
    start = threading.Barrier(len(acts))

    def begin(act: Callable[[], None]) -> None:
        start.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for running in [pool.submit(begin, act) for act in acts]:
            running.result(timeout=60)


def scope(town: Town, since: date, fund: str = "ENF", activity: str = "mercredi", place: str = "") -> None:
    ask = SetFundScope(command_id=uuid4(), activity_code=activity, place_code=place, fund=fund, since=since)
    with town.sessions.begin() as session:
        fund_scopes.set_scope(session, ask, "R. Sabatier", town.clock.now())


def test_a_family_has_one_invoice_a_month_and_fund_each_with_its_own_numbers(two: Town) -> None:
    account = uuid4()
    family, other = two.family(account), two.family(label="Autre")
    child = two.child()
    two.meals(child, family, 6)
    two.meals(two.child(), other, 6)
    wednesdays(two, child, family, 7, 14)
    canteen, centre = bill(two)
    assert (canteen.summary.total_cents, centre.summary.total_cents) == (12 * MEAL, 2 * WEDNESDAY)
    assert numbers(two) == ["ENF-2026-000001", "ENF-2026-000002", "VAC-2026-000001"]
    view = mine(two, account)
    assert {each.fund_name for each in view.invoices} == {PASS, "Régie Enfance et Restauration scolaire"}
    assert view.funds == ["Régie Enfance et Restauration scolaire", PASS]
    assert view.balance_cents == 6 * MEAL + 2 * WEDNESDAY
    assert [run.summary.total_cents for run in bill(two)] == [0, 0]
    with two.sessions.begin() as session:
        assert audit.check(session, NOW) == 0
        months = desk.desk(session, NOW.date()).months
    assert [(each.fund, each.settled_sessions) for each in months] == [("ENF", 12), ("VAC", 2)]


def test_fifteen_euros_are_carried_over_by_fund_and_a_fund_may_ask_for_less(two: Town) -> None:
    account = uuid4()
    family, child = two.family(account), two.child()
    two.meals(child, family, 2)
    wednesdays(two, child, family, 7)
    bill(two)
    assert numbers(two) == []
    kept = {each.fund_name: each.cents for each in mine(two, account).carried}
    assert kept == {PASS: WEDNESDAY, "Régie Enfance et Restauration scolaire": 2 * MEAL}
    with two.sessions.begin() as session:
        funds.set_terms(session, SetFundTerms(command_id=uuid4(), code="VAC", least_claim_cents=500))
    two.clock.moment = NOW + timedelta(days=30)
    bill(two, NOVEMBER)
    assert numbers(two) == ["VAC-2026-000001"]
    assert [each.cents for each in mine(two, account).carried] == [2 * MEAL]


def test_a_credit_with_one_fund_pays_no_debt_to_the_other(two: Town) -> None:
    account = uuid4()
    family, child = two.family(account), two.child()
    two.meals(child, family, 6)
    days = wednesdays(two, child, family, 7, 14)
    paid = two.only_invoice(bill(two)[1], family)
    pay(two, paid, 2 * WEDNESDAY)
    absent = (child, family, Mark.ABSENT_JUSTIFIED)
    two.sheet(date(2026, 10, 14), absent, activity="mercredi", session_id=days[1])
    two.clock.moment = NOW + timedelta(days=30)
    _, centre = bill(two, NOVEMBER)
    assert (centre.summary.credit_notes, centre.summary.total_cents) == (1, -WEDNESDAY)
    with two.sessions.begin() as session:
        assert ledger.balances_by_fund(session, [family]) == {"ENF": 6 * MEAL, "VAC": -WEDNESDAY}
    assert mine(two, account).credits == {PASS: WEDNESDAY}
    with two.sessions.begin() as session:
        assert [back.credit_of(session, family, fund) for fund in ("ENF", "VAC")] == [0, WEDNESDAY]
    wednesdays(two, child, family, 4, 18, month=NOVEMBER)
    bill(two, NOVEMBER)
    with two.sessions.begin() as session:
        assert ledger.balances_by_fund(session, [family]) == {"ENF": 6 * MEAL, "VAC": WEDNESDAY}


def test_what_was_billed_stays_where_it_was_when_an_activity_changes_its_fund(two: Town) -> None:
    family, child = two.family(), two.child()
    days = wednesdays(two, child, family, 7, 14)
    bill(two)
    for month in (date(2026, 9, 1), OCTOBER):
        with pytest.raises(FundMonthBilled) as refused:
            scope(two, month)
        assert refused.value.details["first"] == "2026-11-01"
    scope(two, NOVEMBER)
    two.clock.moment = NOW + timedelta(days=30)
    wednesdays(two, child, family, 4, 18, month=NOVEMBER)
    two.sheet(
        date(2026, 10, 14), (child, family, Mark.ABSENT_JUSTIFIED), activity="mercredi", session_id=days[1]
    )
    canteen, centre = bill(two, NOVEMBER)
    assert (canteen.summary.total_cents, centre.summary.total_cents) == (2 * WEDNESDAY, -WEDNESDAY)
    assert numbers(two) == ["ENF-2026-000001", "VAC-2026-000001", "VAC-2026-000002"]


def test_a_place_may_bill_into_a_fund_of_its_own_and_an_activity_goes_before_it(two: Town) -> None:
    family, child = two.family(), two.child()
    two.fund("CEN", "Régie du centre")
    scope(two, date(2026, 9, 1), "CEN", activity="", place=SCHOOL)
    two.meals(child, family, 6)
    wednesdays(two, child, family, 7, 14)
    assert two.draft(OCTOBER, "CEN").summary.total_cents == 6 * MEAL
    assert two.draft(OCTOBER, "VAC").summary.total_cents == 2 * WEDNESDAY
    assert two.draft(OCTOBER, "ENF").summary.total_cents == 0


def test_what_is_left_out_odd_or_missing_is_said_in_the_run_of_its_fund(two: Town) -> None:
    family, child = two.family(), two.child()
    two.booking(child, family, date(2026, 10, 8))
    wednesdays(two, child, family, 7, 14)
    assert [len(two.draft(OCTOBER, fund).left_out) for fund in ("ENF", "VAC")] == [1, 0]


def test_a_draft_stands_in_the_way_of_a_change_and_a_fund_is_opened_once(two: Town) -> None:
    two.draft(OCTOBER, "VAC")
    with pytest.raises(RunOpen):
        scope(two, OCTOBER)
    scope(two, DECEMBER)
    with pytest.raises(NotFound):
        scope(two, DECEMBER, "XXX")
    with pytest.raises(NotFound):
        two.draft(OCTOBER, "XXX")
    with two.sessions.begin() as session, pytest.raises(FundExists):
        funds.open_fund(session, OpenFund(command_id=uuid4(), code="VAC", name="Autre"))


def test_two_funds_billed_at_once_share_aids_and_leave_no_gap(two: Town) -> None:
    """Both drafts reckon every aid anew and both publications number: neither waits for ever, none is lost."""
    for number in range(6):
        family, child = two.family(label=f"Famille {number}"), two.child()
        two.meals(child, family, 6)
        wednesdays(two, child, family, 7, 14)
        with two.sessions.begin() as session:
            session.execute(
                text(
                    "INSERT INTO allowance (allowance_id, family_id, activity_code, kind, reduction, name, percent,"
                    " cents, cap_days, since, until, granted_at) VALUES (gen_random_uuid(), :family, '', 'aid', '',"
                    " 'CCAS', 0, 50, 7, DATE '2026-09-01', DATE '2027-08-31', now())"
                ),
                {"family": family},
            )

    def draft(fund: str) -> None:
        with two.sessions.begin() as session:
            runs.draft(session, OCTOBER, None, NOW, fund)

    at_once(*[partial(draft, fund) for fund in ("ENF", "VAC", "ENF", "VAC")])
    with two.sessions.begin() as session:
        drafts = list(session.scalars(text("SELECT run_id FROM run WHERE state = 'draft'")))
        for run_id in drafts:
            runs.check(session, run_id, None, NOW)

    def publish(run_id: UUID) -> None:
        with two.sessions.begin() as session:
            runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)

    at_once(*[partial(publish, run_id) for run_id in drafts * 2])
    assert numbers(two) == [f"{fund}-2026-{number:06d}" for fund in ("ENF", "VAC") for number in range(1, 7)]
    assert two.count("SELECT sum(total_cents) FROM invoice") == 6 * (6 * MEAL + 2 * WEDNESDAY - 7 * AID)
    assert two.count("SELECT count(*) FROM aid_day") == 6 * 7


def test_a_publication_cut_in_one_fund_uses_no_number_while_the_other_goes_on(two: Town) -> None:
    """Cut in the middle, then published again: what the other fund published meanwhile is in nobody's way."""
    family, child = two.family(), two.child()
    two.meals(child, family, 6)
    wednesdays(two, child, family, 7, 14)
    drafts = {fund: two.draft(OCTOBER, fund).summary.run_id for fund in ("ENF", "VAC")}
    with two.sessions.begin() as session:
        runs.check(session, drafts["VAC"], None, NOW)
    cut = PublishRun(command_id=uuid4(), run_id=drafts["VAC"])
    for number in (8, 12, 15):
        with cut_before(two, number), pytest.raises(DBAPIError), two.sessions.begin() as session:
            runs.publish(session, cut, None, NOW)
    two.publish(drafts["ENF"])
    assert numbers(two) == ["ENF-2026-000001"]
    with two.sessions.begin() as session:
        runs.publish(session, cut, None, NOW)
    assert numbers(two) == ["ENF-2026-000001", "VAC-2026-000001"]
    with two.sessions.begin() as session:
        assert audit.check(session, NOW) == 0
