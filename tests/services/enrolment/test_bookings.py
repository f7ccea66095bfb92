"""Saves of bookings: what is done, what is refused and why, its proof, its facts, and the last place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.clock import PARIS
from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.bookings import BookingProofs, CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.offer import OfferActivity
from contracts.enrolment.terms import Group
from contracts.errors import Conflict, Invalid, NotAllowed, NotFound
from enrolment.booking import months, proofs
from enrolment.catalogue import capacities, offer
from enrolment.household import families
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.waiting import eventually

TUESDAY, THURSDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 26), date(2026, 11, 27)


@pytest.fixture
def lea(town: Town) -> UUID:
    return uuid4()


@pytest.fixture
def parent(town: Town, lea: UUID) -> Caller:
    """Léa's parent; Léa is enrolled in the canteen."""
    _, parents = town.family(mother.child(lea))
    town.enrol(lea, parents[0])
    return parents[0]


def month(town: Town, child_id: UUID, caller: Caller, now: datetime = NOW) -> dict[date, CellState]:
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=date(2026, 11, 1)), caller, now)
    return {day.day: cell.state for day in view.days for cell in day.cells}


def test_one_save_books_what_it_can_and_says_why_not_the_rest(town: Town, lea: UUID, parent: Caller) -> None:
    answer = town.book(lea, parent, TUESDAY, THURSDAY, FRIDAY)
    assert [each.day for each in answer.changed] == [THURSDAY, FRIDAY]
    [late] = answer.refused
    assert (late.day, late.why) == (TUESDAY, Refusal.TOO_LATE)
    assert late.closes_at == datetime(2026, 11, 20, 9, tzinfo=PARIS)
    assert town.told() == ["enrolment.requested", "enrolment.accepted", "booking.made", "booking.made"]
    assert town.count("SELECT sum(taken) FROM session") == 2


def test_the_sentence_of_the_proof_is_that_of_the_rule(town: Town, lea: UUID, parent: Caller) -> None:
    town.book(lea, parent, FRIDAY)
    with town.begin() as session:
        [proof] = proofs.list_proofs(session, BookingProofs(), parent).proofs
    assert (proof.by, proof.child_name, proof.day, proof.made) == (
        "Parent1 Fontanel",
        "Léa Fontanel",
        FRIDAY,
        True,
    )
    assert proof.rule_sentence.startswith("jusqu’à 2")
    assert proof.closes_at == datetime(2026, 11, 25, 9, tzinfo=PARIS)


def test_a_cancelled_day_can_be_booked_again_and_each_change_has_its_proof(
    town: Town, lea: UUID, parent: Caller
) -> None:
    town.book(lea, parent, FRIDAY)
    session_id = town.session_on(FRIDAY).session_id
    cancel = ChangeBookings(command_id=uuid4(), child_id=lea, removals=[session_id])
    assert [each.made for each in town.change(cancel, parent).changed] == [False]
    assert town.session_on(FRIDAY).taken == 0
    town.book(lea, parent, FRIDAY)
    assert town.count("SELECT count(*) FROM proof") == 3
    assert town.told()[2:] == ["booking.made", "booking.cancelled", "booking.made"]
    versions = "SELECT count(DISTINCT body::json ->> 'subject') FROM outbox WHERE name LIKE 'booking.%'"
    assert town.count(versions) == 2


def test_a_repeat_of_the_command_gets_the_first_answer(town: Town, lea: UUID, parent: Caller) -> None:
    ask = ChangeBookings(command_id=uuid4(), child_id=lea, additions=[town.session_on(FRIDAY).session_id])
    assert town.change(ask, parent) == town.change(ask, parent, NOW + timedelta(days=9))
    assert town.count("SELECT count(*) FROM booking") == 1
    other = ask.model_copy(update={"additions": [town.session_on(THURSDAY).session_id]})
    with pytest.raises(Conflict):
        town.change(other, parent)


