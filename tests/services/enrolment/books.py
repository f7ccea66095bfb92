"""What the books of an activity should say: the rules of places and lines in plain Python, without a database.

Written from the rules as parents and agents are told of them, not from the code: the state machine compares the two.
Sessions of an activity that is booked by the day are independent of each other.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from contracts.enrolment.bookings import Refusal
from contracts.events.waiting import WaitingState

HELD_FOR = timedelta(hours=48)
ENDED = set(WaitingState) - {WaitingState.WAITING, WaitingState.OFFERED}


@dataclass(frozen=True)
class Pupil:
    """A child, by a name: its age group and whether its family lives in the town."""

    name: str
    group: str
    resident: bool


@dataclass
class Waiter:
    """Somebody who stands, or stood, in the line of a session."""

    pupil: Pupil
    group: str | None
    state: WaitingState = WaitingState.WAITING
    offer_ends_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """In the line, or with an offer."""
        return self.state not in ENDED

    def has_offer(self, now: datetime) -> bool:
        """A place is held, and there is time to take it."""
        return (
            self.state is WaitingState.OFFERED and self.offer_ends_at is not None and now < self.offer_ends_at
        )

    def has_let_go(self, now: datetime) -> bool:
        """A place is held still, though the time to take it is over."""
        return self.state is WaitingState.OFFERED and not self.has_offer(now)


@dataclass
class Day:
    """One session. `groups`: places by age, empty where all ages share; `line`: everybody, in the order of asking."""

    day: date
    adding_ends: datetime
    cancelling_ends: datetime
    capacity: int
    groups: dict[str, int] = field(default_factory=dict)
    residents_first: bool = False
    is_closed: bool = False
    sheets: int = 0
    booked: dict[Pupil, str | None] = field(default_factory=dict)
    line: list[Waiter] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    """name of fact → how many were told."""

    # ------------------------------------------------------------ places

    def holding(self) -> list[str | None]:
        """The group of everybody who holds a place: those booked and those who are offered one."""
        offers = [each.group for each in self.line if each.state is WaitingState.OFFERED]
        return [*self.booked.values(), *offers]

    def has_room(self, group: str | None) -> bool:
        """A place is free, of that age."""
        held = self.holding()
        if len(held) >= self.capacity:
            return False
        return group is None or held.count(group) < self.groups.get(group, 0)

    def standing(self, pupil: Pupil) -> Waiter | None:
        """Its place in the line, if it has one."""
        return next((each for each in self.line if each.pupil == pupil and each.stands), None)

    # ------------------------------------------------------------ changes

    def book(
        self, pupil: Pupil, now: datetime, *, late: bool, enrolled: bool, by_age: bool
    ) -> Refusal | None:
        """None when it is booked."""
        if pupil in self.booked:
            return Refusal.ALREADY_BOOKED
        if self.is_closed:
            return Refusal.CLOSED
        if not enrolled:
            return Refusal.NOT_ENROLLED
        if now >= self.adding_ends and not late:
            return Refusal.TOO_LATE
        group = pupil.group if by_age else None
        if not self._takes_offer(pupil, now) and not self.has_room(group):
            for each in [each for each in self.line if each.has_let_go(now)]:
                self._end(each, WaitingState.LAPSED, now)
            if not self._takes_offer(pupil, now) and not self.has_room(group):
                return Refusal.FULL
        own = self.standing(pupil)
        self.booked[pupil] = own.group if own is not None and own.has_offer(now) else group
        self.told["booking.made"] += 1
        if own is not None:
            self._end(own, WaitingState.TAKEN, now)
        return None

    def _takes_offer(self, pupil: Pupil, now: datetime) -> bool:
        own = self.standing(pupil)
        return own is not None and own.has_offer(now)

    def wait(self, pupil: Pupil, *, by_age: bool) -> int | None:
        """Its place in the line; None where it stands already."""
        if self.standing(pupil) is not None:
            return None
        joins = Waiter(pupil, pupil.group if by_age else None)
        self.line.append(joins)
        return self.order(joins.group).index(joins) + 1

    def order(self, group: str | None) -> list[Waiter]:
        """Those of that age who wait, the next to be served first."""
        waits = [each for each in self.line if each.state is WaitingState.WAITING and each.group == group]
        return sorted(waits, key=lambda each: self.residents_first and not each.pupil.resident)

    def cancel(self, pupil: Pupil, now: datetime, *, late: bool) -> Refusal | None:
        """None when it is given back."""
        if pupil not in self.booked:
            return Refusal.NOT_BOOKED
        if now >= self.cancelling_ends and not late:
            return Refusal.TOO_LATE
        del self.booked[pupil]
        self.told["booking.cancelled"] += 1
        self.serve(now)
        return None

    def leave(self, pupil: Pupil, now: datetime) -> bool:
        """Whether there was something to leave."""
        own = self.standing(pupil)
        if own is None or own.has_let_go(now):
            return False
        self._end(own, WaitingState.LEFT, now)
        return True

    def drop(self, pupil: Pupil, now: datetime) -> None:
        """It is not enrolled any more."""
        own = self.standing(pupil)
        if own is not None:
            self._end(own, WaitingState.LEFT, now)

    def lapse(self, now: datetime) -> None:
        """The timer of offers."""
        for each in [each for each in self.line if each.has_let_go(now)]:
            self._end(each, WaitingState.LAPSED, now)

    def end_line(self, now: datetime) -> None:
        """The timer of lines: nobody can book any more."""
        if now < self.adding_ends:
            return
        for each in self.line:
            if each.state is WaitingState.WAITING:
                self._end(each, WaitingState.OVER, now)

    def close(self, now: datetime) -> int:
        """How many bookings ended."""
        lost = len(self.booked)
        self.is_closed = True
        for each in self.line:
            if each.stands:
                self._end(each, WaitingState.CLOSED, now)
        self.told["booking.cancelled"] += lost
        self.booked.clear()
        return lost

    def resize(self, capacity: int, groups: dict[str, int], now: datetime) -> None:
        """Never less than what is held. Whoever held a place of an age that is gone holds one without."""
        self.capacity = max(capacity, len(self.holding()))
        for pupil in self.booked:
            self.booked[pupil] = pupil.group if groups else None
        for each in self.line:
            if each.stands:
                each.group = each.pupil.group if groups else None
        held = self.holding()
        self.groups = {code: max(places, held.count(code)) for code, places in groups.items()}
        self.serve(now)

    def settle(self) -> None:
        """The roll-call was done, once more."""
        self.sheets += 1
        self.told["attendance.settled"] += 1

    def serve(self, now: datetime) -> None:
        """What is free is offered in the order of the line, as long as it can be booked."""
        if self.is_closed or now >= self.adding_ends:
            return
        groups = {each.group for each in self.line if each.state is WaitingState.WAITING}
        while chosen := next((first for first in self._firsts(groups) if self.has_room(first.group)), None):
            chosen.state = WaitingState.OFFERED
            chosen.offer_ends_at = min(now + HELD_FOR, self.adding_ends)
            self.told["place.offered"] += 1

    def _firsts(self, groups: set[str | None]) -> list[Waiter]:
        """The first of each age, the one who stands before the others first."""
        firsts = [order[0] for group in groups if (order := self.order(group))]
        return sorted(
            firsts,
            key=lambda each: (self.residents_first and not each.pupil.resident, self.line.index(each)),
        )

    def _end(self, waiter: Waiter, state: WaitingState, now: datetime) -> None:
        held = waiter.state is WaitingState.OFFERED
        waiter.state = state
        self.told["waiting.ended"] += 1
        if held and state is not WaitingState.CLOSED:
            self.serve(now)
