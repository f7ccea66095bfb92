"""Closures that are declared while sessions are opened, or while another closure is lifted: none slips through."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest

from contracts.caller import SYSTEM, Role
from contracts.enrolment.closures import DeclareClosure, LiftClosure, Scope
from enrolment.catalogue import offer
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town
from tests.waiting import eventually

FRIDAY, JANUARY = date(2026, 12, 4), date(2027, 1, 4)
STRIKE = "Grève : la cantine est fermée"
ADMIN = mother.agent(Role.ADMINISTRATION)


def declare(town: Town, day: date) -> UUID:
    ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=day, last=day), reason=STRIKE)
    with town.begin() as session:
        return closures.declare(session, ask, ADMIN, NOW).closure_id


def is_waited_for(town: Town) -> bool:
    return town.count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") > 0


@pytest.mark.parametrize("opens_first", [True, False])
def test_a_session_opened_while_its_day_is_closed_is_closed(town: Town, opens_first: bool) -> None:
    def open_day() -> None:
        with town.begin() as session:
            offer.open_sessions(session, mother.open_sessions("cantine", JANUARY, JANUARY), SYSTEM)

    with ThreadPoolExecutor(1) as other:
        with town.begin() as session:
            if opens_first:
                offer.open_sessions(session, mother.open_sessions("cantine", JANUARY, JANUARY), SYSTEM)
                second = other.submit(declare, town, JANUARY)
            else:
                ask = DeclareClosure(
                    command_id=uuid4(), scope=Scope(first=JANUARY, last=JANUARY), reason=STRIKE
                )
                closures.declare(session, ask, ADMIN, NOW)
                second = other.submit(open_day)
            eventually(lambda: is_waited_for(town))
        second.result(timeout=30)
    assert town.session_on(JANUARY).closed_because == STRIKE


def test_a_closure_declared_while_another_is_lifted_still_closes(town: Town) -> None:
    first = declare(town, FRIDAY)
    with ThreadPoolExecutor(1) as other:
        with town.begin() as session:
            ask = LiftClosure(command_id=uuid4(), closure_id=first)
            closures.lift(session, ask, ADMIN, NOW)
            second = other.submit(declare, town, FRIDAY)
            eventually(lambda: is_waited_for(town))
        second.result(timeout=30)
    assert town.session_on(FRIDAY).closed_because == STRIKE


def test_a_closure_lifted_while_another_is_declared_leaves_its_day_closed(town: Town) -> None:
    first = declare(town, FRIDAY)

    def lift() -> None:
        with town.begin() as session:
            closures.lift(session, LiftClosure(command_id=uuid4(), closure_id=first), ADMIN, NOW)

    with ThreadPoolExecutor(1) as other:
        with town.begin() as session:
            ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=FRIDAY, last=FRIDAY), reason=STRIKE)
            closures.declare(session, ask, ADMIN, NOW)
            second = other.submit(lift)
            eventually(lambda: is_waited_for(town))
        second.result(timeout=30)
    assert town.session_on(FRIDAY).closed_because == STRIKE
