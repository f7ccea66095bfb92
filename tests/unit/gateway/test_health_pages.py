"""Pages of children's health: each shows what its reader may know, and nothing medical leaks into an address."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.accounts.health import (
    Allergen,
    CareView,
    ChildHealth,
    DecideCare,
    Diet,
    DietView,
    HealthChanged,
    ListReadings,
    OpenEmergency,
    OpenHealth,
    OpenKitchen,
    ProposeCare,
    ReadingKind,
    ReadingsPage,
    ReadingView,
    SearchHealth,
    SetCare,
    SetDiet,
    SetVaccines,
    Vaccine,
    VaccinesView,
    WithdrawCare,
)
from contracts.caller import Role
from tests.mothers import accounts as mother
from tests.mothers.health import (
    ILLNESS,
    INSTRUCTION,
    a_care,
    a_file,
    a_kitchen,
    a_proposal,
    a_search,
    an_emergency,
)

CHILD = UUID(int=40)
HERE = f"/mon-espace/famille/enfants/{CHILD}/sante"
STAFF = f"/agents/sante/{CHILD}"


def words_of(page: Any) -> str:
    return " ".join(page.main.get_text(" ", strip=True).split())


def test_a_parent_reads_the_whole_sheet_and_who_read_it(site) -> None:
    site.services.answers[ChildHealth] = a_file(proposal=a_proposal())
    words = words_of(site.citizen().read(f"{HERE}/"))
    for expected in (
        ILLNESS,
        INSTRUCTION,
        "Sans porc",
        "Arachide, lait et lactose",
        "Rougeole",
        "Odile Garnier",
    ):
        assert expected in words
    assert "En attente du service santé" in words


def test_a_sheet_that_is_empty_says_so(site) -> None:
    empty = a_file(diet=DietView(), care=CareView(), vaccines=VaccinesView(), readings=[])
    site.services.answers[ChildHealth] = empty
    words = words_of(site.citizen().read(f"{HERE}/"))
    assert "Rien n’est indiqué." in words
    assert "Aucun agent n’a consulté cette fiche" in words


def test_the_diet_is_saved_with_the_version_that_was_shown(site) -> None:
    site.services.answers[ChildHealth] = a_file()
    site.services.answers[SetDiet] = DietView()
    answer = site.citizen().send(f"{HERE}/repas", diet="vegetarian", avoided=["eggs"], lunch_box="y")
    assert answer.location == f"{HERE}/"
    sent = site.services.asked_for(SetDiet)[-1]
    assert (sent.version, sent.diet, sent.avoided, sent.lunch_box) == (
        2,
        Diet.VEGETARIAN,
        [Allergen.EGGS],
        True,
    )


def test_a_diet_changed_meanwhile_is_shown_before_it_is_overwritten(site) -> None:
    site.services.answers[ChildHealth] = a_file()
    site.services.answers[SetDiet] = HealthChanged()
    browser = site.citizen()
    page = browser.read(f"{HERE}/repas")
    site.services.answers[ChildHealth] = a_file(diet=DietView(diet=Diet.WITHOUT_MEAT, version=3))
    answer = browser.submit(page, diet="vegetarian")
    assert answer.status_code == 409
    assert "Enregistré maintenant" in answer.text
    assert "Sans viande" in answer.text
    assert 'value="3"' in answer.text


def test_care_goes_to_the_health_service_and_replaces_what_waits(site) -> None:
    site.services.answers[ChildHealth] = a_file(proposal=a_proposal())
    site.services.answers[ProposeCare] = None
    answer = site.citizen().send(f"{HERE}/soins", doctor="Dr Neuf")
    assert answer.location == f"{HERE}/"
    sent = site.services.asked_for(ProposeCare)[-1]
    assert (sent.version, sent.replaces) == (3, UUID(int=77))
    assert sent.care == a_care(treatment="Deux stylos dans la mallette rouge", doctor="Dr Neuf")


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (["", "", ""], "Saisissez la date de fin du PAI"),
        (["1", "1", "2020"], "La fin du PAI vient après son début"),
    ],
)
def test_a_pai_has_an_end_after_its_start(site, until: list[str], sentence: str) -> None:
    site.services.answers[ChildHealth] = a_file()
    answer = site.citizen().send(f"{HERE}/soins", pai_until=until)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not site.services.asked_for(ProposeCare)


def test_a_request_is_withdrawn(site) -> None:
    site.services.answers[ChildHealth] = a_file(proposal=a_proposal())
    site.services.answers[WithdrawCare] = None
    browser = site.citizen()
    assert browser.submit(browser.read(f"{HERE}/"), 0).location == f"{HERE}/"
    assert site.services.asked_for(WithdrawCare)[-1].proposal_id == UUID(int=77)


def test_one_visit_to_the_doctor_adds_several_vaccinations(site) -> None:
    site.services.answers[ChildHealth] = a_file()
    site.services.answers[SetVaccines] = None
    site.citizen().send(f"{HERE}/vaccinations", given=["measles", "mumps"], on=["4", "5", "2025"])
    sent = site.services.asked_for(SetVaccines)[-1]
    assert {dose.vaccine for dose in sent.doses} == {Vaccine.TETANUS, Vaccine.MEASLES, Vaccine.MUMPS}
    assert sent.version == 1


def test_a_certificate_answers_for_all(site) -> None:
    site.services.answers[ChildHealth] = a_file()
    site.services.answers[SetVaccines] = None
    site.citizen().send(f"{HERE}/vaccinations", given=["all"], on=["4", "5", "2025"])
    assert site.services.asked_for(SetVaccines)[-1].certified_on == date(2025, 5, 4)


@pytest.mark.parametrize("typed", [["4", "5", "2099"], ["31", "2", "2025"], ["", "", ""]])
def test_an_impossible_vaccination_is_refused(site, typed: list[str]) -> None:
    site.services.answers[ChildHealth] = a_file()
    answer = site.citizen().send(f"{HERE}/vaccinations", given=["measles"], on=typed)
    assert answer.status_code == 422
    assert not site.services.asked_for(SetVaccines)


def test_the_kitchen_sees_plates_in_counts_and_by_class(site) -> None:
    site.services.answers[OpenKitchen] = a_kitchen()
    browser = site.agent(Role.KITCHEN)
    assert "École Jacquemart" in words_of(browser.read("/agents/cuisine/"))
    words = words_of(browser.read(f"/agents/cuisine/{mother.SCHOOL}"))
    assert "Menu habituel 30" in words
    assert "Zélie Keradec Repas fourni par la famille Lait et lactose, œufs" in words
    assert ILLNESS not in words


def test_the_health_service_searches_and_sees_what_waits(site) -> None:
    site.services.answers[SearchHealth] = a_search()
    words = words_of(site.agent(Role.HEALTH).read("/agents/sante/?nom=martin"))
    assert "Noé Martin" in words
    assert "Demandes des parents à relire" in words


def test_a_request_is_answered_beside_what_is_written_now(site) -> None:
    site.services.answers[OpenHealth] = a_file(proposal=a_proposal(outdated=True))
    site.services.answers[DecideCare] = None
    browser = site.agent(Role.HEALTH)
    page = browser.read(STAFF)
    assert "comparez avant d’accepter" in words_of(page)
    assert browser.submit(page, decision="accept", answer="Bien noté").location == STAFF
    sent = site.services.asked_for(DecideCare)[-1]
    assert (sent.proposal_id, sent.accept, sent.answer, sent.version) == (UUID(int=77), True, "Bien noté", 3)


def test_an_agent_of_health_writes_the_sheet(site) -> None:
    site.services.answers[OpenHealth] = a_file()
    site.services.answers[SetCare] = None
    site.services.answers[SetDiet] = DietView()
    browser = site.agent(Role.HEALTH)
    assert browser.send(f"{STAFF}/soins", doctor="Dr Neuf").location == STAFF
    assert site.services.asked_for(SetCare)[-1].care == a_care(doctor="Dr Neuf")
    assert browser.send(f"{STAFF}/repas", diet="usual").location == STAFF


def test_the_emergency_sheet_says_what_to_do(site) -> None:
    site.services.answers[OpenEmergency] = an_emergency(declared=True)
    words = words_of(site.agent(Role.ATTENDANCE).read(f"{STAFF}/urgence?suite=/agents/pointage/"))
    assert INSTRUCTION in words
    assert ILLNESS not in words
    assert "reste à relire" in words
    site.services.answers[OpenEmergency] = an_emergency(
        emergency="", treatment="", doctor="", doctor_phone="", avoided=[], has_pai=False
    )
    assert "Aucune consigne particulière" in words_of(site.agent(Role.ATTENDANCE).read(f"{STAFF}/urgence"))


def test_administrators_see_who_read_what(site) -> None:
    reading = ReadingView(
        at=mother.NOW, agent="Odile Garnier", kind=ReadingKind.DIET, page="kitchen", child="Alizée Martin"
    )
    site.services.answers[ListReadings] = ReadingsPage(readings=[reading], page=1, pages=1, total=1)
    words = words_of(site.agent(Role.ADMINISTRATION).read("/agents/lectures-sante/?nom=garnier"))
    assert "Odile Garnier Alizée Martin Régime alimentaire Cuisine" in words


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/agents/cuisine/", {Role.KITCHEN}),
        ("/agents/sante/", {Role.HEALTH}),
        (STAFF, {Role.HEALTH}),
        (f"{STAFF}/urgence", {Role.HEALTH, Role.ATTENDANCE}),
        ("/agents/lectures-sante/", {Role.ADMINISTRATION}),
    ],
)
def test_no_other_role_gets_in(site, address: str, allowed: set[Role]) -> None:
    site.agent(*set(Role) - allowed).get(address, 403)
