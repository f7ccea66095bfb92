"""A calendar stated by one home, answered by the other, decided by an agent, told to whoever divides time by it."""

import threading
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from accounts.shared_custody import school_years
from contracts.accounts.changes import (
    ChangeClosed,
    ChangedMeanwhile,
    ChangeState,
    DecideChange,
    Edit,
    ProposeChanges,
    SubjectKind,
    WithdrawChange,
)
from contracts.accounts.custody import (
    AnswerCustody,
    Basis,
    CustodyDraft,
    CustodyFile,
    CustodyHolds,
    CustodyTerms,
    CustodyView,
    OpenCustody,
    Opinion,
    PreviewCustody,
    ProposalView,
    ShowCustody,
    Side,
    StateCustody,
)
from contracts.caller import Caller, Role
from contracts.errors import Invalid, NotAllowed, NotFound
from deploy.local.demo import custody as demonstration
from tests.mothers import accounts as mother
from tests.mothers import custody as custody_mother
from tests.services.accounts.conftest import Desk
from tests.services.accounts.households import Home, home_of_two, homes_apart

FROM = date(2026, 11, 28)


class Apart:
    """Two parents who live apart, their child, and the acts of this story."""

    def __init__(self, desk: Desk) -> None:
        desk.fill()
        self.desk = desk
        self.here, self.there, self.child_id = homes_apart(desk)
        self.agent = mother.an_agent(Role.FAMILY_FILES)
        for year in custody_mother.school_years():
            with desk.begin() as session:
                school_years.keep(session, year)

    def state(self, home: Home | None = None, terms: CustodyTerms | None = None, **more: Any) -> ProposalView:
        ask = StateCustody(
            command_id=uuid4(),
            child_id=self.child_id,
            draft=draft(terms),
            **more,
        )
        return self.desk.ask(ask, (home or self.here).parents[0])

    def file(self, change_id: UUID) -> CustodyFile:
        return self.desk.ask(OpenCustody(change_id=change_id), self.agent)

    def decide(self, change_id: UUID, accept: bool = True, reason: str = "") -> None:
        ask = DecideChange(
            command_id=uuid4(),
            change_id=change_id,
            accept=accept,
            seen=self.file(change_id).seen,
            reason=reason,
        )
        self.desk.ask(ask, self.agent)

    def show(self, home: Home, **more: Any) -> CustodyView:
        return self.desk.ask(ShowCustody(child_id=self.child_id, **more), home.parents[0])

    def told(self) -> list[dict[str, Any]]:
        return self.desk.facts("custody.updated")


def email_of(desk: Desk, home: Home) -> str:
    with desk.begin() as session:
        return session.execute(
            text("SELECT email FROM account WHERE account_id = :id"), {"id": home.parents[0].account_id}
        ).scalar_one()


def draft(terms: CustodyTerms | None = None, valid_from: date = FROM) -> CustodyDraft:
    """FIRST is the home that states it."""
    return CustodyDraft(
        terms=terms or custody_mother.every_other_week(), valid_from=valid_from, basis=Basis.JUDGMENT
    )


@pytest.fixture
def apart(desk: Desk) -> Apart:
    return Apart(desk)


def test_a_calendar_waits_for_an_agent_and_both_homes_are_written_to(apart: Apart) -> None:
    stated = apart.state()
    assert (stated.state, stated.by_other_home, stated.draft) == (ChangeState.AWAITING, False, draft())
    assert apart.show(apart.here).days == []
    assert apart.told() == []
    mails = [(mail.kind, mail.to) for mail in apart.desk.mails() if mail.kind.startswith("custody")]
    emails = [email_of(apart.desk, home) for home in (apart.here, apart.there)]
    assert mails == [("custody_received", emails[0]), ("custody_stated", emails[1])]


def test_each_home_reads_the_same_calendar_from_its_own_side(apart: Apart) -> None:
    apart.state()
    [ours], [theirs] = apart.show(apart.here).proposals, apart.show(apart.there).proposals
    assert (ours.by_other_home, theirs.by_other_home) == (False, True)
    assert ours.draft.terms is not None
    assert theirs.draft.terms is not None
    assert (ours.draft.terms.even_years, theirs.draft.terms.even_years) == (Side.FIRST, Side.SECOND)
    apart.decide(ours.change_id)
    here, there = apart.show(apart.here), apart.show(apart.there)
    assert [day.side.other for day in here.days] == [day.side for day in there.days]
    assert (here.days[0].first, here.days[-1].last) == (FROM, date(2027, 8, 31))
    assert here.proposals == there.proposals == []


