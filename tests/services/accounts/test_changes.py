"""Changes of the family file on a real database: at once or after a look, never over somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from contracts.accounts.changes import (
    WHOLE,
    ChangeClosed,
    ChangedMeanwhile,
    ChangeFile,
    ChangeOutcome,
    ChangeState,
    DecideChange,
    ListChanges,
    OpenChange,
    ProposeChanges,
    SubjectKind,
    WithdrawChange,
)
from contracts.accounts.family_file import OpenMyFile
from contracts.caller import Caller, Role
from contracts.errors import DomainError, Invalid, NotAllowed, NotFound, NotSignedIn
from tests.mothers import accounts as people
from tests.mothers import family_file as mother
from tests.services.accounts.conftest import Desk
from tests.services.accounts.households import Home, home_of_two, homes_apart

AGENT = people.an_agent(Role.FAMILY_FILES)


@pytest.fixture
def town(desk: Desk) -> Desk:
    desk.fill()
    return desk


@pytest.fixture
def home(town: Desk) -> Home:
    return home_of_two(town)


def address_of(home: Home, desk: Desk) -> dict[str, str]:
    view = home.view(desk)
    return {"street": view.street, "postcode": view.postcode, "city": view.city}


def ask_address(
    desk: Desk, home: Home, wanted: dict[str, str] = mother.ADDRESS, by: int = 0
) -> ChangeOutcome:
    change = mother.a_change(home.family_id, SubjectKind.FAMILY, address=(address_of(home, desk), wanted))
    return desk.ask(change, home.parents[by])


def decide(desk: Desk, change_id: UUID, accept: bool = True, by: Caller = AGENT, **more: Any) -> ChangeFile:
    seen = desk.ask(OpenChange(change_id=change_id), by).present
    given = {"reason": "" if accept else "Il manque un justificatif.", "seen": seen, **more}
    return desk.ask(DecideChange(command_id=uuid4(), change_id=change_id, accept=accept, **given), by)


# ---------------------------------------------------------------- at once, or after a look


def test_a_new_address_waits_then_moves_the_family_when_an_agent_accepts(town: Desk, home: Home) -> None:
    before = address_of(home, town)
    outcome = ask_address(town, home, {"street": "1 rue du Rhône", "postcode": "26000", "city": "Valence"})
    asked = outcome.awaiting[0]
    assert outcome.applied == []
    assert (asked.old, asked.state, asked.may_withdraw) == (before, ChangeState.AWAITING, True)
    assert address_of(home, town) == before

    file = decide(town, asked.change_id)

    assert file.change.state is ChangeState.ACCEPTED
    assert address_of(home, town) == asked.new
    fact = town.facts("family.updated")[-1]["data"]
    assert (fact["family_id"], fact["city"], fact["resident"]) == (str(home.family_id), "Valence", False)
    for parent in home.parents:
        mail = town.mails(address_in_accounts(town, parent))[-1]
        assert mail.kind == "change_accepted"
        assert "l’adresse du foyer" in said(mail)
        assert "Rhône" not in mail.text + mail.html


def test_a_refusal_needs_a_reason_and_changes_nothing(town: Desk, home: Home) -> None:
    before = address_of(home, town)
    change_id = ask_address(town, home).awaiting[0].change_id
    with pytest.raises(Invalid) as refusal:
        decide(town, change_id, accept=False, reason="  ")
    assert refusal.value.details == {"problems": {"reason": "reason_missing"}}

    file = decide(town, change_id, accept=False)

    assert (file.change.state, file.change.reason) == (ChangeState.REFUSED, "Il manque un justificatif.")
    assert address_of(home, town) == before
    assert "« Il manque un justificatif. »" in said(town.mails()[-1])


def test_a_telephone_is_changed_at_once_and_told(town: Desk, home: Home) -> None:
    guardian = home.view(town).guardians[1]
    seen = raw_phone(town, guardian.guardian_id)
    change = mother.a_change(
        home.family_id, SubjectKind.GUARDIAN, guardian.guardian_id, phone=(seen, "0639981234")
    )

    outcome = town.ask(change, home.parents[0])

    assert [(each.field, each.new, each.state) for each in outcome.applied] == [
        ("phone", "06 39 98 12 34", ChangeState.APPLIED)
    ]
    assert raw_phone(town, guardian.guardian_id) == "06 39 98 12 34"
    assert town.mails(address_in_accounts(town, home.parents[0]))[-1].kind != "change_accepted"


def test_nothing_else_is_locked_while_something_waits(town: Desk, home: Home) -> None:
    ask_address(town, home)
    child = home.view(town).children[0]

    contact = town.ask(
        mother.a_new_contact(home.family_id, mother.a_contact([child.child_id])), home.parents[0]
    )
    name = mother.a_change(
        home.family_id, SubjectKind.CHILD, child.child_id, usage_name=("", "Faure"), first_name=("x", "x")
    )

    assert len(contact.applied) == 1
    assert [each.field for each in town.ask(name, home.parents[1]).awaiting] == ["usage_name"]


def test_what_was_not_touched_is_no_change(town: Desk, home: Home) -> None:
    seen = address_of(home, town)
    spaced = {**seen, "street": f"  {seen['street']} "}
    outcome = town.ask(
        mother.a_change(home.family_id, SubjectKind.FAMILY, address=(seen, spaced)), home.parents[0]
    )

    assert outcome == ChangeOutcome()
    assert town.count("change_request") == 0


def test_a_form_sent_twice_is_one_change(town: Desk, home: Home) -> None:
    change = mother.a_change(
        home.family_id, SubjectKind.FAMILY, address=(address_of(home, town), mother.ADDRESS)
    )

    assert town.ask(change, home.parents[0]) == town.ask(change, home.parents[0])
    assert town.count("change_request") == 1


def test_an_agent_changes_the_file_directly_and_it_is_recorded(town: Desk, home: Home) -> None:
    change = mother.a_change(
        home.family_id, SubjectKind.FAMILY, address=(address_of(home, town), mother.ADDRESS)
    )

    outcome = town.ask(change, AGENT)

    assert [(each.state, each.by, each.by_town) for each in outcome.applied] == [
        (ChangeState.APPLIED, "", True)
    ]
    assert address_of(home, town) == mother.ADDRESS
    assert recorded(town, home) == ["file_changed"]


# ---------------------------------------------------------------- no silent overwrite


def test_the_second_of_two_parents_is_told_what_the_first_one_wrote(town: Desk, home: Home) -> None:
    guardian = home.view(town).guardians[1].guardian_id
    seen = raw_phone(town, guardian)
    town.ask(phone(home, guardian, seen, "06 39 98 11 11"), home.parents[0])

    with pytest.raises(ChangedMeanwhile) as refusal:
        town.ask(phone(home, guardian, seen, "06 39 98 22 22"), home.parents[1])

    told = refusal.value.details["fields"]["phone"]
    assert (told["present"], told["by"]) == ("06 39 98 11 11", home.parents[0].name)
    town.ask(phone(home, guardian, "06 39 98 11 11", "06 39 98 22 22"), home.parents[1])
    assert raw_phone(town, guardian) == "06 39 98 22 22"


def test_nothing_of_a_form_is_written_when_one_field_has_changed(town: Desk, home: Home) -> None:
    contact_id = uuid4()
    child = home.view(town).children[0].child_id
    contact = mother.a_contact([child])
    town.ask(mother.a_new_contact(home.family_id, contact, contact_id), home.parents[0])
    town.ask(edit_contact(home, contact_id, may_collect=(True, False)), home.parents[0])

    with pytest.raises(ChangedMeanwhile) as refusal:
        town.ask(
            edit_contact(
                home, contact_id, call_order=(1, 2), may_collect=(None, True), relation=("friend", "friend")
            ),
            home.parents[1],
        )

    assert list(refusal.value.details["fields"]) == ["may_collect"]
    with town.begin() as session:
        assert session.execute(text("SELECT call_order FROM contact")).scalar_one() == 1


def test_two_parents_who_want_the_same_do_not_disagree(town: Desk, home: Home) -> None:
    seen = address_of(home, town)
    first = ask_address(town, home)
    change = mother.a_change(home.family_id, SubjectKind.FAMILY, address=(seen, mother.ADDRESS))

    assert town.ask(change, home.parents[1]).awaiting[0].change_id == first.awaiting[0].change_id
    assert town.count("change_request") == 1


def test_a_request_of_the_other_parent_is_replaced_only_by_who_has_seen_it(town: Desk, home: Home) -> None:
    first = ask_address(town, home).awaiting[0]
    other = {**mother.ADDRESS, "street": "8 rue des Clercs"}
    with pytest.raises(ChangedMeanwhile) as refusal:
        ask_address(town, home, other, by=1)
    told = refusal.value.details["fields"]["address"]
    assert told["awaiting"] == {"change_id": str(first.change_id), "value": mother.ADDRESS}
    assert told["by"] == home.parents[0].name

    change = mother.a_change(
        home.family_id, SubjectKind.FAMILY, awaiting=first.change_id, address=(address_of(home, town), other)
    )
    second = town.ask(change, home.parents[1]).awaiting[0]

    assert states(town) == {first.change_id: "superseded", second.change_id: "awaiting"}


def test_of_two_parents_who_save_at_once_one_wins_and_the_other_is_told(town: Desk, home: Home) -> None:
    guardian = home.view(town).guardians[1].guardian_id
    seen = raw_phone(town, guardian)
    wanted = [f"06 39 98 00 {number:02d}" for number in range(10, 18)]

    def save(number: int) -> str | dict[str, Any]:
        try:
            town.ask(phone(home, guardian, seen, wanted[number]), home.parents[number % 2])
        except ChangedMeanwhile as refusal:
            return refusal.details["fields"]["phone"]
        return wanted[number]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(save, range(8)))

    won = [answer for answer in answers if isinstance(answer, str)]
    told = [answer for answer in answers if isinstance(answer, dict)]
    assert len(won) == 1
    assert {each["present"] for each in told} == set(won)
    assert raw_phone(town, guardian) == won[0]


def test_an_agent_who_decides_while_the_parent_withdraws_or_the_other_way_round(
    town: Desk, home: Home
) -> None:
    before = address_of(home, town)
    for _ in range(5):
        change_id = ask_address(town, home).awaiting[0].change_id
        acts = [
            (DecideChange(command_id=uuid4(), change_id=change_id, accept=True, seen=before), AGENT),
            (WithdrawChange(command_id=uuid4(), change_id=change_id), home.parents[0]),
        ]

        def act(given: tuple[Any, Caller]) -> bool:
            try:
                town.ask(*given)
            except ChangeClosed:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            accepted, withdrawn = threads.map(act, acts)

        assert accepted is not withdrawn
        assert states(town)[change_id] == ("accepted" if accepted else "withdrawn")
        assert (address_of(home, town) == before) is withdrawn
        if accepted:
            before = {**mother.ADDRESS, "street": "99 avenue Gambetta"}
            town.ask(
                mother.a_change(home.family_id, SubjectKind.FAMILY, address=(mother.ADDRESS, before)), AGENT
            )


def test_an_agent_is_shown_what_changed_under_the_request(town: Desk, home: Home) -> None:
    before = address_of(home, town)
    asked = ask_address(town, home).awaiting[0]
    elsewhere = {**mother.ADDRESS, "street": "99 avenue Gambetta"}
    town.ask(mother.a_change(home.family_id, SubjectKind.FAMILY, address=(before, elsewhere)), AGENT)

    file = town.ask(OpenChange(change_id=asked.change_id), AGENT)
    assert (file.change.old, file.present) == (before, elsewhere)
    with pytest.raises(ChangedMeanwhile):
        decide(town, asked.change_id, seen=before)
    assert states(town)[asked.change_id] == "awaiting"
    assert decide(town, asked.change_id).change.state is ChangeState.ACCEPTED


# ---------------------------------------------------------------- two homes


def test_what_belongs_to_the_child_shows_in_both_homes_without_saying_where_from(town: Desk) -> None:
    one, other, child_id = homes_apart(town)
    seen = next(child for child in one.view(town).children if child.child_id == child_id)
    change = mother.a_change(
        one.family_id, SubjectKind.CHILD, child_id, first_name=(seen.first_name, "Camille")
    )
    asked = town.ask(change, one.parents[0]).awaiting[0]

    with pytest.raises(NotFound):
        town.ask(WithdrawChange(command_id=uuid4(), change_id=asked.change_id), other.parents[0])
    decide(town, asked.change_id)

    assert next(c for c in other.view(town).children if c.child_id == child_id).first_name == "Camille"
    assert town.facts("child.updated")[-1]["data"]["first_name"] == "Camille"
    told = town.mails(address_in_accounts(town, other.parents[0]))[-1]
    assert "l’autre parent" in told.text
    assert one.parents[0].name.split()[0] not in told.text + told.html


def test_a_home_cannot_touch_the_other_one(town: Desk) -> None:
    one, other, child_id = homes_apart(town)
    contact_id = uuid4()
    town.ask(mother.a_new_contact(one.family_id, mother.a_contact([child_id]), contact_id), one.parents[0])
    forged: list[ProposeChanges] = [
        mother.a_change(one.family_id, SubjectKind.FAMILY, address=(None, mother.ADDRESS)),
        mother.a_change(other.family_id, SubjectKind.FAMILY, one.family_id, address=(None, mother.ADDRESS)),
        edit_contact(one, contact_id, may_collect=(True, False)),
        edit_contact(other, contact_id, may_collect=(True, False)),
        mother.a_change(
            other.family_id, SubjectKind.CONTACT, contact_id, **{WHOLE: (mother.a_contact([child_id]), None)}
        ),
        mother.a_change(other.family_id, SubjectKind.CONTACT, uuid4(), may_collect=(True, False)),
        mother.a_change(
            other.family_id,
            SubjectKind.GUARDIAN,
            one.view(town).guardians[0].guardian_id,
            phone=("", "0639981234"),
        ),
        mother.a_change(other.family_id, SubjectKind.CHILD, uuid4(), first_name=("", "Zoé")),
        mother.a_change(other.family_id, SubjectKind.FAMILY, resident=(False, True)),
        mother.a_change(other.family_id, SubjectKind.HEALTH, child_id, anything=("", "x")),
    ]
    for change in forged:
        with pytest.raises(NotFound):
            town.ask(change, other.parents[0])
    for_a_stranger = mother.a_new_contact(other.family_id, mother.a_contact([uuid4()]))
    with pytest.raises(Invalid):
        town.ask(for_a_stranger, other.parents[0])


# ---------------------------------------------------------------- contacts


def test_a_contact_is_made_changed_and_removed_each_time_leaving_a_line(town: Desk, home: Home) -> None:
    contact_id, parent = uuid4(), home.parents[0]
    child = home.view(town).children[0].child_id
    town.ask(mother.a_new_contact(home.family_id, mother.a_contact([child]), contact_id), parent)
    town.ask(edit_contact(home, contact_id, phones=(["06 39 98 44 01"], ["0639984402", ""])), parent)
    present = mother.a_contact([child], phones=["06 39 98 44 02"])
    town.ask(
        mother.a_change(home.family_id, SubjectKind.CONTACT, contact_id, **{WHOLE: (present, None)}), parent
    )

    assert town.count("contact") == 0
    assert town.count("contact_child") == 0
    with town.begin() as session:
        rows = session.execute(
            text("SELECT field, label, old, new FROM change_request ORDER BY asked_at, field DESC")
        )
        lines = {(row.field, row.old is None, row.new is None): row.label for row in rows}
    assert lines == {
        ("phones", False, False): "Jeanne Bourdelas",
        ("*", True, False): "Jeanne Bourdelas",
        ("*", False, True): "Jeanne Bourdelas",
    }


def test_who_changes_a_contact_that_was_removed_meanwhile_is_told_by_whom(town: Desk, home: Home) -> None:
    contact_id = uuid4()
    contact = mother.a_contact([home.view(town).children[0].child_id])
    town.ask(mother.a_new_contact(home.family_id, contact, contact_id), home.parents[0])
    town.clock.forward(minutes=5)
    town.ask(
        mother.a_change(home.family_id, SubjectKind.CONTACT, contact_id, **{WHOLE: (contact, None)}),
        home.parents[0],
    )

    with pytest.raises(ChangedMeanwhile) as refusal:
        town.ask(edit_contact(home, contact_id, may_collect=(True, False)), home.parents[1])

    assert refusal.value.details["fields"]["may_collect"]["by"] == home.parents[0].name


def test_a_contact_is_refused_with_every_problem_at_once(town: Desk, home: Home) -> None:
    wrong = {
        "name": {"first_name": "J" * 301, "last_name": ""},
        "relation": "",
        "phones": ["12", "bonjour"],
        "call_order": 9,
        "may_collect": True,
        "child_ids": [],
    }
    with pytest.raises(Invalid) as refusal:
        town.ask(mother.a_new_contact(home.family_id, wrong), home.parents[0])

    assert refusal.value.details["problems"] == {
        "first_name": "too_long",
        "last_name": "missing",
        "relation": "missing",
        "phone": "not_a_telephone",
        "other_phone": "not_a_telephone",
        "call_order": "invalid",
        "child_ids": "missing",
    }


def test_names_of_three_hundred_signs_are_kept_whole_and_mailed(town: Desk, home: Home) -> None:
    child = home.view(town).children[0]
    long = "É" + "é" * 299
    change = mother.a_change(
        home.family_id,
        SubjectKind.CHILD,
        child.child_id,
        first_name=(child.first_name, long),
        last_name=(raw_child(town, child.child_id).last_name, long),
    )
    for each in town.ask(change, home.parents[0]).awaiting:
        decide(town, each.change_id)

    usage = mother.a_change(home.family_id, SubjectKind.CHILD, child.child_id, usage_name=("", "D'Arc"))
    decide(town, town.ask(usage, home.parents[0]).awaiting[0].change_id)

    assert (raw_child(town, child.child_id).last_name, raw_child(town, child.child_id).usage_name) == (
        long,
        "D’Arc",
    )
    assert long in town.mails()[-1].text


def test_two_children_of_one_name_and_birth_date_are_refused_to_the_agent(town: Desk, home: Home) -> None:
    child, twin = home.view(town).children[0], another_child(town, home)
    change = mother.a_change(
        home.family_id,
        SubjectKind.CHILD,
        child.child_id,
        first_name=(child.first_name, twin.first_name),
        last_name=(raw_child(town, child.child_id).last_name, twin.last_name),
        birth_date=(child.birth_date.isoformat(), twin.birth_date.isoformat()),
    )
    with pytest.raises(Invalid) as refusal:
        town.ask(change, AGENT)
    assert set(refusal.value.details["problems"].values()) == {"child_known"}


# ---------------------------------------------------------------- rights


def test_who_may_look_and_decide(town: Desk, home: Home) -> None:
    change_id = ask_address(town, home).awaiting[0].change_id
    billing = people.an_agent(Role.BILLING)

    assert town.ask(ListChanges(), billing).changes == []
    for question in (
        OpenChange(change_id=change_id),
        DecideChange(command_id=uuid4(), change_id=change_id, accept=True),
        mother.a_change(home.family_id, SubjectKind.FAMILY, address=(address_of(home, town), mother.ADDRESS)),
    ):
        with pytest.raises(NotAllowed):
            town.ask(question, billing)
    for question in (ListChanges(), OpenChange(change_id=change_id)):
        with pytest.raises(NotSignedIn):
            town.ask(question, home.parents[0])
    with pytest.raises(NotFound):
        town.ask(OpenChange(change_id=uuid4()), AGENT)


def test_agents_see_the_oldest_first_and_each_look_is_recorded(town: Desk, home: Home) -> None:
    first = ask_address(town, home).awaiting[0]
    town.clock.forward(hours=1)
    child = home.view(town).children[0]
    town.ask(
        mother.a_change(home.family_id, SubjectKind.CHILD, child.child_id, usage_name=("", "Faure")),
        home.parents[1],
    )

    page = town.ask(ListChanges(), AGENT)
    only = town.ask(ListChanges(subject_kind=SubjectKind.CHILD), AGENT)
    file = town.ask(OpenChange(change_id=first.change_id), AGENT)

    assert [row.field for row in page.changes] == ["address", "usage_name"]
    assert (page.awaiting, only.awaiting, only.total) == (2, 2, 1)
    assert page.changes[0].by == home.parents[0].name
    assert [row.field for row in file.others] == ["usage_name"]
    assert recorded(town, home) == ["change_opened"]


@pytest.mark.parametrize("accept", [True, False])
def test_a_change_is_decided_once(town: Desk, home: Home, accept: bool) -> None:
    change_id = ask_address(town, home).awaiting[0].change_id
    decide(town, change_id, accept=accept)

    for act in (
        lambda: decide(town, change_id),
        lambda: town.ask(WithdrawChange(command_id=uuid4(), change_id=change_id), home.parents[0]),
    ):
        with pytest.raises(ChangeClosed):
            act()


def test_nobody_who_is_not_signed_in_changes_anything(town: Desk, home: Home) -> None:
    change = mother.a_change(home.family_id, SubjectKind.FAMILY, address=(None, mother.ADDRESS))
    for caller in (people.a_visitor(), people.a_citizen(town.parent("autre@exemple.fr"))):
        with pytest.raises(DomainError) as refusal:
            town.ask(change, caller)
        assert isinstance(refusal.value, NotSignedIn | NotFound)


# ---------------------------------------------------------------- the file as a parent reads it


def test_the_file_shows_a_home_its_own_and_not_the_other_one_s(town: Desk) -> None:
    one, other, child_id = homes_apart(town)
    contact = mother.a_contact([child_id])
    town.ask(mother.a_new_contact(one.family_id, contact), one.parents[0])
    insured = {"company": "Mutuelle des écoliers", "number": "AB 1234", "valid_until": "2026-08-31"}
    town.ask(
        mother.a_change(one.family_id, SubjectKind.INSURANCE, child_id, contract=(None, insured)),
        one.parents[0],
    )
    name = mother.a_change(one.family_id, SubjectKind.CHILD, child_id, usage_name=("", "Faure"))
    town.ask(name, one.parents[0])

    own, others = town.ask(OpenMyFile(), one.parents[0]), town.ask(OpenMyFile(), other.parents[0])

    assert [each.last_name for each in own.records[0].contacts] == ["Bourdelas"]
    assert [(each.company, each.expired) for each in own.records[0].insurances] == [
        ("Mutuelle des écoliers", True)
    ]
    assert {each.field for each in own.changes} == {"*", "contract", "usage_name"}
    assert [(each.field, each.by, each.by_other_home, each.family_id) for each in others.changes] == [
        ("usage_name", "", True, None)
    ]
    shown = others.model_dump_json()
    hidden = (
        "Bourdelas",
        "Mutuelle",
        str(one.family_id),
        one.parents[0].name,
        str(one.parents[0].account_id),
    )
    assert [each for each in hidden if each in shown] == []


def test_the_file_costs_the_same_few_statements_however_much_there_is(town: Desk, home: Home) -> None:
    def statements() -> int:
        made: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            made.append(statement)

        event.listen(town.engine, "before_cursor_execute", note)
        town.ask(OpenMyFile(), home.parents[0])
        event.remove(town.engine, "before_cursor_execute", note)
        return len(made)

    few = statements()
    child = home.view(town).children[0].child_id
    for _ in range(12):
        town.ask(mother.a_new_contact(home.family_id, mother.a_contact([child])), home.parents[0])
    ask_address(town, home)

    assert (few, statements()) == (7, 7)


def test_the_oldest_changes_leave_the_family_s_page_but_not_what_awaits(town: Desk, home: Home) -> None:
    child = home.view(town).children[0].child_id
    ask_address(town, home)
    town.ask(mother.a_new_contact(home.family_id, mother.a_contact([child])), home.parents[0])
    town.clock.forward(days=91)

    assert [each.field for each in town.ask(OpenMyFile(), home.parents[1]).changes] == ["address"]


# ---------------------------------------------------------------- what the tests look up


def phone(home: Home, guardian_id: UUID, seen: str, wanted: str) -> ProposeChanges:
    return mother.a_change(home.family_id, SubjectKind.GUARDIAN, guardian_id, phone=(seen, wanted))


def edit_contact(home: Home, contact_id: UUID, **fields: tuple[Any, Any]) -> ProposeChanges:
    return mother.a_change(home.family_id, SubjectKind.CONTACT, contact_id, **fields)


def raw_phone(desk: Desk, guardian_id: UUID) -> str:
    with desk.begin() as session:
        found = text("SELECT phone FROM guardian WHERE guardian_id = :id")
        return session.execute(found, {"id": guardian_id}).scalar_one()


def raw_child(desk: Desk, child_id: UUID) -> Any:
    with desk.begin() as session:
        return session.execute(text("SELECT * FROM child WHERE child_id = :id"), {"id": child_id}).one()


def another_child(desk: Desk, home: Home) -> Any:
    own = [child.child_id for child in home.view(desk).children]
    with desk.begin() as session:
        return session.execute(
            text("SELECT * FROM child WHERE child_id <> ALL (:own) ORDER BY name_key LIMIT 1"), {"own": own}
        ).one()


def states(desk: Desk) -> dict[UUID, str]:
    with desk.begin() as session:
        return {
            row[0]: row[1] for row in session.execute(text("SELECT change_id, state FROM change_request"))
        }


def recorded(desk: Desk, home: Home) -> list[str]:
    with desk.begin() as session:
        found = text(
            "SELECT action FROM family_access WHERE family_id = :id AND action NOT LIKE 'key%' ORDER BY at"
        )
        return list(session.scalars(found, {"id": home.family_id}))


def said(mail: Any) -> str:
    """The text on one line: its own lines end where a mail's do."""
    return " ".join(mail.text.split())


def address_in_accounts(desk: Desk, caller: Caller) -> str:
    with desk.begin() as session:
        return session.execute(
            text("SELECT email FROM account WHERE account_id = :id"), {"id": caller.account_id}
        ).scalar_one()
