"""A canteen lived at random on a real database, beside its books kept in plain Python: after each act both agree.

Families book, wait, take, leave and give back; agents close days, change places and ages, call the roll; time passes and
its timers run; commands are repeated. `audit.py` says what holds of the tables alone.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, text

from chassis.clock import PARIS
from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.attendance import MarkedChild, SettleAttendance
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings, Refusal
from contracts.enrolment.closures import DeclareClosure, LiftClosure, NothingToClose, Scope
from contracts.enrolment.deadlines import DaysBefore
from contracts.enrolment.enrolments import WithdrawEnrolment
from contracts.enrolment.offer import OfferActivity
from contracts.enrolment.refusals import SessionClosed, SheetChanged, StillBooked, TooEarly
from contracts.enrolment.terms import Group, Waiting, WaitingOrder
from contracts.enrolment.waiting import LeaveWaiting, OfferOver
from contracts.errors import Conflict
from contracts.events.attendance import Mark
from enrolment.attending import sheets
from enrolment.booking import waiting
from enrolment.catalogue import capacities, offer
from enrolment.enrolling import enrolments
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment import audit
from tests.services.enrolment.books import Day, Pupil, Waiter
from tests.services.enrolment.conftest import NOW, Town, fresh_town

DAYS = (date(2026, 11, 26), date(2026, 12, 4), date(2026, 12, 11))
BIRTHS = {"petits": date(2021, 5, 4), "grands": date(2018, 5, 4)}
GROUPS = (
    Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=2),
    Group(code="grands", label="6-11 ans", youngest=6, oldest=11, capacity=2),
)
NAMES = ("Ana", "Bob", "Cid", "Dan", "Eve", "Fay", "Gil")
WHO = st.sampled_from(NAMES)
WHEN = st.sampled_from(DAYS)
TOWN = mother.agent(Role.REQUESTS)
ADMIN = mother.agent(Role.ADMINISTRATION)
SCHOOL = mother.agent(Role.ATTENDANCE)
FACTS = (
    *("booking.made", "booking.cancelled", "place.offered", "waiting.ended"),
    *("attendance.settled", "closure.declared", "closure.lifted"),
)


@dataclass
class Known:
    """A pupil as the database knows it."""

    pupil: Pupil
    child_id: UUID
    family_id: UUID
    parent: Caller
    enrolment_id: UUID | None


@dataclass
class Sent:
    """A save that was answered."""

    ask: ChangeBookings
    caller: Caller
    answer: BookingAnswer


@dataclass
class Closure:
    """A closure that was declared."""

    closure_id: UUID
    first: date
    last: date
    lifted: bool = False


@dataclass
class Act:
    """What a family sends for a day."""

    books: bool
    waits: bool = False


ACTS = st.sampled_from([Act(True), Act(True, waits=True), Act(True, waits=True), Act(False), Act(False)])


@dataclass
class Model:
    """The town as it should be."""

    days: dict[date, Day] = field(default_factory=dict)
    by_age: bool = False
    closures: list[Closure] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def facts(self) -> Counter[str]:
        """name → how many were told of it."""
        return sum((day.told for day in self.days.values()), start=Counter(self.told))


class Canteen(RuleBasedStateMachine):
    """Seven children, three days of few places."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.town: Town = fresh_town(engine)
        self.now = NOW
        self.model = Model()
        self.order = WaitingOrder.BY_TIME
        self.ids: dict[date, UUID] = {}
        self.known: dict[str, Known] = {}
        self.sent: list[Sent] = []

    @initialize(by_age=st.booleans(), order=st.sampled_from(WaitingOrder), places=st.integers(1, 3))
    def open(self, by_age: bool, order: WaitingOrder, places: int) -> None:
        """The canteen is offered and its days are opened; everybody is enrolled."""
        with self.town.begin() as session:
            session.execute(text("DELETE FROM session"))
        self.order, self.model.by_age = order, by_age
        for day in DAYS:
            self.town.run(self._terms(), day, day)
        self._offer(places, {})
        for day in DAYS:
            self.ids[day] = self.town.session_on(day).session_id
            self.model.days[day] = Day(
                day=day,
                adding_ends=_working_days_before(day, 2),
                cancelling_ends=_working_days_before(day, 1),
                capacity=places,
                groups=self._group_places({}),
                residents_first=order is WaitingOrder.RESIDENTS_FIRST,
            )
        for number, name in enumerate(NAMES):
            pupil = Pupil(name, ("petits", "grands")[number % 2], resident=number % 3 == 0)
            child = mother.child(first_name=name, birth_date=BIRTHS[pupil.group])
            family_id, [parent] = self.town.family(child, resident=pupil.resident)
            enrolment_id = self.town.enrol(child.child_id, parent)
            self.known[name] = Known(pupil, child.child_id, family_id, parent, enrolment_id)

    # ------------------------------------------------------------ families

    @rule(names=st.permutations(NAMES), day=WHEN, count=st.integers(2, len(NAMES)))
    def opening_morning(self, names: list[str], day: date, count: int) -> None:
        """One after the other asks for the same day, and waits where it is full."""
        for name in names[:count]:
            self._save(name, {day: Act(books=True, waits=True)}, by_town=False)

    @rule(
        saves=st.lists(st.tuples(WHO, st.dictionaries(WHEN, ACTS, min_size=1)), min_size=1, max_size=4),
        by_town=st.sampled_from([False] * 4 + [True]),
    )
    def save(self, saves: list[tuple[str, dict[date, Act]]], by_town: bool) -> None:
        """Families save some days at once; or the town does for them, whatever the hour."""
        for name, acts in saves:
            self._save(name, acts, by_town=by_town)

    def _save(self, name: str, acts: dict[date, Act], *, by_town: bool) -> None:
        who = self.known[name]
        ask = ChangeBookings(
            command_id=uuid4(),
            child_id=who.child_id,
            additions=[self.ids[day] for day, act in acts.items() if act.books],
            removals=[self.ids[day] for day, act in acts.items() if not act.books],
            waits=[self.ids[day] for day, act in acts.items() if act.waits],
            family_id=who.family_id if by_town else None,
            late=by_town,
        )
        caller = TOWN if by_town else who.parent
        expected = {day: self._expect(who, day, act, late=by_town) for day, act in acts.items()}
        answer = self.town.change(ask, caller, self.now)
        self.sent.append(Sent(ask, caller, answer))
        day_of = {session_id: day for day, session_id in self.ids.items()}
        assert {day for day, (why, _) in expected.items() if why is None} == {
            day_of[each.session_id] for each in answer.changed
        }
        assert {day: outcome for day, outcome in expected.items() if outcome[0]} == {
            day_of[each.session_id]: (each.why, each.place_in_line) for each in answer.refused
        }

    @rule(name=WHO, day=WHEN)
    def leave(self, name: str, day: date) -> None:
        """A family leaves the line, or refuses its offer."""
        who = self.known[name]
        found = "SELECT waiting_id FROM waiting_place WHERE child_id = :child AND anchor_id = :id ORDER BY number DESC"
        with self.town.begin() as session:
            waiting_id = session.scalar(text(found), {"child": who.child_id, "id": self.ids[day]})
        if waiting_id is None:
            return
        ask = LeaveWaiting(command_id=uuid4(), waiting_id=waiting_id)
        had_left = not self.model.days[day].leave(who.pupil, self.now)
        try:
            with self.town.begin() as session:
                waiting.leave(session, ask, who.parent, self.now)
        except OfferOver:
            assert had_left

    @rule(name=WHO)
    def withdraw(self, name: str) -> None:
        """Gives the canteen up, once nothing to come is booked. Whoever had done so before is enrolled again."""
        for each in self.known.values():
            if each.enrolment_id is None:
                each.enrolment_id = self.town.enrol(each.child_id, each.parent)
        who, today = self.known[name], self._today()
        still = any(who.pupil in each.booked for day, each in self.model.days.items() if day >= today)
        ask = WithdrawEnrolment(command_id=uuid4(), enrolment_id=who.enrolment_id)
        if still:
            with pytest.raises(StillBooked), self.town.begin() as session:
                enrolments.withdraw(session, ask, who.parent, self.now)
            return
        with self.town.begin() as session:
            enrolments.withdraw(session, ask, who.parent, self.now)
        who.enrolment_id = None
        for books in self.model.days.values():
            books.drop(who.pupil, self.now)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), alters=st.booleans())
    def repeat(self, data: st.DataObject, alters: bool) -> None:
        """A save comes again, as it was or with other days: the first answer, or none; nothing changes."""
        sent = data.draw(st.sampled_from(self.sent[-6:]), label="save")
        if alters:
            other = sent.ask.model_copy(update={"additions": [], "removals": [uuid4()]})
            with pytest.raises(Conflict):
                self.town.change(other, sent.caller, self.now)
            return
        assert self.town.change(sent.ask, sent.caller, self.now) == sent.answer

    # ------------------------------------------------------------ the town

    @precondition(lambda self: len(self.model.closures) < 3)
    @rule(first=WHEN, last=WHEN)
    def close(self, first: date, last: date) -> None:
        """A strike."""
        first, last = sorted((first, last))
        ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=first, last=last), reason="Grève")
        concerned = [day for day in self._in(first, last) if not day.is_closed and not day.sheets]
        try:
            with self.town.begin() as session:
                view = closures.declare(session, ask, ADMIN, self.now)
        except NothingToClose:
            assert not concerned
            assert last < self._today()
            return
        assert (view.sessions, view.bookings) == (
            len(concerned),
            sum(day.close(self.now) for day in concerned),
        )
        self.model.closures.append(Closure(view.closure_id, first, last))
        self.model.told["closure.declared"] += 1

    @precondition(lambda self: self.model.closures)
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        """A strike is called off."""
        closure = data.draw(st.sampled_from(self.model.closures), label="closure")
        with self.town.begin() as session:
            closures.lift(
                session, LiftClosure(command_id=uuid4(), closure_id=closure.closure_id), ADMIN, self.now
            )
        if not closure.lifted:
            closure.lifted = True
            self.model.told["closure.lifted"] += 1
        holds = [each for each in self.model.closures if not each.lifted]
        for day in self._in(closure.first, closure.last):
            day.is_closed = not day.sheets and any(each.first <= day.day <= each.last for each in holds)

    @rule(places=st.integers(0, 4), little=st.integers(0, 3))
    def resize(self, places: int, little: int) -> None:
        """The school has more places, or fewer."""
        self._offer(places, {"petits": little} if self.model.by_age else {})
        for day in self._to_come():
            day.resize(places, self._group_places({"petits": little}), self.now)

    @rule()
    def regroup(self) -> None:
        """Places by age, from now on; or no more."""
        self.model.by_age = not self.model.by_age
        with self.town.begin() as session:
            offer.define_activity(session, mother.define(self._terms()), SYSTEM, self.now)
            row = session.execute(
                text("SELECT capacity, group_capacity FROM offering WHERE activity_code = 'cantine'")
            )
            places, given = row.one()
        for day in self._to_come():
            day.resize(places, self._group_places(given), self.now)

    @rule(day=WHEN, others=st.sets(WHO, max_size=2), stale=st.sampled_from([False, False, True]))
    def call_the_roll(self, day: date, others: set[str], stale: bool) -> None:
        """Everybody booked was there, and some who were not."""
        books = self.model.days[day]
        marks = {
            who.child_id: Mark.PRESENT if who.pupil in books.booked else Mark.PRESENT_WITHOUT_BOOKING
            for name, who in self.known.items()
            if who.pupil in books.booked or name in others
        }
        ask = SettleAttendance(
            command_id=uuid4(),
            session_id=self.ids[day],
            version=books.sheets + stale,
            lines=[MarkedChild(child_id=child_id, mark=mark) for child_id, mark in marks.items()],
        )
        refused: type[Exception] | None = None
        if books.is_closed:
            refused = SessionClosed
        elif day > self._today():
            refused = TooEarly
        elif stale:
            refused = SheetChanged
        if refused is not None:
            with pytest.raises(refused), self.town.begin() as session:
                sheets.settle(session, ask, SCHOOL, self.now)
            return
        with self.town.begin() as session:
            view = sheets.settle(session, ask, SCHOOL, self.now)
        books.settle()
        assert view.version == books.sheets
        assert {line.child_id: line.mark for line in view.lines} == marks

    # ------------------------------------------------------------ time

    @rule(hours=st.sampled_from([1, 13, 49]))
    def pass_time(self, hours: int) -> None:
        """Nothing happens by itself: the timers are acts of their own, which may come late."""
        self.now += timedelta(hours=hours)

    @precondition(lambda self: any(each.has_offer(self.now) for each in self._in_lines()))
    @rule(told=st.booleans())
    def offers_run_out(self, told: bool) -> None:
        """Nobody takes what is offered; the timer comes, or somebody does before it."""
        self.now = max(
            each.offer_ends_at for each in self._in_lines() if each.offer_ends_at and each.has_offer(self.now)
        )
        if told:
            self.end_offers()

    @rule()
    def end_offers(self) -> None:
        """The timer of offers."""
        with self.town.begin() as session:
            due = waiting.due(session, self.now)
        for waiting_id in due:
            with self.town.begin() as session:
                assert waiting.lapse(session, waiting_id, self.now)
        for day in self.model.days.values():
            day.lapse(self.now)

    @rule()
    def end_lines(self) -> None:
        """The timer of lines."""
        with self.town.begin() as session:
            over = waiting.over(session, self.now)
        for session_id in over:
            with self.town.begin() as session:
                waiting.end_line(session, session_id, self.now)
        for day in self.model.days.values():
            day.end_line(self.now)

    # ------------------------------------------------------------ what holds

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        """Places, bookings, lines in their order, offers with their time, facts told: all of it."""
        with self.town.begin() as session:
            seen = _read(session)
            assert audit.wrong(session) == {}
        assert seen == self._expected()

    def _expected(self) -> dict[str, Any]:
        name_of = {who.pupil: name for name, who in self.known.items()}
        facts = self.model.facts()
        return {
            "days": {
                (day.day, day.capacity, len(day.holding()), day.is_closed) for day in self.model.days.values()
            },
            "groups": {
                (day.day, code, places, day.holding().count(code))
                for day in self.model.days.values()
                for code, places in day.groups.items()
            },
            "booked": {
                (day.day, name_of[pupil], group)
                for day in self.model.days.values()
                for pupil, group in day.booked.items()
            },
            "lines": {
                day.day: [
                    (
                        name_of[each.pupil],
                        str(each.state),
                        each.offer_ends_at,
                        each.group if each.stands else None,
                    )
                    for each in day.line
                ]
                for day in self.model.days.values()
                if day.line
            },
            "facts": {name: facts[name] for name in FACTS if facts[name]},
        }

    # ------------------------------------------------------------ what the acts are made of

    def _expect(self, who: Known, day: date, act: Act, *, late: bool) -> tuple[Refusal | None, int | None]:
        books, by_age = self.model.days[day], self.model.by_age
        if not act.books:
            return books.cancel(who.pupil, self.now, late=late), None
        why = books.book(who.pupil, self.now, late=late, enrolled=who.enrolment_id is not None, by_age=by_age)
        place = books.wait(who.pupil, by_age=by_age) if why is Refusal.FULL and act.waits else None
        return why, place

    def _terms(self) -> Any:
        return mother.canteen(
            adding=mother.TWO_WORKING_DAYS,
            cancelling=DaysBefore(
                days=1, at=mother.TWO_WORKING_DAYS.at, skip_weekdays=mother.WEEKEND, skip_holidays=True
            ),
            waiting=Waiting(order=self.order, hours=48),
            groups=GROUPS if self.model.by_age else (),
        )

    def _group_places(self, given: dict[str, int]) -> dict[str, int]:
        if not self.model.by_age:
            return {}
        return {group.code: given.get(group.code, group.capacity) for group in GROUPS}

    def _offer(self, places: int, groups: dict[str, int]) -> None:
        ask = OfferActivity(
            command_id=uuid4(),
            activity_code="cantine",
            place_code=mother.SCHOOL,
            capacity=places,
            group_capacity=groups,
        )
        with self.town.begin() as session:
            capacities.offer_activity(session, ask, SYSTEM, self.now)

    def _in(self, first: date, last: date) -> list[Day]:
        return [each for day, each in self.model.days.items() if first <= day <= last]

    def _in_lines(self) -> list[Waiter]:
        return [each for day in self.model.days.values() for each in day.line]

    def _today(self) -> date:
        return self.now.astimezone(PARIS).date()

    def _to_come(self) -> Iterable[Day]:
        return [each for day, each in self.model.days.items() if day > self._today()]


