"""The demonstration: loads, lives a month, loads again without changing anything."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.database import engine_for, sessions_for
from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.attendance import AttendanceDesk
from contracts.enrolment.offer import ShowOffer
from contracts.enrolment.requests import FollowRequest, MyRequests, OpenRequest, RequestQueue
from deploy.local.demo import absences, closures, procedures, requests, taps, waiting
from deploy.local.demo import enrolment as demo
from enrolment.household import families
from enrolment.procedures import shipping
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW
from tests.services.enrolment.counter import Counter
from tests.unit.gateway.doubles import SetClock

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def counter(database: Callable[[str], str]) -> Counter:
    engine = engine_for(database("enrolment"), 5)
    clock = SetClock()
    clock.at = NOW
    counter = Counter(sessions_for(engine), clock)
    demo.load(counter, TODAY)
    return counter


def count(counter: Counter, sql: str) -> int:
    with counter.service.begin() as session:
        return int(session.execute(text(sql)).scalar_one())


def test_the_towns_offer_is_there_and_loading_again_changes_nothing(counter: Counter) -> None:
    view = counter.ask(ShowOffer(), SYSTEM)
    assert len(view.activities) == 5
    assert {place.code for place in view.places} >= {"0261001A", "0261002B"}
    sessions = count(counter, "SELECT count(*) FROM session")
    assert sessions > 6 * 2 * 130
    told = count(counter, "SELECT count(*) FROM outbox")
    demo.load(counter, TODAY)
    assert count(counter, "SELECT count(*) FROM session") == sessions
    assert count(counter, "SELECT count(*) FROM outbox") == told


def test_a_month_is_lived_and_checked(counter: Counter) -> None:
    parents = []
    with counter.service.begin() as session:
        for n in range(12):
            # A child's habits are drawn from its id: with ids of their own, none lives a month without an activity.
            child = mother.child(UUID(int=n + 1), place_code=demo.LIVED[n % 2], first_name=f"Enfant{n}")
            parent = mother.parent()
            families.keep_child(session, child)
            families.keep_family(session, mother.family([child.child_id], [parent.account_id or uuid4()]))
            parents.append(parent)
    demo.load_life(counter, TODAY, parents[:2])
    october = "SELECT count(*) FROM booking JOIN session USING (session_id) WHERE day < '2026-11-01'"
    assert count(counter, october) > 50
    assert (
        count(
            counter, "SELECT count(*) FROM booking JOIN session USING (session_id) WHERE day > '2026-11-23'"
        )
        > 20
    )
    assert count(counter, "SELECT count(*) FROM proof WHERE account_id IS NOT NULL") > 0
    assert count(counter, "SELECT count(*) FROM usual_week") == 2
    closures.load(counter, TODAY)
    waiting.load(counter, TODAY, parents[:2])
    assert count(counter, "SELECT count(*) FROM proof WHERE rule_sentence LIKE 'fermeture%Grève%'") > 0
    assert count(counter, "SELECT count(*) FROM waiting_place WHERE state = 'waiting'") == 3
    assert count(counter, "SELECT count(*) FROM waiting_place WHERE account_id IS NOT NULL") > 0
    desk = counter.ask(AttendanceDesk(day=date(2026, 11, 1)), SYSTEM)
    assert desk.missing_total == 0  # all of October is checked
    assert counter.ask(AttendanceDesk(day=TODAY), SYSTEM).missing_total > 0  # and last week is not
    tables = ("booking", "sheet", "proof", "closure", "waiting_place")
    before = {table: count(counter, f"SELECT count(*) FROM {table}") for table in tables}
    demo.load_life(counter, TODAY, parents[:2])
    closures.load(counter, TODAY)
    waiting.load(counter, TODAY, parents[:2])
    absences.load(counter, parents)
    assert count(counter, "SELECT count(*) FROM absence") == 3
    assert count(counter, "SELECT count(*) FROM objection") == 1
    before |= {"absence": 3, "objection": 1}
    before["sheet"] = count(counter, "SELECT count(*) FROM sheet")
    absences.load(counter, parents)
    taps.load(counter, TODAY)
    before["tap"] = count(counter, "SELECT count(*) FROM tap")
    taps.load(counter, TODAY)
    desk = counter.ask(AttendanceDesk(day=TODAY), SYSTEM)
    assert any(desk.tapped.values())
    assert len(desk.review) <= 1
    assert {table: count(counter, f"SELECT count(*) FROM {table}") for table in before} == before


def test_requests_stand_at_their_departments_and_loading_again_changes_nothing(counter: Counter) -> None:
    with counter.service.begin() as session:
        shipping.install(session, NOW)
    parents = [mother.parent(name=f"Nadia{n} Ferrand") for n in range(5)]
    agents = [mother.agent(Role.REQUESTS), mother.agent(Role.REQUESTS, name="Odile Garnier")]
    procedures.load(counter, parents[0])
    for _ in range(2):
        filed = requests.load(counter, parents, agents, TODAY)
        assert requests.send_file(counter, lambda _: uuid4(), parents[0], agents[0])
    queue = counter.ask(RequestQueue(), agents[0])
    assert [each.line.state.value for each in queue.requests] == [
        "in_progress",
        "in_progress",
        "information_asked",
        "in_progress",
    ]
    near = queue.requests[0]
    assert (near.agent_name, near.line.due_on) == ("Odile Garnier", TODAY + timedelta(days=3))
    followed = counter.ask(FollowRequest(number=filed.number, code=filed.code), Caller(address="192.0.2.7"))
    assert [step.kind.value for step in followed.steps] == ["submitted", "asked", "answered"]
    sent = counter.ask(
        OpenRequest(request_id=counter.ask(MyRequests(), parents[0]).requests[0].request_id), agents[0]
    )
    assert [len(step.documents) for step in sent.request.steps] == [0, 0, 1]
    assert {each.name for each in queue.departments} == set(requests.DEPARTMENTS.values())
    assert {form.department for _, form in shipping.shipped().values()} <= set(requests.DEPARTMENTS.values())
    for state in ("accepted", "refused"):
        assert count(counter, f"SELECT count(*) FROM request WHERE state = '{state}'") == 1