def test_what_was_decided_is_told_with_the_families(apart: Apart) -> None:
    apart.decide(apart.state().change_id)
    [fact] = apart.told()
    spans = fact["data"]["spans"]
    assert fact["subject"] == fact["data"]["child_id"] == str(apart.child_id)
    assert (spans[0]["first"], spans[-1]["last"]) == ("2026-11-28", "2028-08-31")
    assert {span["family_id"] for span in spans} == {str(apart.here.family_id), str(apart.there.family_id)}
    # Friday 4 December is in the week of 30 November: an even number of weeks after 7 September
    assert spans[0] == {"first": "2026-11-28", "last": "2026-12-04", "family_id": str(apart.here.family_id)}


def test_a_new_agreement_ends_the_former_and_overwrites_nothing(apart: Apart) -> None:
    apart.decide(apart.state().change_id)
    other = custody_mother.chosen_days()
    ask = StateCustody(command_id=uuid4(), child_id=apart.child_id, draft=draft(other, date(2027, 1, 4)))
    apart.decide(apart.desk.ask(ask, apart.here.parents[0]).change_id)
    first, second = apart.show(apart.here).agreements
    assert (first.draft.terms, first.valid_to) == (custody_mother.every_other_week(), date(2027, 1, 3))
    assert (second.draft.terms, second.valid_to) == (other, None)
    versions = [fact["aggregateversion"] for fact in apart.told()]
    assert versions == [1, 2]


def test_one_that_begins_before_takes_the_place_of_one_that_never_held(apart: Apart) -> None:
    late = StateCustody(command_id=uuid4(), child_id=apart.child_id, draft=draft(None, date(2027, 3, 1)))
    apart.decide(apart.desk.ask(late, apart.here.parents[0]).change_id)
    apart.decide(apart.state(terms=custody_mother.chosen_days()).change_id)
    [held] = apart.show(apart.here).agreements
    assert (held.draft.valid_from, held.valid_to) == (FROM, None)
    assert apart.desk.count("custody_agreement") == 2


def test_a_calendar_can_end(apart: Apart) -> None:
    apart.decide(apart.state().change_id)
    ending = CustodyDraft(terms=None, valid_from=date(2027, 1, 4), basis=Basis.AGREEMENT)
    ask = StateCustody(command_id=uuid4(), child_id=apart.child_id, draft=ending)
    apart.decide(apart.desk.ask(ask, apart.there.parents[0]).change_id)
    assert apart.told()[-1]["data"]["spans"][-1]["last"] == "2027-01-03"
    assert apart.show(apart.here).agreements[0].valid_to == date(2027, 1, 3)


def test_what_never_held_cannot_end(apart: Apart) -> None:
    ending = CustodyDraft(terms=None, valid_from=FROM, basis=Basis.AGREEMENT)
    with pytest.raises(Invalid) as refused:
        apart.desk.ask(
            StateCustody(command_id=uuid4(), child_id=apart.child_id, draft=ending), apart.here.parents[0]
        )
    assert refused.value.details == {"problems": {"valid_from": "custody_none_to_end"}}


@pytest.mark.parametrize(
    ("day", "problem"),
    [(date(2026, 8, 31), "custody_too_early"), (date(2027, 11, 30), "custody_too_late")],
)
def test_a_calendar_begins_this_school_year_or_within_a_year(apart: Apart, day: date, problem: str) -> None:
    for ask in (
        StateCustody(command_id=uuid4(), child_id=apart.child_id, draft=draft(None, day)),
        PreviewCustody(child_id=apart.child_id, draft=draft(None, day)),
    ):
        with pytest.raises(Invalid) as refused:
            apart.desk.ask(ask, apart.here.parents[0])
        assert refused.value.details == {"problems": {"valid_from": problem}}


def test_a_preview_is_of_eight_weeks_and_binds_nothing(apart: Apart) -> None:
    view = apart.desk.ask(PreviewCustody(child_id=apart.child_id, draft=draft()), apart.there.parents[0])
    assert (view.days[0].first, view.days[0].side) == (FROM, Side.FIRST)
    assert (view.days[-1].last - view.days[0].first).days == 55
    assert apart.show(apart.there).proposals == []


# ------------------------------------------------------------------ the other home, and the agent


