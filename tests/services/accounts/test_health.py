"""Children's health: each sees what concerns them, every reading is written down, and a thief reads nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.accounts.families import RedeemKey
from contracts.accounts.health import (
    Allergen,
    Care,
    CareDecided,
    ChildHealth,
    DecideCare,
    Diet,
    Dose,
    HealthChanged,
    HealthFile,
    ListReadings,
    OpenAtHand,
    OpenEmergency,
    OpenHealth,
    OpenKitchen,
    ProposeCare,
    SearchHealth,
    SetCare,
    SetDiet,
    SetVaccines,
    Vaccine,
    WithdrawCare,
)
from contracts.accounts.own_data import OpenMyRecords
from contracts.caller import Caller, Role
from contracts.errors import NotAllowed, NotFound, NotSignedIn
from tests.mothers import accounts as mother
from tests.mothers.health import ILLNESS, INSTRUCTION, a_care
from tests.services.accounts.conftest import Desk

HEALTH = mother.an_agent(Role.HEALTH)
KITCHEN = mother.an_agent(Role.KITCHEN)
SCHOOL_STAFF = mother.an_agent(Role.ATTENDANCE)
ADMINISTRATION = mother.an_agent(Role.ADMINISTRATION)


class Home:
    """A child of two homes, and the two parents who live apart, each with an account."""

    def __init__(self, desk: Desk) -> None:
        desk.fill()
        with desk.begin() as session:
            self.child_id: UUID = session.scalars(
                text(
                    "SELECT child_id FROM family_child GROUP BY child_id HAVING count(*) = 2 ORDER BY 1 LIMIT 1"
                )
            ).one()
            guardians = session.scalars(
                text(
                    "SELECT guardian_id FROM guardian JOIN family_child USING (family_id) WHERE child_id = :child"
                    " ORDER BY guardian_id"
                ),
                {"child": self.child_id},
            ).all()
        self.desk = desk
        keys = desk.keys(*guardians)
        self.parents = []
        for place, guardian_id in enumerate(guardians[:2]):
            caller = mother.a_citizen(desk.parent(f"parent{place}@exemple.fr"))
            desk.ask(RedeemKey(command_id=uuid4(), key=keys[guardian_id]), caller)
            self.parents.append(caller)

    def all_children(self) -> list[UUID]:
        with self.desk.begin() as session:
            return list(session.scalars(text("SELECT child_id FROM child")))

    def read(self, caller: Caller) -> HealthFile:
        found: HealthFile = self.desk.ask(ChildHealth(child_id=self.child_id), caller)
        return found

    def propose(self, caller: Caller, **changes: Any) -> UUID:
        command = uuid4()
        given = {"version": 0, "care": a_care(), **changes}
        self.desk.ask(ProposeCare(command_id=command, child_id=self.child_id, **given), caller)
        return command

    def diet(self, caller: Caller, **changes: Any) -> Any:
        given = {"version": 0, "diet": Diet.WITHOUT_PORK, "avoided": [], "lunch_box": False, **changes}
        return self.desk.ask(SetDiet(command_id=uuid4(), child_id=self.child_id, **given), caller)


@pytest.fixture
def home(desk: Desk) -> Home:
    return Home(desk)


def test_a_parent_sets_the_diet_at_once_and_the_kitchen_is_told_what_but_not_why(home: Home) -> None:
    home.diet(home.parents[0], avoided=[Allergen.PEANUTS, Allergen.EGGS], lunch_box=True)
    fact = home.desk.facts("diet.updated")[0]
    assert fact["aggregateversion"] == 1
    assert fact["data"] == {
        "child_id": str(home.child_id),
        "diet": "without_pork",
        "avoided": ["eggs", "peanuts"],
        "lunch_box": True,
    }
    assert home.read(home.parents[1]).diet.avoided == [Allergen.EGGS, Allergen.PEANUTS]


def test_the_same_diet_again_tells_nothing_and_an_older_page_overwrites_nothing(home: Home) -> None:
    home.diet(home.parents[0])
    home.diet(home.parents[1])
    assert len(home.desk.facts("diet.updated")) == 1
    with pytest.raises(HealthChanged):
        home.diet(home.parents[1], diet=Diet.VEGETARIAN)
    home.diet(home.parents[1], diet=Diet.VEGETARIAN, version=1)
    assert [fact["aggregateversion"] for fact in home.desk.facts("diet.updated")] == [1, 2]


def test_two_parents_at_once_never_overwrite_each_other(home: Home) -> None:
    def change(place: int) -> str:
        try:
            home.diet(home.parents[place], diet=[Diet.WITHOUT_MEAT, Diet.VEGETARIAN][place])
        except HealthChanged:
            return "changed"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, range(2))) == ["changed", "done"]
    assert len(home.desk.facts("diet.updated")) == 1


def test_a_stranger_and_other_roles_know_nothing_not_even_that_there_is_something(home: Home) -> None:
    home.propose(home.parents[0])
    stranger = mother.a_citizen(home.desk.parent("autre@exemple.fr"))
    for ask in (
        ChildHealth(child_id=home.child_id),
        SetVaccines(command_id=uuid4(), child_id=home.child_id, version=0, doses=[]),
        ProposeCare(command_id=uuid4(), child_id=home.child_id, version=0, care=Care()),
    ):
        with pytest.raises(NotFound):
            home.desk.ask(ask, stranger)
    others = set(Role) - {Role.HEALTH}
    for ask in (
        OpenHealth(child_id=home.child_id),
        SearchHealth(text="a"),
        SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=Care()),
    ):
        with pytest.raises(NotAllowed):
            home.desk.ask(ask, mother.an_agent(*others))
    with pytest.raises(NotAllowed):
        home.desk.ask(OpenEmergency(child_id=home.child_id), mother.an_agent(*others - {Role.ATTENDANCE}))
    with pytest.raises(NotAllowed):
        home.desk.ask(OpenKitchen(), mother.an_agent(*set(Role) - {Role.KITCHEN}))
    with pytest.raises(NotSignedIn):
        home.desk.ask(ChildHealth(child_id=home.child_id), HEALTH)


def test_the_kitchen_reads_plates_and_never_an_illness(home: Home) -> None:
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=a_care()), HEALTH)
    home.diet(home.parents[0], avoided=[Allergen.PEANUTS])
    page = home.desk.ask(OpenKitchen(place_code=mother.SCHOOL), KITCHEN)
    assert [(plate.pupil.child_id, plate.avoided) for plate in page.plates] == [
        (home.child_id, [Allergen.PEANUTS])
    ]
    assert page.counts[Diet.WITHOUT_PORK] == 1
    assert sum(page.counts.values()) + page.lunch_boxes == page.places[0].pupils
    assert ILLNESS not in page.model_dump_json()
    assert INSTRUCTION not in page.model_dump_json()


def test_a_lunch_box_is_not_a_meal_to_cook(home: Home) -> None:
    home.diet(home.parents[0], diet=Diet.USUAL, lunch_box=True)
    page = home.desk.ask(OpenKitchen(place_code=mother.SCHOOL), KITCHEN)
    assert (page.lunch_boxes, page.counts[Diet.USUAL]) == (1, page.places[0].pupils - 1)


def test_every_reading_is_written_down_for_parents_and_administrators(home: Home) -> None:
    home.diet(home.parents[0])
    home.desk.ask(OpenKitchen(place_code=mother.SCHOOL), KITCHEN)
    home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    home.desk.ask(OpenHealth(child_id=home.child_id), HEALTH)
    for parent in home.parents:
        found = {(reading.kind, reading.page) for reading in home.read(parent).readings}
        assert found == {("diet", "kitchen"), ("emergency", "roll_call"), ("sheet", "health")}
    page = home.desk.ask(ListReadings(), ADMINISTRATION)
    assert page.total == 3
    assert {reading.agent for reading in page.readings} == {"Odile Garnier"}
    assert home.desk.ask(ListReadings(text="personne"), ADMINISTRATION).total == 0
    assert home.desk.ask(OpenHealth(child_id=home.child_id), HEALTH).readings == []


def test_a_reading_that_is_refused_shows_nothing_and_leaves_no_line(home: Home) -> None:
    with pytest.raises(NotFound):
        home.desk.ask(OpenEmergency(child_id=uuid4()), SCHOOL_STAFF)
    assert home.desk.count("health_reading") == 0


def test_an_emergency_sheet_says_what_to_do_and_not_what_it_is(home: Home) -> None:
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=a_care()), HEALTH)
    sheet = home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    assert (sheet.emergency, sheet.has_pai, sheet.declared) == (INSTRUCTION, True, False)
    assert ILLNESS not in sheet.model_dump_json()


def test_what_parents_have_just_declared_counts_in_an_emergency(home: Home) -> None:
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=a_care()), HEALTH)
    home.propose(home.parents[0], version=1, care=a_care(treatment="Deux stylos", emergency=""))
    sheet = home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    assert (sheet.treatment, sheet.emergency, sheet.declared) == ("Deux stylos", INSTRUCTION, True)


def test_a_roll_call_is_told_of_those_only_who_need_something(home: Home) -> None:
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=a_care()), HEALTH)
    home.diet(home.parents[0], avoided=[Allergen.PEANUTS])
    everybody = home.desk.ask(OpenAtHand(child_ids=[*home.all_children(), uuid4()]), SCHOOL_STAFF)
    assert [sheet.pupil.child_id for sheet in everybody] == [home.child_id]
    [sheet] = everybody
    assert sheet == home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    assert (sheet.avoided, sheet.emergency) == ([Allergen.PEANUTS], INSTRUCTION)
    assert ILLNESS not in sheet.model_dump_json()


def test_a_new_declaration_is_at_hand_before_anybody_has_looked_at_it(home: Home) -> None:
    home.propose(home.parents[0])
    [sheet] = home.desk.ask(OpenAtHand(child_ids=[home.child_id]), SCHOOL_STAFF)
    assert (sheet.emergency, sheet.has_pai, sheet.declared) == (INSTRUCTION, True, True)


def test_an_illness_without_instruction_sends_to_the_manager_and_is_not_named(home: Home) -> None:
    only = Care(allergies=ILLNESS)
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=only), HEALTH)
    [sheet] = home.desk.ask(OpenAtHand(child_ids=[home.child_id]), SCHOOL_STAFF)
    assert (sheet.ask_manager, sheet.emergency) == (True, "")
    assert ILLNESS not in sheet.model_dump_json()
    assert home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF).ask_manager


def test_a_roll_call_opened_all_day_is_one_reading_an_agent(home: Home) -> None:
    home.diet(home.parents[0], avoided=[Allergen.MILK])
    other = SCHOOL_STAFF.model_copy(update={"account_id": uuid4()})
    for caller in (SCHOOL_STAFF, SCHOOL_STAFF, other, SCHOOL_STAFF):
        home.desk.ask(OpenAtHand(child_ids=home.all_children()), caller)
    assert [(each.kind, each.page) for each in home.read(home.parents[0]).readings] == [
        ("at_hand", "roll_call")
    ] * 2
    home.desk.clock.forward(days=1)
    home.desk.ask(OpenAtHand(child_ids=[home.child_id]), SCHOOL_STAFF)
    assert home.desk.count("health_reading") == 3


def test_allergies_at_hand_are_not_for_other_roles(home: Home) -> None:
    others = set(Role) - {Role.ATTENDANCE, Role.HEALTH}
    with pytest.raises(NotAllowed):
        home.desk.ask(OpenAtHand(child_ids=[home.child_id]), mother.an_agent(*others))
    with pytest.raises(NotSignedIn):
        home.desk.ask(OpenAtHand(child_ids=[home.child_id]), home.parents[0])


def test_a_proposal_is_looked_at_and_becomes_the_sheet(home: Home) -> None:
    proposal = home.propose(home.parents[0])
    assert [each.proposal_id for each in home.desk.ask(SearchHealth(), HEALTH).waiting] == [proposal]
    decision = DecideCare(
        command_id=uuid4(), proposal_id=proposal, accept=True, answer="Bien noté", version=0
    )
    home.desk.ask(decision, HEALTH)
    home.desk.ask(decision, HEALTH)
    file = home.read(home.parents[1])
    assert (file.care.care, file.care.version) == (a_care(), 1)
    assert file.proposal is not None
    assert (file.proposal.state, file.proposal.answer, file.proposal.by_me) == (
        "accepted",
        "Bien noté",
        False,
    )
    with pytest.raises(CareDecided):
        home.desk.ask(WithdrawCare(command_id=uuid4(), proposal_id=proposal), home.parents[0])
    with pytest.raises(CareDecided):
        home.desk.ask(decision.model_copy(update={"accept": False}), HEALTH)


def test_the_parent_who_declared_is_written_to_once_and_nothing_medical_is_in_it(home: Home) -> None:
    proposal = home.propose(home.parents[0])
    decision = DecideCare(
        command_id=uuid4(),
        proposal_id=proposal,
        accept=False,
        answer=f"{ILLNESS} : voir le médecin",
        version=0,
    )
    home.desk.ask(decision, HEALTH)
    home.desk.ask(decision, HEALTH)

    written = [mail for mail in home.desk.mails() if mail.kind == "care_answered"]
    assert len(written) == 1
    assert ILLNESS not in written[0].text + written[0].html
    assert f"/enfants/{home.child_id}/sante/" in written[0].text


def test_a_parent_withdraws_and_asks_again_and_the_other_is_not_replaced_unseen(home: Home) -> None:
    first = home.propose(home.parents[0])
    with pytest.raises(HealthChanged):
        home.propose(home.parents[1], care=a_care(doctor="Dr Autre"))
    second = home.propose(home.parents[1], care=a_care(doctor="Dr Autre"), replaces=first)
    home.desk.ask(WithdrawCare(command_id=uuid4(), proposal_id=second), home.parents[0])
    home.desk.ask(WithdrawCare(command_id=uuid4(), proposal_id=second), home.parents[0])
    assert home.read(home.parents[0]).proposal is None
    home.propose(home.parents[0])


def test_a_sheet_that_changed_meanwhile_is_not_overwritten_unseen(home: Home) -> None:
    proposal = home.propose(home.parents[0])
    home.desk.ask(
        SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=Care(doctor="Dr X")), HEALTH
    )
    decide = DecideCare(command_id=uuid4(), proposal_id=proposal, accept=True, version=0)
    with pytest.raises(HealthChanged):
        home.desk.ask(decide, HEALTH)
    shown = home.desk.ask(OpenHealth(child_id=home.child_id), HEALTH)
    assert shown.proposal is not None
    assert shown.proposal.outdated
    home.desk.ask(decide.model_copy(update={"version": shown.care.version}), HEALTH)
    assert home.read(home.parents[0]).care.care == a_care()


def test_vaccinations_say_what_is_missing_and_what_has_ended(home: Home) -> None:
    doses = [
        Dose(vaccine=Vaccine.TETANUS, last_dose=date(2020, 1, 1), valid_until=date(2026, 1, 1)),
        Dose(vaccine=Vaccine.DIPHTHERIA, last_dose=date(2024, 1, 1)),
    ]
    ask = SetVaccines(command_id=uuid4(), child_id=home.child_id, version=0, doses=doses)
    home.desk.ask(ask, home.parents[0])
    home.desk.ask(ask, home.parents[0])
    view = home.read(home.parents[1]).vaccines
    assert (view.version, view.ended) == (1, [Vaccine.TETANUS])
    assert Vaccine.POLIO in view.missing
    assert not {Vaccine.TETANUS, Vaccine.DIPHTHERIA} & set(view.missing)


def test_a_pai_past_its_date_is_said_so(home: Home) -> None:
    care = a_care(pai_until=date(2026, 8, 31))
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=care), HEALTH)
    assert home.read(home.parents[0]).care.pai_ended


def test_a_thief_of_the_database_and_whoever_listens_read_no_illness(
    home: Home, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    vaccines = [Dose(vaccine=Vaccine.HEPATITIS_B, last_dose=date(2024, 1, 1))]
    home.desk.ask(
        SetVaccines(command_id=uuid4(), child_id=home.child_id, version=0, doses=vaccines), home.parents[0]
    )
    first = home.propose(home.parents[0])
    home.desk.ask(
        DecideCare(command_id=uuid4(), proposal_id=first, accept=True, answer=f"{ILLNESS} notée", version=0),
        HEALTH,
    )
    home.propose(home.parents[1], version=1, care=a_care(allergies=f"{ILLNESS} aggravée"))
    with pytest.raises(HealthChanged) as refusal:
        home.propose(home.parents[0], care=a_care())
    home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    heard = home.desk.dump() + capsys.readouterr().out + caplog.text + str(refusal.value)
    for word in (ILLNESS, INSTRUCTION, "mallette", "Wintzenheim", "hepatitis"):
        assert word not in heard
    assert ILLNESS in home.read(home.parents[0]).care.care.allergies


def test_readings_are_forgotten_after_a_year(home: Home) -> None:
    home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    home.desk.clock.forward(days=366)
    home.desk.service.forget_readings()
    assert home.desk.count("health_reading") == 0


def test_a_parent_who_asks_for_everything_gets_their_children_s_health(home: Home) -> None:
    home.diet(home.parents[0], avoided=[Allergen.EGGS])
    home.desk.ask(SetCare(command_id=uuid4(), child_id=home.child_id, version=0, care=a_care()), HEALTH)
    home.desk.ask(OpenEmergency(child_id=home.child_id), SCHOOL_STAFF)
    given = home.desk.ask(OpenMyRecords(command_id=uuid4(), password=mother.PASSWORD), home.parents[1])[
        "children_health"
    ]
    mine = next(each for each in given if each["child_id"] == str(home.child_id))
    assert (mine["diet"], mine["avoided"], mine["care"]["emergency"]) == (
        "without_pork",
        ["eggs"],
        INSTRUCTION,
    )
    assert {each["read"] for each in mine["readings"]} == {"changed", "emergency"}
