"""The calendar at a secret address: what it shows, to whom, and until when."""

from datetime import date, time
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.feeds import FeedContent, MakeFeed, ReadFeed, RevokeFeed
from contracts.enrolment.terms import SlotHours
from contracts.errors import NotFound
from contracts.events.accounts import CustodySpan, CustodyUpdated
from enrolment.household import custody, families, feeds
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town

FRIDAY, MONDAY = date(2026, 12, 4), date(2026, 12, 7)


def make(town: Town, caller: Caller, family_id: UUID) -> str:
    with town.begin() as session:
        return feeds.make(session, MakeFeed(command_id=uuid4(), family_id=family_id), caller, NOW).token


def read(town: Town, token: str) -> FeedContent:
    with town.begin() as session:
        return feeds.read(session, ReadFeed(token=token), NOW)


@pytest.fixture
def home(town: Town) -> tuple[UUID, UUID, Caller]:
    """(family, child, parent), with a booking on Friday."""
    child = mother.child()
    family_id, [parent] = town.family(child)
    town.enrol(child.child_id, parent)
    town.book(child.child_id, parent, FRIDAY)
    return family_id, child.child_id, parent


def test_the_booked_days_are_read_by_the_secret_alone(town: Town, home: tuple[UUID, UUID, Caller]) -> None:
    family_id, child_id, parent = home
    token = make(town, parent, family_id)
    [event] = read(town, token).events
    assert (event.first_name, event.activity_name, event.day, event.begins) == (
        "Léa",
        "Restauration scolaire",
        FRIDAY,
        None,
    )
    assert len(token) >= 32
    assert token not in str(town.count("SELECT count(*) FROM calendar_feed"))
    cancel = ChangeBookings(
        command_id=uuid4(), child_id=child_id, removals=[town.session_on(FRIDAY).session_id]
    )
    town.change(cancel, parent)
    assert read(town, token).events == []


def test_hours_are_those_of_the_activity(town: Town, home: tuple[UUID, UUID, Caller]) -> None:
    family_id, _, parent = home
    hours = SlotHours(begins=time(12), ends=time(13, 30))
    town.run(mother.canteen(hours=(hours,)), FRIDAY, FRIDAY)
    [event] = read(town, make(town, parent, family_id)).events
    assert (event.begins, event.ends) == (time(12), time(13, 30))


def test_a_new_address_ends_the_old_one_and_revoked_opens_nothing(
    town: Town, home: tuple[UUID, UUID, Caller]
) -> None:
    family_id, _, parent = home
    old, new = make(town, parent, family_id), make(town, parent, family_id)
    with pytest.raises(NotFound):
        read(town, old)
    assert read(town, new).events
    for _ in range(2):
        with town.begin() as session:
            feeds.revoke(session, RevokeFeed(command_id=uuid4(), family_id=family_id), parent)
    with pytest.raises(NotFound):
        read(town, new)


def test_it_dies_with_the_link_to_the_family(town: Town, home: tuple[UUID, UUID, Caller]) -> None:
    family_id, _, parent = home
    token = make(town, parent, family_id)
    with town.begin() as session:
        families.drop_account(session, parent.account_id)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        read(town, token)


def test_nobody_makes_one_for_a_family_that_is_not_theirs(
    town: Town, home: tuple[UUID, UUID, Caller]
) -> None:
    _, stranger = town.pupil()
    with pytest.raises(NotFound):
        make(town, stranger, home[0])
    with town.begin() as session:
        assert [feed.children for feed in feeds.list_feeds(session, stranger)] == [["Léa"]]


def test_days_of_the_other_home_are_that_homes(town: Town) -> None:
    child = mother.child()
    first, [mum] = town.family(child)
    second, [dad] = town.family(child)
    town.enrol(child.child_id, mum)
    span = CustodySpan(first=MONDAY, last=MONDAY, family_id=second)
    with town.begin() as session:
        custody.keep(session, CustodyUpdated(child_id=child.child_id, agreement_id=uuid4(), spans=[span]))
    town.book(child.child_id, mum, FRIDAY, MONDAY)
    assert [event.day for event in read(town, make(town, mum, first)).events] == [FRIDAY]
    assert [event.day for event in read(town, make(town, dad, second)).events] == [MONDAY]


def test_two_statements_however_many_days(
    town: Town, home: tuple[UUID, UUID, Caller], statements: Statements
) -> None:
    family_id, child_id, parent = home
    token = make(town, parent, family_id)
    town.book(child_id, parent, MONDAY, date(2026, 12, 8), date(2026, 12, 10))
    with statements:
        assert len(read(town, token).events) == 4
    assert len(statements.run) == 2