def test_after_the_deadline_neither_booked_nor_cancelled(town: Town, lea: UUID, parent: Caller) -> None:
    town.book(lea, parent, FRIDAY)
    closing = datetime(2026, 11, 25, 9, tzinfo=PARIS)
    cancel = ChangeBookings(command_id=uuid4(), child_id=lea, removals=[town.session_on(FRIDAY).session_id])
    [refused] = town.change(cancel, parent, closing).refused
    assert refused.why is Refusal.TOO_LATE
    assert month(town, lea, parent, closing)[FRIDAY] is CellState.BOOKED_LOCKED
    in_time = cancel.model_copy(update={"command_id": uuid4()})
    assert town.change(in_time, parent, closing - timedelta(seconds=1)).changed


def test_what_cannot_be(town: Town, lea: UUID, parent: Caller) -> None:
    friday = town.session_on(FRIDAY).session_id
    wednesday = town.session_on(date(2026, 12, 2), "mercredi", "matin").session_id
    ask = ChangeBookings(command_id=uuid4(), child_id=lea, additions=[wednesday, uuid4()], removals=[friday])
    whys = {each.why for each in town.change(ask, parent).refused}
    assert whys == {Refusal.NOT_ENROLLED, Refusal.UNKNOWN, Refusal.NOT_BOOKED}
    town.book(lea, parent, FRIDAY)
    assert [each.why for each in town.book(lea, parent, FRIDAY).refused] == [Refusal.ALREADY_BOOKED]
    with pytest.raises(Invalid):
        town.change(
            ChangeBookings(command_id=uuid4(), child_id=lea, additions=[friday], removals=[friday]), parent
        )


def test_a_child_of_another_family_is_not_found(town: Town, lea: UUID, parent: Caller) -> None:
    _, [stranger] = town.family(mother.child())
    for caller in (stranger, mother.parent()):
        with pytest.raises(NotFound):
            town.book(lea, caller, FRIDAY)
        with pytest.raises(NotFound):
            month(town, lea, caller)
    assert town.count("SELECT count(*) FROM booking") == 0


def test_two_households_share_the_child_and_not_the_bookings(town: Town, lea: UUID) -> None:
    child = mother.child(lea)
    first_family, [mum] = town.family(child)
    second_family, [dad] = town.family(child)
    town.enrol(lea, mum)
    town.book(lea, mum, THURSDAY)
    town.book(lea, dad, FRIDAY)  # one enrolment of the child serves both
    assert month(town, lea, dad)[THURSDAY] is CellState.ELSEWHERE
    assert month(town, lea, mum)[FRIDAY] is CellState.ELSEWHERE
    [refused] = town.book(lea, dad, THURSDAY).refused
    assert refused.why is Refusal.ELSEWHERE
    cancel = ChangeBookings(command_id=uuid4(), child_id=lea, removals=[town.session_on(THURSDAY).session_id])
    assert [each.why for each in town.change(cancel, dad).refused] == [Refusal.ELSEWHERE]
    with town.begin() as session:
        owners = set(session.scalars(text("SELECT family_id FROM booking")))
        assert owners == {first_family, second_family}
        assert len(proofs.list_proofs(session, BookingProofs(), dad).proofs) == 1


def test_the_town_may_book_late_and_the_proof_says_so(town: Town, lea: UUID) -> None:
    family_id, [parent] = town.family(mother.child(lea))
    town.enrol(lea, parent)
    agent = mother.agent(Role.REQUESTS)
    answer = town.book(lea, agent, TUESDAY, family_id=family_id, late=True)
    assert [each.rule_sentence for each in answer.changed] == ["hors délai, par décision de la mairie"]
    assert month(town, lea, parent)[TUESDAY] is CellState.BOOKED_LOCKED
    with town.begin() as session:
        [proof] = proofs.list_proofs(session, BookingProofs(), parent).proofs
    assert proof.by == "la mairie"
    with pytest.raises(NotAllowed):
        town.book(lea, parent, TUESDAY, late=True)
    with pytest.raises(NotAllowed):
        town.book(lea, mother.agent(Role.BILLING), FRIDAY, family_id=family_id)


