"""Absences after the deadline: what may be reported, what it does to the sheet, who decides, and when time runs out."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.clock import PARIS
from contracts.caller import Caller, Role
from contracts.enrolment.absence_terms import AbsenceReason
from contracts.enrolment.absences import (
    AbsenceChoicesView,
    AbsenceQueue,
    AbsenceView,
    DecideAbsence,
    WithdrawAbsence,
)
from contracts.enrolment.attendance import MarkedChild, RollCall, SettleAttendance
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.refusals import AbsenceChanged, AbsenceDecidedAlready, CannotReport
from contracts.errors import DomainError, Invalid, NotAllowed, NotFound, NotSignedIn
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, AttendanceLine, Held, Mark
from contracts.events.documents import DocumentShared, DocumentWithheld
from contracts.serving import Reach
from enrolment.absences import absence_views, certificates, deciding, reports
from enrolment.absences.reported import reported_for
from enrolment.attending import settled, sheets
from enrolment.household.families import keep_family
from enrolment.overview import overview
from tests.mothers import absences as mother
from tests.mothers import enrolment
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.counter import Counter
from tests.unit.gateway.doubles import SetClock

MONDAY, TUESDAY, THURSDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 26)
FAR = date(2026, 12, 7)
AGENT = enrolment.agent(Role.REQUESTS)
SCHOOL = enrolment.agent(Role.ATTENDANCE)


class Story:
    """A child booked on days that can no longer be cancelled, its parent, and what they do."""

    def __init__(self, town: Town, *days: date) -> None:
        self.town = town
        child = enrolment.child()
        self.child_id = child.child_id
        self.family_id, [self.parent] = town.family(child)
        town.enrol(self.child_id, self.parent)
        town.book(self.child_id, AGENT, *days, family_id=self.family_id, late=True)

    def choices(self, caller: Caller | None = None, now: datetime = NOW) -> AbsenceChoicesView:
        with self.town.begin() as session:
            return reports.choices(session, self.child_id, caller or self.parent, now)

    def booking(self, day: date) -> UUID:
        with self.town.begin() as session:
            found = session.execute(
                text(
                    "SELECT booking_id FROM booking JOIN session USING (session_id)"
                    " WHERE child_id = :child_id AND day = :day AND cancelled_at IS NULL"
                ),
                {"child_id": self.child_id, "day": day},
            )
            return UUID(str(found.scalar_one()))

    def report(
        self,
        *days: date,
        reason: AbsenceReason = AbsenceReason.ILLNESS,
        caller: Caller | None = None,
        now: datetime = NOW,
        reuse: bool = False,
    ) -> AbsenceView:
        ask = mother.report(self.child_id, *[self.booking(day) for day in days], reason=reason)
        ask = ask.model_copy(update={"reuse_certificate": reuse})
        with self.town.begin() as session:
            made = reports.report(session, ask, caller or self.parent, now)
            return absence_views.show(session, made[0], caller or self.parent, now)

    def decide(self, view: AbsenceView, *justified: UUID, answer: str = "") -> AbsenceView:
        with self.town.begin() as session:
            deciding.decide(session, mother.decide(view, *justified, answer=answer), AGENT, NOW)
            return absence_views.show(session, view.absence_id, AGENT, NOW)

    def settle(self, day: date, mark: Mark, version: int = 0, now: datetime | None = None) -> None:
        ask = SettleAttendance(
            command_id=uuid4(),
            session_id=self.town.session_on(day).session_id,
            version=version,
            lines=[MarkedChild(child_id=self.child_id, mark=mark)],
        )
        with self.town.begin() as session:
            sheets.settle(session, ask, SCHOOL, now or NOW)

    def line(self, day: date = MONDAY) -> tuple[int, AttendanceLine]:
        with self.town.begin() as session:
            sheet = settled.last_sheet(session, self.town.session_on(day).session_id)
            assert sheet is not None
            [line] = settled.lines_of(sheet)
            return sheet.version, line

    def facts(self, name: str) -> list[dict[str, object]]:
        with self.town.begin() as session:
            bodies = session.scalars(
                text("SELECT body FROM outbox WHERE name = :name ORDER BY id"), {"name": name}
            )
            return [orjson.loads(body)["data"] for body in bodies]


@pytest.fixture
def story(town: Town) -> Story:
    return Story(town, MONDAY, TUESDAY, FAR)


def why_not(act: Callable[[], object]) -> object:
    with pytest.raises(CannotReport) as refusal:
        act()
    return refusal.value.details["why"]


def test_only_what_can_no_longer_be_cancelled_may_be_reported(story: Story) -> None:
    view = story.choices()
    assert [each.day for each in view.days] == [MONDAY, TUESDAY]
    assert [each.report_until for each in view.days] == [date(2026, 11, 26), date(2026, 11, 27)]
    assert why_not(lambda: story.report(FAR)) == "cancel_instead"


def test_what_may_still_be_cancelled_soon_is_shown_beside(town: Town) -> None:
    story = Story(town, THURSDAY)
    [near] = story.choices(now=NOW - timedelta(days=3)).cancellable
    assert (near.day, near.closes_at) == (THURSDAY, datetime(2026, 11, 24, 9, tzinfo=PARIS))


def test_a_day_is_reported_until_the_last_day_of_its_delay(story: Story) -> None:
    late = datetime(2026, 11, 27, 0, 1, tzinfo=PARIS)
    assert why_not(lambda: story.report(MONDAY, now=late)) == "too_late"
    story.report(MONDAY, now=late - timedelta(minutes=2))


def test_a_report_says_at_once_what_it_does_to_the_bill(story: Story) -> None:
    ill = story.report(MONDAY)
    assert [(each.state, each.effect) for each in ill.days] == [
        (AbsenceState.REPORTED, AbsenceEffect.IF_CERTIFICATE)
    ]
    assert (ill.certificate_until, ill.awaits_certificate) == (date(2026, 12, 1), True)
    other = story.report(TUESDAY, reason=AbsenceReason.OTHER)
    assert (other.days[0].effect, other.certificate_until, other.awaits_decision) == (
        AbsenceEffect.BILLED,
        None,
        False,
    )
    told = story.facts("absence.reported")
    assert [day["effect"] for fact in told for day in fact["days"]] == ["if_certificate", "billed"]  # type: ignore[attr-defined]
    assert all("illness" not in str(fact) for fact in told)  # why is nobody else's business


def test_a_day_is_reported_once(story: Story) -> None:
    story.report(MONDAY)
    assert why_not(lambda: story.report(MONDAY)) == "reported"
    assert why_not(lambda: story.report(TUESDAY, MONDAY)) == "reported"
    assert story.town.count("SELECT count(*) FROM absence") == 1  # all of a report, or nothing


def test_reported_before_the_roll_call_it_is_marked_beforehand_and_held(story: Story) -> None:
    story.report(MONDAY)
    session_id = story.town.session_on(MONDAY).session_id
    with story.town.begin() as session:
        assert reported_for(session, [session_id]) == {session_id: {story.child_id: AbsenceState.REPORTED}}
        sheet = RollCall(place_code=enrolment.SCHOOL, activity_code="cantine", day=MONDAY)
        [expected] = sheets.roll_call(session, sheet, SCHOOL).lines
    assert (expected.mark, expected.absence) == (None, AbsenceState.REPORTED)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    _, line = story.line()
    assert (line.mark, line.absence, line.held) == (
        Mark.ABSENT_UNJUSTIFIED,
        AbsenceState.REPORTED,
        Held.ABSENCE,
    )


def test_decided_before_the_roll_call_the_mark_follows_the_decision(story: Story) -> None:
    view = story.report(MONDAY)
    story.decide(view, view.days[0].booking_id)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    _, line = story.line()
    assert (line.mark, line.held) == (Mark.ABSENT_JUSTIFIED, None)


def test_a_child_who_came_all_the_same_is_present(story: Story) -> None:
    view = story.report(MONDAY)
    story.settle(MONDAY, Mark.PRESENT)
    story.decide(view, view.days[0].booking_id)
    assert story.line()[1].mark is Mark.PRESENT
    assert why_not(lambda: _after_withdrawal(story)) == "present"


def _after_withdrawal(story: Story) -> None:
    story.settle(TUESDAY, Mark.PRESENT, now=NOW + timedelta(days=1))
    story.report(TUESDAY, now=NOW + timedelta(days=1))


def test_reported_after_the_roll_call_the_sheet_is_settled_again_and_the_decision_settles_it_once_more(
    story: Story,
) -> None:
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    view = story.report(MONDAY)
    assert (story.line()[0], story.line()[1].held) == (2, Held.ABSENCE)
    decided = story.decide(view, answer="Le certificat n’est pas du bon jour.")
    assert decided.days[0].effect is AbsenceEffect.BILLED
    version, line = story.line()
    assert (version, line.mark, line.absence, line.held) == (
        3,
        Mark.ABSENT_UNJUSTIFIED,
        AbsenceState.UNJUSTIFIED,
        None,
    )
    assert story.town.told().count("attendance.settled") == 3
    assert "certificat" not in str(story.facts("absence.decided"))


def test_an_absence_refused_may_be_justified_later_but_never_the_other_way(story: Story) -> None:
    view = story.report(MONDAY)
    refused = story.decide(view, answer="Pas de certificat.")
    day = view.days[0].booking_id
    accepted = story.decide(refused, day)
    assert accepted.days[0].state is AbsenceState.JUSTIFIED
    with pytest.raises(AbsenceDecidedAlready):
        story.decide(accepted, answer="Finalement non.")
    with pytest.raises(AbsenceDecidedAlready):
        story.decide(accepted, day)


def test_some_of_the_days_may_be_justified_and_a_refusal_says_why(story: Story) -> None:
    view = story.report(MONDAY, TUESDAY)
    with pytest.raises(Invalid) as refusal:
        story.decide(view, view.days[0].booking_id)
    assert refusal.value.details == {"problems": {"answer": "answer_missing"}}
    decided = story.decide(view, view.days[0].booking_id, answer="Le certificat s’arrête au lundi.")
    assert [each.state for each in decided.days] == [AbsenceState.JUSTIFIED, AbsenceState.UNJUSTIFIED]


def test_two_agents_do_not_decide_the_same_absence(story: Story) -> None:
    view = story.report(MONDAY)
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def decide(ask: DecideAbsence) -> None:
        with story.town.begin() as session:
            gate.wait()
            try:
                deciding.decide(session, ask, AGENT, NOW)
            except AbsenceChanged as refusal:
                outcomes.append(refusal.code)
                session.rollback()
            else:
                outcomes.append("decided")

    asks = [mother.decide(view, view.days[0].booking_id), mother.decide(view, answer="Sans certificat.")]
    threads = [threading.Thread(target=decide, args=(ask,)) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["absence_changed", "decided"]
    assert story.town.told().count("absence.decided") == 1


def test_two_parents_reporting_the_same_day_make_one_report(town: Town) -> None:
    child = enrolment.child()
    family_id, parents = town.family(child, accounts=2)
    town.enrol(child.child_id, parents[0])
    town.book(child.child_id, AGENT, MONDAY, family_id=family_id, late=True)
    booking_id = reportable_of(town, child.child_id, parents[0])
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def report(parent: Caller) -> None:
        gate.wait()
        try:
            with town.begin() as session:
                reports.report(session, mother.report(child.child_id, booking_id), parent, NOW)
        except DomainError as refusal:
            outcomes.append(refusal.code)
        else:
            outcomes.append("reported")

    threads = [threading.Thread(target=report, args=(parent,)) for parent in parents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["absence_cannot_report", "reported"]


def reportable_of(town: Town, child_id: UUID, parent: Caller) -> UUID:
    with town.begin() as session:
        return reports.choices(session, child_id, parent, NOW).days[0].booking_id


def test_a_parent_takes_a_report_back_until_it_is_decided(story: Story) -> None:
    view = story.report(MONDAY)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    ask = WithdrawAbsence(command_id=uuid4(), absence_id=view.absence_id)
    with story.town.begin() as session:
        reports.withdraw(session, ask, story.parent, NOW)
    _, line = story.line()
    assert (line.absence, line.held) == (None, None)
    again = story.report(MONDAY)
    story.decide(again, again.days[0].booking_id)
    taken = ask.model_copy(update={"absence_id": again.absence_id})
    with pytest.raises(AbsenceDecidedAlready), story.town.begin() as session:
        reports.withdraw(session, taken, story.parent, NOW)


def test_without_a_certificate_in_time_it_is_not_justified(story: Story) -> None:
    view = story.report(MONDAY)
    story.settle(MONDAY, Mark.ABSENT_UNJUSTIFIED)
    last = datetime(2026, 12, 1, 23, 59, tzinfo=PARIS)
    assert lapse_all(story.town, last) == 0
    assert lapse_all(story.town, last + timedelta(minutes=1)) == 1
    assert lapse_all(story.town, last + timedelta(minutes=1)) == 0
    version, line = story.line()
    assert (version, line.absence, line.held) == (2, AbsenceState.UNJUSTIFIED, None)
    [told] = story.facts("absence.decided")
    assert (told["lapsed"], told["absence_id"]) == (True, str(view.absence_id))


def test_the_home_reminds_of_a_certificate_until_it_is_given(story: Story) -> None:
    view = story.report(MONDAY)
    story.report(TUESDAY, reason=AbsenceReason.OTHER)
    account_id, too_late = story.parent.citizen(), datetime(2026, 12, 2, 8, tzinfo=PARIS)
    with story.town.begin() as session:
        [awaited] = overview(session, story.parent, NOW).certificates
        assert (awaited.absence_id, awaited.day, awaited.until) == (
            view.absence_id,
            MONDAY,
            date(2026, 12, 1),
        )
        assert overview(session, story.parent, too_late).certificates == []
        assert reports.attach(session, mother.certificate(view.absence_id, account_id), NOW)
        assert overview(session, story.parent, NOW).certificates == []


def give_certificate(story: Story, view: AbsenceView) -> DocumentShared:
    account_id = story.parent.citizen()
    more = {"serves": Reach.MATTER, "valid_until": date(2027, 11, 1), "readable_until": date(2027, 11, 1)}
    fact = mother.certificate(view.absence_id, account_id).model_copy(update=more)
    with story.town.begin() as session:
        assert reports.attach(session, fact, NOW)
    return fact


def test_a_certificate_that_covers_another_absence_is_not_asked_again_where_the_parent_says_so(
    story: Story,
) -> None:
    assert story.choices().certificate is None
    fact = give_certificate(story, story.report(MONDAY))
    before = story.choices().certificate
    assert before is not None
    assert (before.given_at, before.given_with) == (NOW, "absence")
    view = story.report(TUESDAY, reuse=True)
    [joined] = view.certificates
    assert (view.awaits_certificate, joined.given_before, joined.is_coming) == (False, True, True)
    [told] = story.facts("given.reused")
    [asked] = told["given_before"]  # type: ignore[misc]
    assert (told["subject_id"], asked["given_with"]) == (str(view.absence_id), str(fact.share_id))
    passed_on = {
        "share_id": UUID(asked["share_id"]),
        "subject_id": view.absence_id,
        "carried_from": fact.share_id,
    }
    with story.town.begin() as session:
        assert reports.attach(session, fact.model_copy(update=passed_on), NOW)
        [joined] = absence_views.show(session, view.absence_id, AGENT, NOW).certificates
    assert not joined.is_coming
    assert story.town.count("SELECT count(*) FROM given_document") == 1, "a chain of absences has no end"


def test_one_that_cannot_be_passed_on_is_asked_for(story: Story) -> None:
    fact = give_certificate(story, story.report(MONDAY))
    view = story.report(TUESDAY, reuse=True)
    [told] = story.facts("given.reused")
    [asked] = told["given_before"]  # type: ignore[misc]
    withheld = DocumentWithheld(
        share_id=UUID(asked["share_id"]),
        document_id=fact.document_id,
        document_type=fact.document_type,
        account_id=fact.account_id,
        subject_kind="absence",
        subject_id=view.absence_id,
    )
    with story.town.begin() as session:
        certificates.withhold(session, withheld)
        certificates.withhold(session, withheld)
        again = absence_views.show(session, view.absence_id, AGENT, NOW)
    assert (again.certificates, again.awaits_certificate, again.version) == ([], True, view.version + 1)


def test_a_reason_without_certificate_takes_none_and_a_month_later_none_is_named(story: Story) -> None:
    give_certificate(story, story.report(MONDAY))
    assert story.report(TUESDAY, reason=AbsenceReason.OTHER, reuse=True).certificates == []
    assert story.facts("given.reused") == []
    last = datetime(2026, 12, 24, 8, tzinfo=PARIS)
    assert story.choices(now=last).certificate is not None
    assert story.choices(now=last + timedelta(days=1)).certificate is None


def test_a_certificate_given_waits_for_an_agent_however_long(story: Story) -> None:
    view = story.report(MONDAY)
    account_id = story.parent.account_id
    assert account_id is not None
    with story.town.begin() as session:
        assert reports.attach(session, mother.certificate(view.absence_id, account_id), NOW)
        assert not reports.attach(session, mother.certificate(view.absence_id, uuid4()), NOW)
        assert not reports.attach(session, mother.certificate(uuid4(), account_id), NOW)
    assert lapse_all(story.town, NOW + timedelta(days=60)) == 0
    with pytest.raises(AbsenceChanged):  # who was about to refuse it for want of one looks again
        story.decide(view, answer="Pas de certificat.")


def lapse_all(town: Town, now: datetime) -> int:
    with town.begin() as session:
        late = deciding.late(session, now)
    done = 0
    for absence_id in late:
        with town.begin() as session:
            done += deciding.lapse(session, absence_id, now)
    return done


def test_the_queue_has_what_awaits_a_decision_oldest_first(story: Story) -> None:
    first = story.report(TUESDAY, now=NOW - timedelta(hours=1))
    second = story.report(MONDAY, reason=AbsenceReason.FAMILY)

    def queue(session: Session, waiting: bool = True) -> list[UUID]:
        found = absence_views.queue(session, AbsenceQueue(waiting=waiting), AGENT, NOW)
        assert found.total == len(found.absences)
        return [each.absence_id for each in found.absences]

    with story.town.begin() as session:
        assert queue(session) == [first.absence_id, second.absence_id]
    story.decide(second, second.days[0].booking_id)
    with story.town.begin() as session:
        assert (queue(session), queue(session, waiting=False)) == ([first.absence_id], [second.absence_id])


def test_a_booking_that_the_town_cancels_needs_no_decision(story: Story) -> None:
    view = story.report(MONDAY, TUESDAY)
    tuesday = story.booking(TUESDAY)
    removal = story.town.session_on(MONDAY).session_id
    story.town.change(
        ChangeBookings(
            command_id=uuid4(),
            child_id=story.child_id,
            removals=[removal],
            family_id=story.family_id,
            late=True,
        ),
        AGENT,
    )
    decided = story.decide(view, tuesday)  # the other day asks for no reason
    assert [each.day for each in decided.days] == [TUESDAY]


def test_a_report_whose_days_the_town_has_cancelled_waits_for_nobody(story: Story) -> None:
    view = story.report(MONDAY)
    removal = ChangeBookings(
        command_id=uuid4(),
        child_id=story.child_id,
        removals=[story.town.session_on(MONDAY).session_id],
        family_id=story.family_id,
        late=True,
    )
    story.town.change(removal, AGENT)
    with story.town.begin() as session:
        assert absence_views.queue(session, AbsenceQueue(), AGENT, NOW).total == 0
        assert deciding.late(session, NOW + timedelta(days=60)) == []
    with pytest.raises(AbsenceDecidedAlready):
        story.decide(view, answer="Sans certificat.")


def test_a_report_sent_twice_is_made_once_and_its_note_kept_once(story: Story) -> None:
    ask = mother.report(story.child_id, story.booking(MONDAY), note="Une grippe.")
    clock = SetClock()
    clock.at = NOW
    counter = Counter(story.town.sessions, clock)
    first = counter.ask(ask, story.parent)
    assert counter.ask(ask, story.parent) == first
    assert story.town.count("SELECT count(*) FROM absence") == 1
    assert story.town.count("SELECT count(*) FROM command WHERE answer::text LIKE '%grippe%'") == 0


def test_either_home_reports_and_the_one_that_booked_is_billed(town: Town) -> None:
    story = Story(town, MONDAY)
    other = enrolment.parent(name="Parent2 Vidal")
    assert other.account_id is not None
    home = enrolment.family([story.child_id], [other.account_id])
    with town.begin() as session:
        keep_family(session, home)
    assert [each.elsewhere for each in story.choices(other).days] == [True]
    view = story.report(MONDAY, caller=other)
    assert (view.family_id, view.elsewhere) == (story.family_id, True)
    with town.begin() as session:
        [seen] = absence_views.mine(session, story.parent, NOW).absences
        assert (seen.elsewhere, seen.reported_by) == (False, "")  # by the other home: no name
        assert [each.absence_id for each in absence_views.mine(session, other, NOW).absences] == [
            view.absence_id
        ]


def test_nobody_else_sees_or_decides(story: Story, town: Town) -> None:
    view = story.report(MONDAY)
    stranger = enrolment.parent()
    booking_id = story.booking(TUESDAY)
    with town.begin() as session:
        for act in (
            lambda: absence_views.show(session, view.absence_id, stranger, NOW),
            lambda: reports.report(session, mother.report(story.child_id, booking_id), stranger, NOW),
            lambda: reports.withdraw(
                session, WithdrawAbsence(command_id=uuid4(), absence_id=view.absence_id), stranger, NOW
            ),
            lambda: reports.choices(session, story.child_id, stranger, NOW),
        ):
            with pytest.raises(NotFound):
                act()
        with pytest.raises(NotSignedIn):
            deciding.decide(session, mother.decide(view), story.parent, NOW)
        with pytest.raises(NotAllowed):
            deciding.decide(session, mother.decide(view), SCHOOL, NOW)
        with pytest.raises(NotAllowed):
            absence_views.queue(session, AbsenceQueue(), SCHOOL, NOW)


def test_the_list_costs_as_many_statements_for_one_report_as_for_many(
    story: Story, statements: Statements
) -> None:
    story.report(MONDAY)
    counts = []
    for _ in range(2):
        with story.town.begin() as session, statements:
            absence_views.mine(session, story.parent, NOW)
        counts.append(len(statements.run))
        statements.run.clear()
        if len(counts) == 1:
            story.report(TUESDAY)
    assert counts[0] == counts[1] <= 8
