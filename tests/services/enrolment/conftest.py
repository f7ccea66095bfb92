"""A town small enough to hold in the head, on a real database, without a broker.

`town` gives the sessions, and the domain functions are called as service.py calls them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from chassis.clock import PARIS
from chassis.database import engine_for, sessions_for
from contracts.caller import SYSTEM, Caller
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings
from contracts.enrolment.enrolments import RequestEnrolment
from contracts.enrolment.offer import ActivityTerms
from contracts.events.accounts import ChildUpdated
from enrolment.booking import bookings
from enrolment.catalogue import capacities, offer
from enrolment.enrolling import enrolments
from enrolment.household import families
from enrolment.models import Base, DaySession
from tests.mothers import enrolment as mother

NOW = datetime(2026, 11, 23, 10, tzinfo=PARIS)


@dataclass
class Town:
    """The database and the few acts that every test needs."""

    engine: Engine
    sessions: sessionmaker[Session]

    def begin(self) -> "Session":
        return self.sessions.begin()  # type: ignore[return-value]

    def family(
        self, *children: ChildUpdated, accounts: int = 1, resident: bool = True
    ) -> tuple[UUID, list[Caller]]:
        """A family with these children and so many parents who redeemed their key."""
        parents = [mother.parent(name=f"Parent{n} Fontanel") for n in range(1, accounts + 1)]
        known = mother.family([c.child_id for c in children], [p.account_id for p in parents if p.account_id])
        fact = known.model_copy(update={"resident": resident})
        with self.sessions.begin() as session:
            for child in children:
                families.keep_child(session, child)
            families.keep_family(session, fact)
        return fact.family_id, parents

    def enrol(
        self, child_id: UUID, caller: Caller, activity: str = "cantine", family_id: UUID | None = None
    ) -> UUID:
        ask = RequestEnrolment(
            command_id=uuid4(),
            child_id=child_id,
            activity_code=activity,
            place_code=mother.SCHOOL,
            family_id=family_id,
        )
        with self.sessions.begin() as session:
            return enrolments.request(session, ask, caller, NOW)

    def run(self, terms: ActivityTerms, first: date, last: date) -> None:
        """The activity exists, the school offers it, its sessions of the period are open."""
        with self.sessions.begin() as session:
            offer.define_activity(session, mother.define(terms), SYSTEM, NOW)
            capacities.offer_activity(session, mother.offer(terms.code), SYSTEM, NOW)
            offer.open_sessions(session, mother.open_sessions(terms.code, first, last), SYSTEM)

    def pupil(self, activity: str = "cantine", **differing: Any) -> tuple[UUID, Caller]:
        """A child enrolled in the activity, and its parent."""
        resident = differing.pop("resident", True)
        child = mother.child(**differing)
        _, [parent] = self.family(child, resident=resident)
        if activity:
            self.enrol(child.child_id, parent, activity)
        return child.child_id, parent

    def session_on(self, day: date, activity: str = "cantine", slot: str = "") -> DaySession:
        with self.sessions.begin() as session:
            found = session.query(DaySession).filter_by(activity_code=activity, day=day, slot=slot).one()
            session.expunge(found)
            return found

    def change(self, ask: ChangeBookings, caller: Caller, now: datetime = NOW) -> BookingAnswer:
        with self.sessions.begin() as session:
            return bookings.change(session, ask, caller, now)

    def book(self, child_id: UUID, caller: Caller, *days: date, **more: object) -> BookingAnswer:
        ask = ChangeBookings(
            command_id=uuid4(),
            child_id=child_id,
            additions=[self.session_on(day).session_id for day in days],
            **more,  # type: ignore[arg-type]
        )
        return self.change(ask, caller)

    def count(self, sql: str) -> int:
        with self.sessions.begin() as session:
            return int(session.execute(text(sql)).scalar_one())

    def told(self) -> list[str]:
        """The names of the facts written, in order."""
        with self.sessions.begin() as session:
            return list(session.scalars(text("SELECT name FROM outbox ORDER BY id")))


@pytest.fixture(scope="module")
def engine(database: Callable[[str], str]) -> Iterator[Engine]:
    engine = engine_for(database("enrolment"), 20)
    yield engine
    engine.dispose()


@pytest.fixture
def town(engine: Engine) -> Town:
    """An empty town with one school, its canteen and its Wednesdays, open in November and December 2026."""
    return fresh_town(engine)


def fresh_town(engine: Engine) -> Town:
    """The same, for those who need several in one test."""
    sessions = sessions_for(engine)
    with sessions.begin() as session:
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        session.execute(text(f"TRUNCATE {names}, outbox, inbox, command, seen RESTART IDENTITY CASCADE"))
        offer.define_place(session, mother.define_school(), SYSTEM, NOW)
        for terms in (mother.canteen(), mother.wednesday()):
            offer.define_activity(session, mother.define(terms), SYSTEM, NOW)
            capacities.offer_activity(session, mother.offer(terms.code), SYSTEM, NOW)
            offer.open_sessions(session, mother.open_sessions(terms.code), SYSTEM)
        session.execute(text("DELETE FROM outbox"))
    return Town(engine, sessions)


class Statements:
    """The SQL statements an engine ran while the block was open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.run: list[str] = []

    def _note(self, _c: object, _cursor: object, statement: str, *_: object) -> None:
        self.run.append(statement)

    def __enter__(self) -> "Statements":
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)


@pytest.fixture
def statements(engine: Engine) -> Statements:
    return Statements(engine)