def answer(apart: Apart, change_id: UUID, home: Home, opinion: Opinion, words: str = "") -> ProposalView:
    ask = AnswerCustody(command_id=uuid4(), change_id=change_id, opinion=opinion, text=words)
    return apart.desk.ask(ask, home.parents[0])


def test_the_other_home_objects_and_the_agent_reads_it(apart: Apart) -> None:
    change_id = apart.state().change_id
    said = answer(apart, change_id, apart.there, Opinion.OBJECTS, "Le jugement dit les semaines impaires.")
    assert said.opinion is not None
    assert said.opinion.text == "Le jugement dit les semaines impaires."
    [read] = apart.file(change_id).opinions
    assert (read.opinion, read.text) == (Opinion.OBJECTS, "Le jugement dit les semaines impaires.")
    [ours] = apart.show(apart.here).proposals
    assert ours.opinion is None  # what one home writes to the town, the other does not read


def test_a_later_answer_replaces_the_first(apart: Apart) -> None:
    change_id = apart.state().change_id
    answer(apart, change_id, apart.there, Opinion.OBJECTS, "Non.")
    answer(apart, change_id, apart.there, Opinion.AGREES)
    [read] = apart.file(change_id).opinions
    assert read.opinion is Opinion.AGREES


def test_an_objection_says_why(apart: Apart) -> None:
    change_id = apart.state().change_id
    with pytest.raises(Invalid):
        answer(apart, change_id, apart.there, Opinion.OBJECTS, "  ")


def test_nobody_answers_themselves_nor_what_is_decided(apart: Apart) -> None:
    change_id = apart.state().change_id
    with pytest.raises(NotFound):
        answer(apart, change_id, apart.here, Opinion.AGREES)
    apart.decide(change_id, accept=False, reason="Le jugement dit autre chose.")
    with pytest.raises(ChangeClosed):
        answer(apart, change_id, apart.there, Opinion.AGREES)


def test_a_refusal_is_read_by_the_home_that_asked(apart: Apart) -> None:
    apart.decide(apart.state().change_id, accept=False, reason="Le jugement dit autre chose.")
    [ours] = apart.show(apart.here).proposals
    assert (ours.state, ours.reason) == (ChangeState.REFUSED, "Le jugement dit autre chose.")
    assert apart.show(apart.there).proposals == []
    assert apart.told() == []


def test_the_agent_sees_both_homes_versions(apart: Apart) -> None:
    ours = apart.state()
    theirs = apart.state(apart.there, custody_mother.chosen_days())
    file = apart.file(ours.change_id)
    assert {home.family_id for home in file.homes} == {apart.here.family_id, apart.there.family_id}
    assert file.homes[0 if file.side is Side.FIRST else 1].family_id == apart.here.family_id
    assert [rival.change_id for rival in file.rivals] == [theirs.change_id]
    assert (file.days[0].first, file.present, file.present_days) == (FROM, None, [])
    apart.decide(ours.change_id)
    again = apart.file(theirs.change_id)
    assert again.present is not None
    assert again.present_days[0].first == FROM


def test_the_access_is_recorded_with_both_families(apart: Apart) -> None:
    apart.file(apart.state().change_id)
    with apart.desk.begin() as session:
        rows = session.execute(text("SELECT family_id FROM family_access WHERE action = 'change_opened'"))
        assert {row[0] for row in rows} == {apart.here.family_id, apart.there.family_id}


def test_only_the_agents_of_family_files_open_it(apart: Apart) -> None:
    change_id = apart.state().change_id
    with pytest.raises(NotAllowed):
        apart.desk.ask(OpenCustody(change_id=change_id), mother.an_agent(Role.BILLING))


def test_two_guardians_of_a_home_do_not_overwrite_each_other(apart: Apart) -> None:
    first = apart.state()
    with pytest.raises(ChangedMeanwhile):
        apart.state(terms=custody_mother.chosen_days())  # without having seen the first
    second = apart.state(terms=custody_mother.chosen_days(), awaiting=first.change_id)
    assert [each.change_id for each in apart.show(apart.here).proposals] == [second.change_id]


def test_it_can_be_withdrawn(apart: Apart) -> None:
    change_id = apart.state().change_id
    apart.desk.ask(WithdrawChange(command_id=uuid4(), change_id=change_id), apart.here.parents[0])
    assert apart.show(apart.here).proposals == apart.show(apart.there).proposals == []


def test_what_holds_already_is_not_asked_again(apart: Apart) -> None:
    apart.decide(apart.state().change_id)
    with pytest.raises(CustodyHolds):
        apart.state()


