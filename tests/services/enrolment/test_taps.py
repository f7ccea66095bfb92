"""Taps beside the sheet: none lost, none doubled, merged, and never silently against what was told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller, Role
from contracts.enrolment.attendance import (
    AttendanceDesk,
    MarkedChild,
    RollCall,
    RollCallView,
    SettleAttendance,
)
from contracts.enrolment.refusals import SheetChanged, TapsArrived, TooEarly
from contracts.enrolment.taps import RecordTaps, RollCallState, Seen, ShowTaps
from contracts.errors import DomainError, NotAllowed, NotFound
from contracts.events.attendance import Mark
from enrolment.attending import attendance_desk, sheets, tablets
from tests.mothers import enrolment as mother
from tests.mothers.taps import Tablet
from tests.services.enrolment.conftest import NOW, Statements, Town

MONDAY = NOW.date()
AGENT = mother.agent(Role.ATTENDANCE)


@pytest.fixture
def children(town: Town) -> list[UUID]:
    """Three children booked on Monday, and a fourth of the same school who is not."""
    made = []
    for name in ("Adam", "Inès", "Léa", "Zoé"):
        child = mother.child(first_name=name)
        family_id, [parent] = town.family(child)
        town.enrol(child.child_id, parent)
        if name != "Zoé":
            town.book(child.child_id, mother.agent(Role.REQUESTS), MONDAY, family_id=family_id, late=True)
        made.append(child.child_id)
    return made


@pytest.fixture
def tablet(town: Town, children: list[UUID]) -> Tablet:
    return Tablet(town.session_on(MONDAY).session_id)


def send(town: Town, ask: RecordTaps, minutes: float = 0, caller: Caller = AGENT) -> RollCallState:
    with town.begin() as session:
        return tablets.record(session, ask, caller, NOW + timedelta(minutes=minutes))


def sheet(town: Town, **more: object) -> RollCallView:
    ask = RollCall(place_code=mother.SCHOOL, activity_code="cantine", day=MONDAY, **more)  # type: ignore[arg-type]
    with town.begin() as session:
        return sheets.roll_call(session, ask, AGENT)


def marks(view: RollCallView) -> dict[str, Mark | None]:
    return {line.first_name: line.mark for line in view.lines}


def close(town: Town, view: RollCallView, **changed: Mark) -> RollCallView:
    """Closes the sheet as it is shown, but for what an agent changed on it."""
    lines = [
        MarkedChild(child_id=line.child_id, mark=changed.get(line.first_name) or line.mark)
        for line in view.lines
        if changed.get(line.first_name) or line.mark
    ]
    assert view.session_id is not None
    ask = SettleAttendance(
        command_id=uuid4(), session_id=view.session_id, version=view.version, taps=view.taps, lines=lines
    )
    with town.begin() as session:
        return sheets.settle(session, ask, AGENT, NOW)


def to_review(town: Town) -> list[UUID]:
    with town.begin() as session:
        view = attendance_desk.desk(session, AttendanceDesk(day=MONDAY), AGENT)
        waiting = attendance_desk.waiting(session, AGENT, MONDAY)
    assert waiting.review == len(view.review)
    return [each.session_id for each in view.review]


def test_the_sheet_starts_from_the_taps(town: Town, children: list[UUID], tablet: Tablet) -> None:
    adam, ines, _, zoe = children
    tablet.press(adam, Seen.HERE, NOW)
    tablet.press(ines, Seen.AWAY, NOW)
    tablet.press(zoe, Seen.HERE, NOW)
    state = send(town, tablet.sending(NOW))
    assert state.marks == {adam: Seen.HERE, ines: Seen.AWAY, zoe: Seen.HERE}
    assert state.kept == [tap.tap_id for tap in tablet.pressed]
    view = sheet(town)
    assert marks(view) == {
        "Adam": Mark.PRESENT,
        "Inès": Mark.ABSENT_UNJUSTIFIED,
        "Léa": None,
        "Zoé": Mark.PRESENT_WITHOUT_BOOKING,
    }
    assert view.taps == state.taps
    assert town.told().count("attendance.settled") == 0  # a tap tells nobody anything


def test_a_tap_sent_again_is_one_tap_however_it_comes(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    adam, ines, *_ = children
    first = tablet.press(adam, Seen.HERE, NOW)
    second = tablet.press(adam, Seen.AWAY, NOW)
    third = tablet.press(ines, Seen.HERE, NOW)
    send(town, tablet.sending(NOW, third, second))
    send(town, tablet.sending(NOW, second, second, first), minutes=5)  # the first answer was lost
    state = send(town, tablet.sending(NOW), minutes=10)
    assert state.marks == {adam: Seen.AWAY, ines: Seen.HERE}
    assert town.count("SELECT count(*) FROM tap") == 3


def test_what_was_undone_is_not_said(town: Town, children: list[UUID], tablet: Tablet) -> None:
    adam, _, _, zoe = children
    for child_id in (adam, zoe):
        tablet.press(child_id, Seen.HERE, NOW)
        tablet.press(child_id, Seen.UNDONE, NOW)
    assert send(town, tablet.sending(NOW)).marks == {}
    assert marks(sheet(town)) == {"Adam": None, "Inès": None, "Léa": None}


def test_two_tablets_merge_though_one_clock_is_two_hours_wrong(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    adam, ines, *_ = children
    other = Tablet(tablet.session_id, wrong_by=timedelta(hours=2))
    other.press(adam, Seen.AWAY, NOW - timedelta(minutes=20))
    tablet.press(adam, Seen.HERE, NOW - timedelta(minutes=10))
    tablet.press(ines, Seen.HERE, NOW - timedelta(minutes=10))
    send(town, tablet.sending(NOW))
    assert send(town, other.sending(NOW)).marks == {adam: Seen.HERE, ines: Seen.HERE}


def test_a_child_nobody_knows_stops_no_other_tap(town: Town, children: list[UUID], tablet: Tablet) -> None:
    gone = tablet.press(uuid4(), Seen.HERE, NOW)
    tablet.press(children[0], Seen.HERE, NOW)
    state = send(town, tablet.sending(NOW))
    assert state.marks == {children[0]: Seen.HERE}
    assert gone.tap_id in state.kept  # or the tablet would send it for ever


def test_only_the_roll_call_s_agents_tap_from_the_day_itself_on(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    tablet.press(children[0], Seen.HERE, NOW)
    ask = tablet.sending(NOW)
    tomorrow = ask.model_copy(update={"session_id": town.session_on(date(2026, 11, 24)).session_id})
    with pytest.raises(TooEarly):
        send(town, tomorrow)
    with pytest.raises(NotFound):
        send(town, ask.model_copy(update={"session_id": uuid4()}))
    with pytest.raises(NotAllowed):
        send(town, ask, caller=mother.agent(*(set(Role) - {Role.ATTENDANCE})))
    with town.begin() as session, pytest.raises(NotAllowed):
        tablets.show(session, ShowTaps(session_id=tablet.session_id), mother.agent(Role.BILLING), NOW)
    assert town.count("SELECT count(*) FROM tap") == 0


def test_yesterday_s_sheet_is_still_done_with_a_tablet(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    tablet.press(children[0], Seen.HERE, NOW + timedelta(days=1))
    state = send(town, tablet.sending(NOW + timedelta(days=1)), minutes=24 * 60)
    assert state.marks == {children[0]: Seen.HERE}


def test_a_late_tap_changes_nothing_that_was_told_and_is_shown(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    adam, ines, lea, zoe = children
    close(town, sheet(town), Adam=Mark.ABSENT_UNJUSTIFIED, Inès=Mark.PRESENT, Léa=Mark.PRESENT)
    tablet.press(adam, Seen.HERE, NOW - timedelta(minutes=30))
    tablet.press(ines, Seen.HERE, NOW - timedelta(minutes=30))
    tablet.press(zoe, Seen.HERE, NOW - timedelta(minutes=30))
    state = send(town, tablet.sending(NOW), minutes=2)
    assert (state.version, state.to_review) == (1, True)
    assert state.marks == {adam: Seen.AWAY, ines: Seen.HERE, lea: Seen.HERE}  # the sheet's
    assert town.told().count("attendance.settled") == 1
    view = sheet(town)
    assert {line.first_name: line.mark for line in view.lines if line.tap} == {
        "Adam": Mark.ABSENT_UNJUSTIFIED,
        "Zoé": None,
    }
    assert all(line.tap.late and line.tap.device == "Chrome, Android" for line in view.lines if line.tap)
    assert to_review(town) == [tablet.session_id]
    close(town, view, Adam=Mark.PRESENT)  # Adam was there; Zoé was not, says the agent
    assert to_review(town) == []
    assert [line.tap for line in sheet(town).lines] == [None, None, None]
    assert not send(town, tablet.sending(NOW), minutes=9).to_review  # sent again: looked at already


def test_a_late_tap_that_agrees_leaves_nothing_to_review(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    close(town, sheet(town), Adam=Mark.PRESENT, Inès=Mark.PRESENT, Léa=Mark.ABSENT_JUSTIFIED)
    tablet.press(children[0], Seen.HERE, NOW)
    tablet.press(children[2], Seen.AWAY, NOW)
    assert not send(town, tablet.sending(NOW)).to_review
    assert to_review(town) == []
    assert town.count("SELECT count(*) FROM tap WHERE waits") == 0


def test_a_sheet_is_not_closed_against_taps_its_agent_has_not_seen(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    shown = sheet(town)
    tablet.press(children[0], Seen.AWAY, NOW)
    tablet.press(children[1], Seen.HERE, NOW)
    send(town, tablet.sending(NOW))
    everybody = dict.fromkeys(("Adam", "Inès", "Léa"), Mark.PRESENT)
    with pytest.raises(TapsArrived) as refusal:
        close(town, shown, **everybody)
    assert refusal.value.details == {"children": 1}
    close(town, shown, **(everybody | {"Adam": Mark.ABSENT_JUSTIFIED}))  # agrees with them: nothing to show
    assert to_review(town) == []


def test_an_agent_decides_against_a_tap_once_shown(town: Town, children: list[UUID], tablet: Tablet) -> None:
    tablet.press(children[0], Seen.HERE, NOW)
    send(town, tablet.sending(NOW))
    view = close(town, sheet(town), Adam=Mark.ABSENT_JUSTIFIED, Inès=Mark.PRESENT, Léa=Mark.PRESENT)
    assert marks(view)["Adam"] is Mark.ABSENT_JUSTIFIED
    assert to_review(town) == []


def test_two_tablets_and_a_closing_at_once_lose_nothing(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    """Each tap is in the sheet that was told, or shown beside it, or made the closing start again."""
    other = Tablet(tablet.session_id)
    for turn in range(6):
        tablet.press(children[turn % 3], Seen.HERE, NOW - timedelta(minutes=9 - turn))
        other.press(children[turn % 3], Seen.AWAY, NOW - timedelta(minutes=8 - turn))
    asks = [each.sending(NOW, tap) for each in (tablet, other) for tap in each.pressed for _ in range(2)]

    def closing() -> bool:
        try:
            close(town, sheet(town), **dict.fromkeys(("Adam", "Inès", "Léa"), Mark.PRESENT))
        except (TapsArrived, SheetChanged):
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(send, town, ask) for ask in asks]
        closed = [pool.submit(closing) for _ in range(4)]
        for each in sent:
            each.result()
        done = sum(each.result() for each in closed)
    assert town.count("SELECT count(*) FROM tap") == 12
    assert town.count("SELECT count(DISTINCT version) FROM sheet") == done
    view = sheet(town)
    if not done:
        assert marks(view) == dict.fromkeys(("Adam", "Inès", "Léa"), Mark.ABSENT_UNJUSTIFIED)
        return
    # Every child was last tapped away: a sheet that was told otherwise says so beside the line, unless shown before.
    unlike = {line.first_name for line in view.lines if line.mark is Mark.PRESENT}
    assert {line.first_name for line in view.lines if line.tap} <= unlike
    assert bool(to_review(town)) == any(line.tap for line in view.lines)


def test_a_closing_that_races_with_a_tap_sees_it_or_is_contradicted_by_it(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    """Many rounds: the tap is never both unseen by the closing and unsaid afterwards."""
    everybody = dict.fromkeys(("Adam", "Inès", "Léa"), Mark.PRESENT)
    outcomes = set()
    for turn in range(12):
        town.count("WITH t AS (DELETE FROM tap RETURNING 1), s AS (DELETE FROM sheet RETURNING 1) SELECT 1")
        shown = sheet(town)
        tap = tablet.press(children[0], Seen.AWAY, NOW)

        def closing(shown: RollCallView = shown) -> str:
            try:
                close(town, shown, **everybody)
            except DomainError as refusal:
                return refusal.code
            return "closed"

        with ThreadPoolExecutor(2) as pool:
            order = [lambda tap=tap: send(town, tablet.sending(NOW, tap)), closing]
            first, second = [pool.submit(act) for act in (order if turn % 2 else order[::-1])]
            closed = (second if turn % 2 else first).result()
            (first if turn % 2 else second).result()
        outcomes.add(closed)
        assert (to_review(town) != []) == (closed == "closed")
    assert outcomes <= {"closed", "taps_arrived"}


def test_a_batch_and_a_sheet_cost_a_bounded_number_of_statements(
    town: Town, children: list[UUID], tablet: Tablet, statements: Statements
) -> None:
    for turn in range(40):
        tablet.press(children[turn % 4], Seen.HERE if turn % 3 else Seen.AWAY, NOW)
    with statements:
        send(town, tablet.sending(NOW))
    assert len(statements.run) <= 7
    statements.run.clear()
    with statements:
        sheet(town, with_roster=True)
    assert len(statements.run) <= 9
    statements.run.clear()
    close(town, sheet(town), Léa=Mark.PRESENT, Adam=Mark.PRESENT, Inès=Mark.PRESENT)
    tablet.press(children[0], Seen.AWAY, NOW + timedelta(minutes=1))
    send(town, tablet.sending(NOW), minutes=2)
    with statements, town.begin() as session:
        attendance_desk.desk(session, AttendanceDesk(day=MONDAY), AGENT)
    assert len(statements.run) <= 8


def test_the_roster_is_who_else_may_turn_up(town: Town, children: list[UUID], tablet: Tablet) -> None:
    view = sheet(town, with_roster=True)
    assert [line.first_name for line in view.roster] == ["Zoé"]
    assert sheet(town).roster == []
    tablet.press(children[3], Seen.HERE, NOW)
    send(town, tablet.sending(NOW))
    assert sheet(town, with_roster=True).roster == []


def test_a_begun_roll_call_is_said_on_the_desk_and_missing_ones_by_place(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    tablet.press(children[0], Seen.HERE, NOW)
    tablet.press(children[1], Seen.HERE, NOW)
    tablet.press(children[1], Seen.UNDONE, NOW)
    send(town, tablet.sending(NOW))
    with town.begin() as session:
        today = attendance_desk.desk(session, AttendanceDesk(day=MONDAY), AGENT)
        later = attendance_desk.desk(session, AttendanceDesk(day=date(2026, 11, 25)), AGENT)
        waiting = attendance_desk.waiting(session, AGENT, date(2026, 11, 25))
    assert today.tapped == {tablet.session_id: 1}
    assert [(each.place_name, each.missing, each.since) for each in later.places] == [
        ("École Saint-Nicolas", 1, MONDAY)
    ]
    assert (waiting.missing, waiting.since, waiting.review) == (1, MONDAY, 0)


def test_taps_are_forgotten_after_a_year_the_sheet_is_not(
    town: Town, children: list[UUID], tablet: Tablet
) -> None:
    tablet.press(children[0], Seen.HERE, NOW)
    send(town, tablet.sending(NOW))
    close(town, sheet(town), Inès=Mark.PRESENT, Léa=Mark.PRESENT)
    for days, left in ((364, 1), (366, 0)):
        with town.begin() as session:
            tablets.forget_old(session, NOW + timedelta(days=days))
        assert town.count("SELECT count(*) FROM tap") == left
    assert marks(sheet(town))["Adam"] is Mark.PRESENT