def test_the_database_itself_refuses_one_place_too_many(town: Town) -> None:
    with pytest.raises(IntegrityError, match="taken_fits"), town.begin() as session:
        session.execute(text("UPDATE session SET taken = capacity + 1 WHERE day = '2026-11-27'"))


# ---------------------------------------------------------------- at the same time


def fill_but(town: Town, day: date, free: int) -> None:
    with town.begin() as session:
        session.execute(
            text(
                "UPDATE session SET taken = capacity - :free WHERE day = :day AND activity_code = 'cantine'"
            ),
            {"free": free, "day": day},
        )


def all_at_once(town: Town, asks: list[tuple[UUID, Caller, list[date]]]) -> list[list[Refusal]]:
    """Each save in a thread of its own, let go together. What was refused, in the order asked."""
    gate = Barrier(len(asks))
    ids = {day: town.session_on(day).session_id for _, _, days in asks for day in days}

    def save(child_id: UUID, caller: Caller, days: list[date]) -> list[Refusal]:
        ask = ChangeBookings(command_id=uuid4(), child_id=child_id, additions=[ids[day] for day in days])
        gate.wait()
        return [each.why for each in town.change(ask, caller).refused]

    with ThreadPoolExecutor(len(asks)) as pool:
        return [future.result() for future in [pool.submit(save, *ask) for ask in asks]]


def families_with_a_child(town: Town, number: int) -> list[tuple[UUID, Caller]]:
    made = []
    for _ in range(number):
        child = mother.child()
        _, [parent] = town.family(child)
        town.enrol(child.child_id, parent)
        made.append((child.child_id, parent))
    return made


def test_two_parents_on_the_last_place_one_gets_it(town: Town) -> None:
    for _ in range(10):
        both = families_with_a_child(town, 2)
        fill_but(town, FRIDAY, 1)
        refused = all_at_once(town, [(child, parent, [FRIDAY]) for child, parent in both])
        assert sorted(refused) == [[], [Refusal.FULL]]
        assert town.session_on(FRIDAY).taken == 30
        with town.begin() as session:
            session.execute(text("UPDATE session SET taken = 0; DELETE FROM booking"))


def test_sixteen_parents_on_five_places_take_five(town: Town) -> None:
    many = families_with_a_child(town, 16)
    fill_but(town, FRIDAY, 5)
    refused = all_at_once(town, [(child, parent, [FRIDAY]) for child, parent in many])
    assert refused.count([]) == 5
    assert refused.count([Refusal.FULL]) == 11
    assert town.count("SELECT count(*) FROM booking WHERE cancelled_at IS NULL") == 5
    assert town.count("SELECT count(*) FROM proof") == 5
    assert town.told().count("booking.made") == 5


def test_crossed_orders_of_days_do_not_deadlock(town: Town) -> None:
    days = [THURSDAY, FRIDAY, date(2026, 11, 30), date(2026, 12, 1)]
    many = families_with_a_child(town, 8)
    asks = [(child, parent, days if n % 2 else days[::-1]) for n, (child, parent) in enumerate(many)]
    assert all_at_once(town, asks) == [[]] * 8


def test_both_parents_of_a_child_at_once_book_it_once(town: Town) -> None:
    child = mother.child()
    _, parents = town.family(child, accounts=2)
    town.enrol(child.child_id, parents[0])
    refused = all_at_once(town, [(child.child_id, parent, [FRIDAY]) for parent in parents])
    assert sorted(refused) == [[], [Refusal.ALREADY_BOOKED]]
    assert town.session_on(FRIDAY).taken == 1


def offer_places(session: Session, places: int, groups: tuple[Group, ...]) -> None:
    ask = OfferActivity(
        command_id=uuid4(),
        activity_code="cantine",
        place_code=mother.SCHOOL,
        capacity=places,
        group_capacity={group.code: places for group in groups},
    )
    capacities.offer_activity(session, ask, SYSTEM, NOW)


