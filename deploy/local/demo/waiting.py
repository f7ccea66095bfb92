"""The demonstration's full Wednesday: as many places as are booked, and children who wait for one."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.caller import SYSTEM, Caller
from contracts.enrolment.attendance import FindChildren, FoundChildView, RollCall, RollCallView
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.enrolments import RequestEnrolment
from contracts.enrolment.home import Overview
from contracts.enrolment.offer import OfferActivity
from contracts.enrolment.refusals import AlreadyEnrolled
from contracts.messages import Question
from deploy.local.demo.enrolment import LIVED

A = TypeVar("A")
PLACE, ACTIVITY, SLOT = "loisirs-balmes", "mercredi", "matin"
WAITERS = 3


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, today: date, parents: Sequence[Caller]) -> None:
    """The centre's Wednesday morning after next has no place left; a few stand in line, parents' children first."""
    sheet = _wednesday(services, today)
    if sheet is None:
        return
    ask = OfferActivity(
        command_id=_key("full", sheet.day),
        activity_code=ACTIVITY,
        place_code=PLACE,
        capacity=len(sheet.lines),
    )
    services.ask(ask, SYSTEM)
    booked = {line.child_id for line in sheet.lines}
    for child, caller in islice(_others(services, parents, booked), WAITERS):
        _wait(services, child, caller, sheet)


def _wednesday(services: Services, today: date) -> RollCallView | None:
    first = today + timedelta(days=7 + (3 - today.isoweekday()) % 7)
    for weeks in range(8):
        ask = RollCall(
            place_code=PLACE, activity_code=ACTIVITY, day=first + timedelta(weeks=weeks), slot=SLOT
        )
        sheet = services.ask(ask, SYSTEM)
        if sheet.session_id is not None and sheet.lines and not sheet.closed_because:
            return sheet
    return None


def _others(
    services: Services, parents: Sequence[Caller], booked: set[UUID]
) -> Iterator[tuple[FoundChildView, Caller]]:
    """Children that have no place that morning, with who asks for them: a parent, else the town."""
    asking = {
        child.child_id: parent for parent in parents for child in services.ask(Overview(), parent).children
    }
    children = [
        child
        for place_code in LIVED
        for child in services.ask(FindChildren(place_code=place_code, limit=1000), SYSTEM)
        if child.family_ids and child.child_id not in booked
    ]
    children.sort(key=lambda child: child.child_id not in asking)
    for child in children:
        yield child, asking.get(child.child_id, SYSTEM)


def _wait(services: Services, child: FoundChildView, caller: Caller, sheet: RollCallView) -> None:
    """Enrols the child, by the town, and asks for the morning: it is full, so the child joins its line."""
    assert sheet.session_id is not None
    family_id = child.family_ids[0]
    enrol = RequestEnrolment(
        command_id=_key("enrol", child.child_id),
        child_id=child.child_id,
        activity_code=ACTIVITY,
        place_code=PLACE,
        family_id=family_id,
    )
    with suppress(AlreadyEnrolled):
        services.ask(enrol, SYSTEM)
    ask = ChangeBookings(
        command_id=_key("wait", child.child_id, sheet.day),
        child_id=child.child_id,
        additions=[sheet.session_id],
        waits=[sheet.session_id],
        family_id=family_id if caller is SYSTEM else None,
    )
    services.ask(ask, caller)


def _key(*parts: object) -> UUID:
    """The same command has the same id at every load."""
    return uuid5(NAMESPACE_URL, "espace-citoyens/demo/waiting/" + "/".join(str(part) for part in parts))
