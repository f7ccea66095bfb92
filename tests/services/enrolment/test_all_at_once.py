"""Everybody at once on a real database: what each thread does is drawn by a seed, who comes first is not.

Nobody may be refused by a deadlock, and when all have done the books are right (`audit.py`).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.closures import DeclareClosure, LiftClosure, NothingToClose, Scope
from contracts.enrolment.offer import OfferActivity
from contracts.enrolment.terms import Group, Waiting, WaitingOrder
from contracts.enrolment.waiting import LeaveWaiting, OfferOver
from enrolment.booking import waiting
from enrolment.catalogue import capacities
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment import audit
from tests.services.enrolment.conftest import NOW, Town

DAYS = (date(2026, 12, 3), date(2026, 12, 4), date(2026, 12, 11))
LATER = NOW + timedelta(hours=49)
BIRTHS = (date(2021, 5, 4), date(2018, 5, 4))
GROUPS = (
    Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=2),
    Group(code="grands", label="6-11 ans", youngest=6, oldest=11, capacity=2),
)
ADMIN = mother.agent(Role.ADMINISTRATION)
FAMILIES, ACTS = 6, 25


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_families_and_agents_at_once_leave_the_books_right(town: Town, seed: int) -> None:
    groups = GROUPS if seed % 2 else ()
    terms = mother.canteen(waiting=Waiting(order=WaitingOrder.BY_TIME, hours=48), groups=groups)
    with town.begin() as session:
        session.execute(text("DELETE FROM session"))
    for day in DAYS:
        town.run(terms, day, day)
    _set_places(town, 3)
    sessions = [town.session_on(day).session_id for day in DAYS]
    pupils = [town.pupil(birth_date=BIRTHS[number % 2]) for number in range(FAMILIES)]
    acts: list[Callable[[Random], None]] = [
        *(lambda chance, each=each: _family(town, *each, sessions, chance) for each in pupils),
        lambda chance: _town(town, chance),
        lambda chance: _timers(town, chance),
    ]
    with ThreadPoolExecutor(len(acts)) as threads:
        running = [threads.submit(act, Random(f"{seed}-{number}")) for number, act in enumerate(acts)]
        for each in running:
            each.result(timeout=120)
    with town.begin() as session:
        assert audit.wrong(session) == {}
        assert audit.left_free(session) == []
    assert town.count("SELECT count(*) FROM booking") > FAMILIES
    assert town.count("SELECT count(*) FROM outbox WHERE name = 'place.offered'") > 0


def _family(town: Town, child_id: UUID, parent: Caller, sessions: list[UUID], chance: Random) -> None:
    """Books, waits, gives back and leaves the line."""
    standing = "SELECT waiting_id FROM waiting_place WHERE child_id = :child ORDER BY number DESC LIMIT 1"
    for _ in range(ACTS):
        if chance.random() < 0.2:
            with town.begin() as session:
                waiting_id = session.scalar(text(standing), {"child": child_id})
            if waiting_id is not None:
                with suppress(OfferOver), town.begin() as session:
                    waiting.leave(
                        session, LeaveWaiting(command_id=uuid4(), waiting_id=waiting_id), parent, NOW
                    )
            continue
        chosen = chance.sample(sessions, chance.randint(1, len(sessions)))
        books = [each for each in chosen if chance.random() < 0.6]
        ask = ChangeBookings(
            command_id=uuid4(),
            child_id=child_id,
            additions=books,
            removals=[each for each in chosen if each not in books],
            waits=books,
        )
        town.change(ask, parent)


def _town(town: Town, chance: Random) -> None:
    """Closes days, opens them again, changes the places."""
    for _ in range(ACTS // 5):
        day = chance.choice(DAYS)
        ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=day, last=day), reason="Grève")
        with suppress(NothingToClose):
            with town.begin() as session:
                closure_id = closures.declare(session, ask, ADMIN, NOW).closure_id
            with town.begin() as session:
                closures.lift(session, LiftClosure(command_id=uuid4(), closure_id=closure_id), ADMIN, NOW)
        _set_places(town, chance.randint(1, 4))


def _timers(town: Town, chance: Random) -> None:
    """Ends offers, some of them before the families think so."""
    for _ in range(ACTS):
        now = chance.choice((NOW, LATER))
        with town.begin() as session:
            due = waiting.due(session, now)
        for waiting_id in due:
            with town.begin() as session:
                waiting.lapse(session, waiting_id, now)


def _set_places(town: Town, places: int) -> None:
    ask = OfferActivity(
        command_id=uuid4(), activity_code="cantine", place_code=mother.SCHOOL, capacity=places
    )
    with town.begin() as session:
        capacities.offer_activity(session, ask, SYSTEM, NOW)
