"""Who may enrol, when; the line of an activity whose places are all taken."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.caller import Caller, Role
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.enrolments import (
    DecideEnrolment,
    EnrolmentQueue,
    EnrolmentView,
    RequestEnrolment,
    TakeOffer,
    WithdrawEnrolment,
)
from contracts.enrolment.refusals import (
    AlreadyEnrolled,
    EnrolmentClosed,
    NoPlaceLeft,
    NotEligible,
    PlaceDoesNotFit,
    StillBooked,
    WrongState,
)
from contracts.enrolment.terms import Eligibility, Level, Waiting, WaitingOrder, Window
from contracts.enrolment.waiting import OfferOver
from contracts.errors import Invalid
from contracts.events.enrolments import EnrolmentState
from enrolment.enrolling import deciding, enrolment_views, enrolments, lines
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

DAY = date(2026, 12, 4)
FULL_AFTER_ONE = {"enrolment_places": 1, "waiting": Waiting(hours=48)}


def shown(town: Town, enrolment_id: UUID, parent: Caller) -> EnrolmentView:
    with town.begin() as session:
        return enrolment_views.show(session, enrolment_id, parent, NOW.date())


def ask(town: Town, now: datetime = NOW, resident: bool = True, **child: object) -> tuple[UUID, Caller]:
    """A new pupil asks for the canteen."""
    pupil, parent = town.pupil("", resident=resident, **child)
    command = RequestEnrolment(
        command_id=uuid4(), child_id=pupil, activity_code="cantine", place_code=mother.SCHOOL
    )
    with town.begin() as session:
        return enrolments.request(session, command, parent, now), parent


def withdraw(town: Town, enrolment_id: UUID, parent: Caller, now: datetime = NOW) -> None:
    with town.begin() as session:
        enrolments.withdraw(
            session, WithdrawEnrolment(command_id=uuid4(), enrolment_id=enrolment_id), parent, now
        )


def take(town: Town, enrolment_id: UUID, parent: Caller, now: datetime = NOW) -> None:
    with town.begin() as session:
        enrolments.take(session, TakeOffer(command_id=uuid4(), enrolment_id=enrolment_id), parent, now)


def end_what_is_over(town: Town, now: datetime) -> None:
    with town.begin() as session:
        over = lines.due(session, now)
    for enrolment_id in over:
        with town.begin() as session:
            enrolments.lapse(session, enrolment_id, now)


@pytest.mark.parametrize(
    ("rule", "child", "words"),
    [
        (Eligibility(youngest=3, oldest=5), {"birth_date": date(2018, 5, 4)}, "de 3 à 5"),
        (Eligibility(youngest=12), {}, "de 12"),
        (Eligibility(levels=frozenset({Level.CM2, Level.CM1})), {"level": "CE2"}, "CM1 ou CM2"),
        (Eligibility(schools=frozenset({"0269999Z"})), {}, "0269999Z"),
        (Eligibility(residents_only=True), {"resident": False}, "habite la ville"),
    ],
)
def test_who_may_not_is_told_the_rule(
    town: Town, rule: Eligibility, child: dict[str, object], words: str
) -> None:
    town.run(mother.canteen(eligibility=rule), DAY, DAY)
    with pytest.raises(NotEligible) as refusal:
        ask(town, **child)  # type: ignore[arg-type]
    assert words in str(refusal.value.details["why"])


def test_a_child_who_gets_the_age_within_the_year_may_enrol(town: Town) -> None:
    town.run(mother.canteen(eligibility=Eligibility(youngest=3)), DAY, DAY)
    enrolment_id, parent = ask(town, birth_date=date(2024, 8, 31))
    assert shown(town, enrolment_id, parent).state is EnrolmentState.ACCEPTED
    with pytest.raises(NotEligible):
        ask(town, birth_date=date(2024, 9, 1))


def test_nobody_enrols_outside_the_window_and_the_choices_say_when(town: Town) -> None:
    opens = NOW + timedelta(days=1)
    town.run(mother.canteen(enrolling=Window(opens_at=opens, residents_from=NOW)), DAY, DAY)
    ask(town)
    with pytest.raises(EnrolmentClosed) as refusal:
        ask(town, resident=False)
    assert "24\u00a0novembre 2026 à 10\u00a0h" in str(refusal.value.details["why"])
    child_id, parent = town.pupil("", resident=False)
    with town.begin() as session:
        view = enrolment_views.choices(session, child_id, parent, NOW)
    assert "24\u00a0novembre" in next(
        each.why_not for each in view.choices if each.activity.terms.code == "cantine"
    )


def test_an_agent_is_not_held_to_the_rule(town: Town) -> None:
    town.run(mother.canteen(eligibility=Eligibility(youngest=12)), DAY, DAY)
    child = mother.child()
    family_id, _ = town.family(child)
    enrolment_id = town.enrol(child.child_id, mother.agent(Role.REQUESTS), family_id=family_id)
    assert (
        town.count(
            f"SELECT count(*) FROM enrolment WHERE enrolment_id = '{enrolment_id}' AND state = 'accepted'"
        )
        == 1
    )


def test_an_activity_that_is_retired_takes_nobody_new(town: Town) -> None:
    kept, parent = ask(town)
    town.run(mother.canteen(retired=True), DAY, DAY)
    told = "SELECT count(*) FROM outbox WHERE name = 'activity.updated' AND body LIKE '%\"retired\"_true%'"
    assert town.count(told) == 1
    with pytest.raises(PlaceDoesNotFit):
        ask(town)
    assert shown(town, kept, parent).state is EnrolmentState.ACCEPTED


def test_without_a_place_one_waits_and_the_first_is_offered_it(town: Town) -> None:
    town.run(mother.canteen(**FULL_AFTER_ONE), DAY, DAY)
    (first, firsts), (second, seconds), (third, thirds) = (
        ask(town, NOW + timedelta(minutes=n)) for n in range(3)
    )
    waits = shown(town, third, thirds)
    assert (waits.state, waits.place_in_line, waits.order_sentence) == (
        EnrolmentState.WAITING,
        2,
        "dans l’ordre des demandes",
    )
    with pytest.raises(WrongState):
        take(town, third, thirds)
    withdraw(town, first, firsts)
    offered = shown(town, second, seconds)
    assert (offered.state, offered.offer_ends_at) == (EnrolmentState.OFFERED, NOW + timedelta(hours=48))
    take(town, second, seconds)
    assert shown(town, second, seconds).state is EnrolmentState.ACCEPTED
    assert shown(town, third, thirds).place_in_line == 1
    assert town.told()[-2:] == ["enrolment.offered", "enrolment.accepted"]


def test_an_offer_not_taken_goes_to_the_next_and_cannot_be_taken_late(town: Town) -> None:
    town.run(mother.canteen(**FULL_AFTER_ONE), DAY, DAY)
    (first, firsts), (second, seconds), (third, thirds) = (
        ask(town, NOW + timedelta(minutes=n)) for n in range(3)
    )
    withdraw(town, first, firsts)
    over = NOW + timedelta(hours=48)
    with pytest.raises(OfferOver):
        take(town, second, seconds, over)
    end_what_is_over(town, over)
    assert [shown(town, *each).state for each in ((second, seconds), (third, thirds))] == [
        "lapsed",
        "offered",
    ]
    withdraw(town, third, thirds, over)
    again, _ = ask(town, over)
    assert town.count("SELECT count(*) FROM enrolment WHERE state = 'accepted'") == 1
    assert again


def test_residents_come_first_where_the_activity_says_so(town: Town) -> None:
    order = Waiting(order=WaitingOrder.RESIDENTS_FIRST)
    town.run(mother.canteen(enrolment_places=1, waiting=order), DAY, DAY)
    first, firsts = ask(town)
    far, fars = ask(town, NOW + timedelta(minutes=1), resident=False)
    near, nears = ask(town, NOW + timedelta(minutes=2))
    assert (shown(town, near, nears).place_in_line, shown(town, far, fars).place_in_line) == (1, 2)
    withdraw(town, first, firsts)
    assert shown(town, near, nears).state is EnrolmentState.OFFERED


def test_more_places_serve_who_waits(town: Town) -> None:
    town.run(mother.canteen(**FULL_AFTER_ONE), DAY, DAY)
    asked = [ask(town, NOW + timedelta(minutes=n)) for n in range(3)]
    town.run(mother.canteen(enrolment_places=2, waiting=Waiting()), DAY, DAY)
    assert [shown(town, *each).state for each in asked] == ["accepted", "offered", "waiting"]


def test_without_a_line_the_full_activity_refuses_and_an_agent_cannot_exceed_it(town: Town) -> None:
    town.run(mother.canteen(enrolment_places=1, at_once=False), DAY, DAY)
    agent = mother.agent(Role.REQUESTS)
    (first, _), (second, _) = (ask(town) for _ in range(2))
    accept = DecideEnrolment(command_id=uuid4(), enrolment_id=first, accept=True, version=1)
    with town.begin() as session:
        deciding.decide(session, accept, agent, NOW)
    with pytest.raises(NoPlaceLeft), town.begin() as session:
        deciding.decide(session, accept.model_copy(update={"enrolment_id": second}), agent, NOW)


def decide(
    town: Town, enrolment_id: UUID, now: datetime = NOW, reason: str = "", **how: bool
) -> EnrolmentView:
    """An agent decides of what they see."""
    agent = mother.agent(Role.REQUESTS)
    version = shown(town, enrolment_id, agent).version
    command = DecideEnrolment(
        command_id=uuid4(),
        enrolment_id=enrolment_id,
        version=version,
        reason=reason,
        **({"accept": False} | how),
    )
    with town.begin() as session:
        deciding.decide(session, command, agent, now)
    return shown(town, enrolment_id, agent)


def test_an_agent_keeps_a_line_by_hand_and_says_why_one_passes_before_the_others(town: Town) -> None:
    town.run(mother.canteen(at_once=False, waiting=Waiting()), DAY, DAY)
    (first, _), (second, seconds), (third, _) = (ask(town, NOW + timedelta(minutes=n)) for n in range(3))
    decide(town, third, waits=True)
    assert decide(town, second, waits=True).place_in_line == 1  # behind nobody: it had asked before the third
    assert decide(town, first, waits=True).place_in_line == 1
    with pytest.raises(Invalid) as refusal:
        decide(town, second, accept=True)
    assert refusal.value.details["problems"] == {"reason": "out_of_order"}
    view = decide(town, second, accept=True, reason="Fratrie déjà inscrite.")
    assert (view.state, view.accepted_because) == (EnrolmentState.ACCEPTED, "Fratrie déjà inscrite.")
    parents_view = shown(town, second, seconds)
    assert (parents_view.accepted_because, parents_view.reason) == ("", "")
    assert decide(town, first, accept=True).state is EnrolmentState.ACCEPTED  # the first needs no reason


def test_nobody_passes_before_the_others_into_a_place_that_is_not_there(town: Town) -> None:
    town.run(mother.canteen(**FULL_AFTER_ONE), DAY, DAY)
    _, (second, _) = ask(town), ask(town, NOW + timedelta(minutes=1))
    with pytest.raises(NoPlaceLeft):
        decide(town, second, accept=True, reason="Fratrie déjà inscrite.")


def test_where_a_place_is_free_who_is_made_to_wait_is_offered_it(town: Town) -> None:
    town.run(mother.canteen(at_once=False, **FULL_AFTER_ONE), DAY, DAY)
    first, _ = ask(town)
    assert decide(town, first, waits=True).state is EnrolmentState.OFFERED


def test_without_a_waiting_list_nobody_is_made_to_wait(town: Town) -> None:
    town.run(mother.canteen(at_once=False), DAY, DAY)
    first, _ = ask(town)
    with pytest.raises(Invalid) as refusal:
        decide(town, first, waits=True)
    assert refusal.value.details["problems"] == {"decision": "no_waiting_list"}


def test_refused_after_it_was_accepted_the_place_goes_to_the_next(town: Town) -> None:
    town.run(mother.canteen(**FULL_AFTER_ONE), DAY, DAY)
    (first, firsts), (second, seconds) = (ask(town, NOW + timedelta(minutes=n)) for n in range(2))
    child_id = shown(town, first, firsts).child_id
    town.book(child_id, firsts, DAY)
    with pytest.raises(StillBooked):
        decide(town, first, reason="Justificatif faux.")
    removal = ChangeBookings(
        command_id=uuid4(), child_id=child_id, removals=[town.session_on(DAY).session_id]
    )
    town.change(removal, firsts)
    with pytest.raises(Invalid):
        decide(town, first)
    assert decide(town, first, reason="Justificatif faux.").reason == "Justificatif faux."
    assert shown(town, second, seconds).state is EnrolmentState.OFFERED
    assert decide(town, second, reason="Hors secteur.").state is EnrolmentState.REFUSED


def test_agents_see_each_line_in_its_order(town: Town) -> None:
    order = Waiting(order=WaitingOrder.RESIDENTS_FIRST)
    town.run(mother.canteen(enrolment_places=1, waiting=order), DAY, DAY)
    ask(town)
    far, _ = ask(town, NOW + timedelta(minutes=1), resident=False)
    near, _ = ask(town, NOW + timedelta(minutes=2))
    question = EnrolmentQueue(state=EnrolmentState.WAITING)
    with town.begin() as session:
        view = enrolment_views.queue(session, question, mother.agent(Role.REQUESTS), NOW.date())
    assert [(each.enrolment_id, each.place_in_line) for each in view.enrolments] == [(near, 1), (far, 2)]


def test_a_booking_and_the_end_of_the_enrolment_never_both_hold(town: Town) -> None:
    """One parent books while the other gives the enrolment up."""
    for _ in range(5):
        child = mother.child()
        _, (one, other) = town.family(child, accounts=2)
        enrolment_id = town.enrol(child.child_id, one)
        together = Barrier(2)

        def book(child_id: UUID = child.child_id, parent: Caller = one, both: Barrier = together) -> None:
            both.wait()
            town.book(child_id, parent, DAY)

        def give_up(ended: UUID = enrolment_id, parent: Caller = other, both: Barrier = together) -> None:
            both.wait()
            with suppress(StillBooked):
                withdraw(town, ended, parent)

        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(book), threads.submit(give_up)]:
                done.result()
    orphans = """SELECT count(*) FROM booking b WHERE b.cancelled_at IS NULL AND NOT EXISTS
        (SELECT FROM enrolment e WHERE e.child_id = b.child_id AND e.state = 'accepted')"""
    assert town.count(orphans) == 0


def test_a_waiting_child_cannot_ask_again(town: Town) -> None:
    town.run(mother.canteen(**FULL_AFTER_ONE), DAY, DAY)
    ask(town)
    child_id, parent = town.pupil()
    with pytest.raises(AlreadyEnrolled):
        town.enrol(child_id, parent)


def test_all_at_once_the_places_are_never_exceeded(town: Town) -> None:
    town.run(mother.canteen(enrolment_places=3, waiting=Waiting()), DAY, DAY)
    pupils = [town.pupil("") for _ in range(10)]
    together = Barrier(len(pupils))

    def live(number: int) -> None:
        child_id, parent = pupils[number]
        together.wait()
        enrolment_id = town.enrol(child_id, parent)
        if number % 3 == 0:
            withdraw(town, enrolment_id, parent)

    with ThreadPoolExecutor(len(pupils)) as threads:
        list(threads.map(live, range(len(pupils))))
    held = town.count("SELECT count(*) FROM enrolment WHERE state IN ('accepted', 'offered')")
    waits = town.count("SELECT count(*) FROM enrolment WHERE state = 'waiting'")
    assert held == 3
    assert held + waits == 6
    with town.begin() as session:
        assert session.execute(text("SELECT count(*) FROM enrolment")).scalar_one() == 10