@pytest.mark.parametrize(
    "groups", [(), (Group(code="tous", label="3-11 ans", youngest=3, oldest=11, capacity=1),)]
)
def test_a_place_added_while_a_save_waits_for_it_is_taken(town: Town, groups: tuple[Group, ...]) -> None:
    with town.begin() as session:
        offer.define_activity(session, mother.define(mother.canteen(groups=groups)), SYSTEM, NOW)
        offer_places(session, 1, groups)
    [(first, her_parent), (second, his_parent)] = families_with_a_child(town, 2)
    town.book(first, her_parent, FRIDAY)
    with ThreadPoolExecutor(1) as other:
        with town.begin() as session:
            offer_places(session, 2, groups)
            save = other.submit(town.book, second, his_parent, FRIDAY)
            eventually(lambda: town.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0)
        assert save.result(timeout=30).refused == []
    assert town.session_on(FRIDAY).taken == 2


# ---------------------------------------------------------------- the month page


def test_every_day_of_the_month_says_what_it_is(town: Town, lea: UUID, parent: Caller) -> None:
    town.book(lea, parent, FRIDAY)
    fill_but(town, date(2026, 11, 30), 0)
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=lea, month=date(2026, 11, 15)), parent, NOW)
    assert len(view.days) == 30
    cells = {day.day: (day.cells[0].state if day.cells else None) for day in view.days}
    assert cells[date(2026, 11, 23)] is CellState.LOCKED
    assert cells[THURSDAY] is CellState.OPEN
    assert cells[FRIDAY] is CellState.BOOKED
    assert cells[date(2026, 11, 30)] is CellState.FULL
    closed = {day.day: day.closed_because for day in view.days if day.closed_because}
    assert closed[date(2026, 11, 11)] == "Jour férié : Armistice"
    assert closed[date(2026, 11, 25)] == "Pas d’activité ce jour"
    assert closed[date(2026, 11, 28)] == "Week-end"
    assert (view.first_month, view.last_month) == (date(2026, 11, 1), date(2026, 12, 1))
    [activity] = view.activities
    assert activity.place_name == "École Saint-Nicolas"


def test_a_child_without_enrolment_has_an_empty_month(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child.child_id, month=date(2026, 11, 1)), parent, NOW)
    assert (view.activities, view.first_month) == ([], None)


# ---------------------------------------------------------------- statements


def test_a_save_of_twenty_days_and_one_of_two_cost_the_same(
    town: Town, lea: UUID, parent: Caller, statements: Statements
) -> None:
    with town.begin() as session:
        rows = session.scalars(
            text(
                "SELECT session_id FROM session WHERE activity_code = 'cantine' AND day > '2026-11-26' LIMIT 22"
            )
        )
        ids = [UUID(str(row)) for row in rows]
    for some in (ids[:2], ids[2:]):
        statements.run.clear()
        with statements:
            answer = town.change(ChangeBookings(command_id=uuid4(), child_id=lea, additions=some), parent)
        assert len(answer.changed) == len(some)
        # the child's row and all that is known; places with bookings, proofs, facts and the answer kept
        assert len(statements.run) == 2


def test_a_month_costs_five_statements_however_many_activities(
    town: Town, lea: UUID, parent: Caller, statements: Statements
) -> None:
    with town.begin() as session:
        for n in range(3):
            terms = mother.canteen(code=f"garderie-{n}", name=f"Garderie {n}")
            offer.define_activity(session, mother.define(terms), SYSTEM, NOW)
            capacities.offer_activity(session, mother.offer(terms.code), SYSTEM, NOW)
            offer.open_sessions(session, mother.open_sessions(terms.code), SYSTEM)
    for n in range(3):
        town.enrol(lea, parent, f"garderie-{n}")
    with statements:
        assert len(month(town, lea, parent)) > 0
    assert len(statements.run) == 5


def test_a_parent_who_left_the_family_may_no_longer_act(town: Town, lea: UUID) -> None:
    family_id, [parent] = town.family(mother.child(lea))
    town.enrol(lea, parent)
    with town.begin() as session:
        families.keep_family(session, mother.family([lea], [], family_id))
    with pytest.raises(NotFound):
        town.book(lea, parent, FRIDAY)