def test_a_command_sent_twice_writes_once(apart: Apart) -> None:
    ask = StateCustody(command_id=uuid4(), child_id=apart.child_id, draft=draft())
    first, second = (apart.desk.ask(ask, apart.here.parents[0]) for _ in range(2))
    assert first == second
    assert len([mail for mail in apart.desk.mails() if mail.kind == "custody_stated"]) == 1


# ------------------------------------------------------------------ who may


def test_a_calendar_is_stated_by_its_own_command_so_that_the_other_home_is_told(apart: Apart) -> None:
    edit = Edit(seen=None, wanted=draft().model_dump(mode="json"))
    ask = ProposeChanges(
        command_id=uuid4(),
        family_id=apart.here.family_id,
        subject_kind=SubjectKind.CUSTODY,
        subject_id=apart.child_id,
        edits={"calendar": edit},
    )
    with pytest.raises(NotFound):
        apart.desk.ask(ask, apart.here.parents[0])


def test_strangers_and_children_of_one_home_have_no_calendar(apart: Apart) -> None:
    stranger = home_of_two(apart.desk)
    only_child = stranger.view(apart.desk).children[0].child_id
    for child_id in (apart.child_id, only_child):
        with pytest.raises(NotFound):
            apart.desk.ask(ShowCustody(child_id=child_id), stranger.parents[0])
        ask = StateCustody(command_id=uuid4(), child_id=child_id, draft=draft())
        with pytest.raises(NotFound):
            apart.desk.ask(ask, stranger.parents[0])
    with pytest.raises(NotFound):
        answer(apart, apart.state().change_id, stranger, Opinion.AGREES)


def test_nobody_speaks_for_the_other_home(apart: Apart) -> None:
    with pytest.raises(NotFound):
        apart.state(apart.here, family_id=apart.there.family_id)
    with pytest.raises(NotFound):
        apart.show(apart.here, family_id=apart.there.family_id)


# ------------------------------------------------------------------ told again


def test_a_new_school_year_extends_what_was_told(apart: Apart) -> None:
    with apart.desk.begin() as session:
        session.execute(text("DELETE FROM school_year WHERE label = '2027-2028'"))
    apart.decide(apart.state().change_id)
    assert apart.told()[-1]["data"]["spans"][-1]["last"] == "2027-08-31"
    with apart.desk.begin() as session:
        school_years.keep(session, custody_mother.school_years()[1])
    apart.desk.service.extend_calendars()
    apart.desk.service.extend_calendars()
    assert [(fact["aggregateversion"], fact["data"]["spans"][-1]["last"]) for fact in apart.told()] == [
        (1, "2027-08-31"),
        (2, "2028-08-31"),
    ]


def test_a_child_that_left_a_home_has_no_calendar_any_more(apart: Apart) -> None:
    apart.decide(apart.state().change_id)
    with apart.desk.begin() as session:
        session.execute(
            text("DELETE FROM family_child WHERE family_id = :home AND child_id = :child"),
            {"home": apart.there.family_id, "child": apart.child_id},
        )
    apart.desk.service.extend_calendars()
    assert apart.told()[-1]["data"]["spans"] == []


def test_two_homes_that_are_decided_at_once_leave_one_open_agreement(apart: Apart) -> None:
    ours = apart.state()
    theirs = apart.state(apart.there, custody_mother.chosen_days())
    seen = apart.file(ours.change_id).seen
    outcomes: list[str] = []

    def accept(change_id: UUID, agent: Caller) -> None:
        ask = DecideChange(command_id=uuid4(), change_id=change_id, accept=True, seen=seen)
        try:
            apart.desk.ask(ask, agent)
            outcomes.append("accepted")
        except ChangedMeanwhile:
            outcomes.append("changed meanwhile")

    threads = [
        threading.Thread(target=accept, args=(change_id, apart.agent))
        for change_id in (ours.change_id, theirs.change_id)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "changed meanwhile"]
    assert apart.desk.count("custody_agreement") == 1


def test_the_demonstration_loaded_twice_has_one_calendar(apart: Apart) -> None:
    parents = apart.here.parents[0], apart.there.parents[0]
    for _ in range(2):
        demonstration.load(apart.desk, *parents)
    [held] = demonstration.calendar(apart.desk, *parents).agreements
    assert (held.draft.valid_from, held.draft.basis) == (date(2026, 9, 1), Basis.AGREEMENT)
    assert len(apart.told()) == 1
