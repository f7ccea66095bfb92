"""What every service does with the messages it gave up on: `ParkingDesk`, one of the classes a service is made of.

It empties the parked queues into rows (a queue can be counted, but not looked through without changing what it
holds), answers the agents who decide, and says how many wait.
"""

from chassis import metrics, parked
from chassis.commands import once
from chassis.parked_message import ParkedMessage
from chassis.service import Service, answers, every
from chassis.shelf import parks
from contracts.caller import Caller, Role
from contracts.envelope import TYPE_PREFIX
from contracts.events.event import Event
from contracts.orders.order import Order
from contracts.parked import (
    ListParked,
    OpenParked,
    ParkedFailure,
    ParkedPage,
    ParkedView,
    ReplayParked,
    SetParkedAside,
)


class ParkingDesk(Service):
    """Parked facts and orders. The decisions are for the role administration, and noted with who took them."""

    @parks
    def keep_parked(self, message: ParkedMessage) -> None:
        with self.begin() as session:
            parked.keep(session, message, self.clock.now())

    @answers(ListParked)
    def list_parked(self, ask: ListParked, caller: Caller) -> ParkedPage:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return parked.page(session, ask)

    @answers(OpenParked)
    def open_parked(self, ask: OpenParked, caller: Caller) -> ParkedView:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return parked.open_one(session, ask, caller, self.clock.now())

    @answers(ReplayParked)
    def replay_parked(self, ask: ReplayParked, caller: Caller) -> int:
        caller.staff(Role.ADMINISTRATION)
        now = self.clock.now()
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: parked.put_back(session, caller, now, parked_id=ask.parked_id, kind=ask.type),
            )

    @answers(SetParkedAside)
    def set_parked_aside(self, ask: SetParkedAside, caller: Caller) -> bool:
        caller.staff(Role.ADMINISTRATION)
        now = self.clock.now()
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: parked.set_aside(session, ask.parked_id, ask.reason, caller, now),
            )

    @every(seconds=10)
    def watch_parked(self) -> None:
        with self.begin() as session:
            parked.note_applied(session, self.clock.now())
            waiting = parked.counts(session)
        by_label = dict.fromkeys(_shown, 0)
        for each in waiting:
            by_label[_label(each.type)] = by_label.get(_label(each.type), 0) + each.count
        for label, count in by_label.items():
            metrics.PARKED.labels(self.name, label).set(count)
        _shown.update(by_label)

    @every(seconds=3600)
    def forget_parked(self) -> None:
        with self.begin() as session:
            parked.forget(session, self.clock.now())


_shown: set[str] = {ParkedFailure.UNREADABLE}
"""The labels that this process has shown: one whose messages are gone says nought."""


def _label(kind: str) -> str:
    """What a metric may be called after: names that we know, never whatever a stranger wrote."""
    if not kind:
        return ParkedFailure.UNREADABLE
    known = kind in Event.registry or kind in Order.registry
    return kind.removeprefix(TYPE_PREFIX) if known else ParkedFailure.UNKNOWN