def _working_days_before(day: date, count: int) -> datetime:
    """9 h that many days before; none of these days lies behind a week-end or a holiday."""
    before = day - timedelta(days=count)
    return datetime(before.year, before.month, before.day, 9, tzinfo=PARIS)


def _read(session: Any) -> dict[str, Any]:
    """The tables, in the shape of `Canteen._expected`."""
    rows = session.execute(
        text("SELECT day, c.first_name, state, offer_ends_at, group_code FROM waiting_place w JOIN child c USING (child_id)"
             " JOIN session ON session_id = anchor_id ORDER BY w.number")
    )  # fmt: skip
    lines: dict[date, list[Any]] = {}
    for day, name, state, ends_at, group in rows:
        stands = state in ("waiting", "offered")
        lines.setdefault(day, []).append((name, state, ends_at, group if stands else None))
    facts = session.execute(text("SELECT name, count(*) FROM outbox GROUP BY name"))
    return {
        "days": set(_rows(session, "SELECT day, capacity, taken, closed_because <> '' FROM session")),
        "groups": set(
            _rows(
                session,
                "SELECT day, group_code, g.capacity, g.taken FROM session_group g JOIN session USING (session_id)",
            )
        ),
        "booked": set(
            _rows(
                session,
                "SELECT day, first_name, group_code FROM booking JOIN session USING (session_id) JOIN child USING (child_id) WHERE cancelled_at IS NULL",
            )
        ),
        "lines": lines,
        "facts": {name: count for name, count in facts if name in FACTS},
    }


def _rows(session: Any, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(text(sql))]


@pytest.mark.timeout(1200)  # what is found is made small before it is shown
def test_whatever_is_done_in_whatever_order_the_books_are_right(engine: Engine) -> None:
    """The same acts in each run. To look further: `derandomize=False` and more examples."""
    run_state_machine_as_test(
        lambda: Canteen(engine),
        settings=settings(max_examples=80, stateful_step_count=40, derandomize=True, deadline=None),
    )
