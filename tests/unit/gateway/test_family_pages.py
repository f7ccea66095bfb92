"""The pages of the family's file with doubles behind them: what they ask for, and how a conflict reads."""

import json
from typing import Any
from uuid import UUID

import pytest

from contracts.accounts.changes import (
    WHOLE,
    ChangeClosed,
    ChangedMeanwhile,
    ChangeOutcome,
    ChangesPage,
    ChangeState,
    DecideChange,
    ListChanges,
    OpenChange,
    ProposeChanges,
    SubjectKind,
    WaitingView,
    WhatWaits,
    WithdrawChange,
)
from contracts.accounts.families import FamilyFile, OpenFamily
from contracts.accounts.family_file import MyFileView, OpenMyFile
from contracts.caller import Role
from contracts.errors import Invalid, ServiceUnavailable
from tests.mothers import accounts as people
from tests.mothers import family_file as mother
from tests.unit.gateway.conftest import Site

HOME = "/mon-espace/famille"
FAMILY = f"{HOME}/{UUID(int=20)}"
CHILD = f"{FAMILY}/enfants/{UUID(int=40)}"
CONTACT = f"{FAMILY}/contacts/{UUID(int=60)}"
TYPED = {"street": "3 place Maurice-Faure", "postcode": "26100", "city": "Romans-sur-Isère"}


def applied(**changes: Any) -> ChangeOutcome:
    return ChangeOutcome(applied=[mother.a_change_view(state=ChangeState.APPLIED, **changes)])


@pytest.fixture
def town(site: Site) -> Site:
    site.services.answers[OpenMyFile] = mother.a_file()
    site.services.answers[ProposeChanges] = applied()
    return site


def last(site: Site) -> ProposeChanges:
    return site.services.asked_for(ProposeChanges)[-1]


def words(page: Any) -> str:
    return " ".join(
        page.select_one("main").get_text(" ", strip=True).replace("\xa0", " ").replace("\u202f", " ").split()
    )


def test_the_family_page_shows_contacts_and_what_awaits(town: Site) -> None:
    town.services.answers[OpenMyFile] = mother.a_file(mother.a_change_view())

    said = words(town.citizen().read(f"{HOME}/"))

    assert "1 modification en attente d’un agent" in said
    assert "Jeanne Martin" in said
    assert "À appeler en premier" in said
    assert "Peut venir chercher" in said


def test_before_a_key_the_family_page_shows_how_to_get_one(town: Site) -> None:
    town.services.answers[OpenMyFile] = MyFileView(
        household=people.a_household(families=False), records=[], changes=[]
    )

    assert "Saisir ma Clé Enfance" in words(town.citizen().read(f"{HOME}/"))


def test_the_child_s_page_says_what_expired_and_what_comes_from_the_school(town: Site) -> None:
    said = words(town.citizen().read(CHILD))

    assert "Périmée" in said
    assert "École Jacquemart" in said
    assert "Ces informations viennent de l’école" in said
    assert "appartient aussi à un autre foyer" in said


@pytest.mark.parametrize(
    "address",
    [
        f"{HOME}/{UUID(int=99)}/adresse",
        f"{FAMILY}/enfants/{UUID(int=99)}",
        f"{FAMILY}/enfants/{UUID(int=99)}/assurance",
        f"{FAMILY}/contacts/{UUID(int=99)}",
        f"{FAMILY}/responsables/{UUID(int=99)}",
    ],
)
def test_what_is_not_of_the_family_is_not_found(town: Site, address: str) -> None:
    town.citizen().get(address, 404)


def test_a_new_address_goes_with_what_the_page_showed_and_on_to_the_proof(town: Site) -> None:
    town.services.answers[ProposeChanges] = ChangeOutcome(awaiting=[mother.a_change_view()])

    answer = town.citizen().send(f"{FAMILY}/adresse", **TYPED)

    edit = last(town).edits["address"]
    assert edit.seen == {"street": "12 rue Jacquemart", "postcode": "26100", "city": "Romans-sur-Isère"}
    assert edit.wanted == TYPED
    assert "/mon-espace/pieces/family/" in str(answer.location)


def test_a_form_names_the_request_it_would_replace(town: Site) -> None:
    town.services.answers[OpenMyFile] = mother.a_file(mother.a_change_view())
    browser = town.citizen()
    page = browser.read(f"{FAMILY}/adresse")

    browser.submit(page, **TYPED)

    assert "Une nouvelle demande remplacera celle-ci" in words(page)
    assert last(town).edits["address"].awaiting == UUID(int=70)


def test_a_conflict_keeps_what_was_typed_and_a_second_save_replaces_knowingly(town: Site) -> None:
    present = {"street": "8 rue des Clercs", "postcode": "26100", "city": "Romans-sur-Isère"}
    town.services.answers[ProposeChanges] = ChangedMeanwhile(
        fields={"address": {"present": present, "by": "Hugo Martin", "at": "2026-11-23T08:30:00+00:00"}}
    )
    browser = town.citizen()
    answer = browser.send(f"{FAMILY}/adresse", **TYPED)
    page = browser_page(answer)

    assert answer.status_code == 409
    assert (
        "Hugo Martin a changé cette réponse le 23 novembre 2026 à 9 h 30 : « 8 rue des Clercs, 26100"
        in words(page)
    )
    assert page.select_one("[name=street]")["value"] == TYPED["street"]
    town.services.answers[ProposeChanges] = applied()
    browser.submit(page)
    assert (last(town).edits["address"].seen, last(town).edits["address"].wanted) == (present, TYPED)


def test_a_request_of_the_other_parent_is_shown_before_it_is_replaced(town: Site) -> None:
    other = {"street": "8 rue des Clercs", "postcode": "26100", "city": "Romans-sur-Isère"}
    awaiting = {"change_id": str(UUID(int=71)), "value": other}
    town.services.answers[ProposeChanges] = ChangedMeanwhile(
        fields={"address": {"present": TYPED, "awaiting": awaiting, "by": "Hugo Martin", "at": None}}
    )
    browser = town.citizen()
    page = browser_page(browser.send(f"{FAMILY}/adresse", **TYPED))
    town.services.answers[ProposeChanges] = applied()
    browser.submit(page)

    assert "Hugo Martin a déjà demandé : « 8 rue des Clercs" in words(page)
    assert last(town).edits["address"].awaiting == UUID(int=71)


@pytest.mark.parametrize("shown", ["", "pas du JSON", "[1, 2]", '{"address": 3}'])
def test_a_form_that_lost_what_it_was_shown_with_claims_to_know_nothing(town: Site, shown: str) -> None:
    town.citizen().send(f"{FAMILY}/adresse", shown=shown, **TYPED)

    assert last(town).edits["address"].seen is None


def test_the_service_s_problems_stand_at_their_fields(town: Site) -> None:
    town.services.answers[ProposeChanges] = Invalid(
        problems={"postcode": "not_a_postcode", "city": "missing"}
    )

    answer = town.citizen().send(f"{FAMILY}/adresse", **{**TYPED, "postcode": "261"})
    page = browser_page(answer)

    assert answer.status_code == 422
    assert [link["href"] for link in page.select(".govuk-error-summary a")] == ["#postcode", "#city"]


def test_what_the_service_cannot_take_now_is_kept_in_the_form(town: Site) -> None:
    town.services.answers[ProposeChanges] = ServiceUnavailable(service="accounts")

    answer = town.citizen().send(f"{FAMILY}/adresse", **TYPED)

    assert answer.status_code == 503
    assert browser_page(answer).select_one("[name=street]")["value"] == TYPED["street"]


def test_who_has_a_telephone_of_their_own_is_sent_to_their_account(town: Site) -> None:
    browser = town.citizen()
    mine = browser.read(f"{FAMILY}/responsables/{UUID(int=30)}")
    theirs = browser.read(f"{FAMILY}/responsables/{UUID(int=31)}")

    assert mine.select_one("[name=phone]") is None
    assert "Votre téléphone se change dans « Mon compte »" in words(mine)
    assert theirs.select_one("[name=phone]") is not None
    browser.submit(theirs, phone="06 39 98 11 11")
    assert last(town).edits["phone"].model_dump() == {
        "seen": "",
        "wanted": "06 39 98 11 11",
        "awaiting": None,
    }


def test_a_birth_date_to_come_is_refused_at_its_boxes(town: Site) -> None:
    answer = town.citizen().send(f"{CHILD}/etat-civil", birth_date=["4", "5", "2031"])

    assert answer.status_code == 422
    assert "#birth_date-day" in answer.get_data(as_text=True)
    assert town.services.asked_for(ProposeChanges) == []


def test_a_contact_is_made_with_an_id_of_the_form(town: Site) -> None:
    browser = town.citizen()
    answer = browser.send(
        f"{FAMILY}/contacts/ajouter",
        first_name="Jeanne",
        last_name="D’Arc",
        relation="grandparent",
        phone="0639984401",
        call_order="2",
        may_collect="oui",
        child_ids=[str(UUID(int=41)), str(UUID(int=40))],
    )

    command = last(town)
    assert command.subject_id == command.command_id
    assert command.edits[WHOLE].wanted == {
        "name": {"first_name": "Jeanne", "last_name": "D’Arc"},
        "relation": "grandparent",
        "phones": ["0639984401"],
        "call_order": 2,
        "may_collect": True,
        "child_ids": [str(UUID(int=40)), str(UUID(int=41))],
    }
    assert str(answer.location).endswith("/famille/#contacts-F001042")


def test_a_contact_left_as_it_is_asks_for_no_change(town: Site) -> None:
    town.services.answers[ProposeChanges] = ChangeOutcome()
    town.citizen().send(CONTACT)

    assert all(edit.seen == edit.wanted for edit in last(town).edits.values())


def test_a_contact_is_removed_as_it_was_shown_once_confirmed(town: Site) -> None:
    browser = town.citizen()
    page = browser.read(f"{CONTACT}/retirer")
    browser.submit(page)

    edit = last(town).edits[WHOLE]
    assert edit.wanted is None
    assert edit.seen == {
        **mother.a_contact([UUID(int=40), UUID(int=41)]),
        "name": {"first_name": "Jeanne", "last_name": "Martin"},
    }
    assert "ne pourra plus venir chercher vos enfants" in words(page)


@pytest.mark.parametrize("suffix", ["", "/retirer"])
def test_a_contact_that_somebody_removed_meanwhile_is_said_gone(town: Site, suffix: str) -> None:
    browser = town.citizen()
    page = browser.read(CONTACT + suffix)
    town.services.answers[OpenMyFile] = mother.a_file(record=mother.a_record(contacts=[]))
    answer = browser.submit(page)

    assert str(answer.location) == f"{HOME}/modifications/"
    assert "il a été retiré entre-temps" in words(browser.read(f"{HOME}/modifications/"))
    assert town.services.asked_for(ProposeChanges) == []


def test_changes_are_told_with_who_and_from_what_to_what(town: Site) -> None:
    town.services.answers[OpenMyFile] = mother.a_file(
        mother.a_change_view(),
        mother.a_change_view(
            change_id=UUID(int=72),
            state=ChangeState.REFUSED,
            reason="Justificatif illisible.",
            ended_at=people.NOW,
            may_withdraw=False,
        ),
        mother.a_change_view(
            change_id=UUID(int=73),
            family_id=None,
            subject_kind=SubjectKind.CHILD,
            subject_id=UUID(int=40),
            label="Alizée Martin",
            field="first_name",
            old="Alizée",
            new="Alice",
            by="",
            by_me=False,
            by_other_home=True,
            may_withdraw=False,
        ),
        mother.a_change_view(
            change_id=UUID(int=74),
            state=ChangeState.APPLIED,
            by="",
            by_me=False,
            by_town=True,
            may_withdraw=False,
        ),
    )
    browser = town.citizen()
    page = browser.read(f"{HOME}/modifications/")
    said = words(page)

    assert "Avant 12 rue Jacquemart, 26100 Romans-sur-Isère Après 3 place Maurice-Faure" in said
    assert "Demandée par vous le 23 novembre 2026 à 10 h" in said
    assert "Demandée par l’autre parent" in said
    assert "Changée par la mairie" in said
    assert "« Justificatif illisible. »" in said
    assert len(page.select("main form")) == 1
    town.services.answers[WithdrawChange] = ChangeClosed(state="accepted")
    browser.submit(page)
    assert town.services.asked_for(WithdrawChange)[0].change_id == UUID(int=70)
    assert "n’est plus en attente" in words(browser.read(f"{HOME}/modifications/"))


def test_every_kind_of_change_is_said_in_words(town: Site) -> None:
    contact = mother.a_contact([UUID(int=40)])
    values = [
        (
            SubjectKind.CONTACT,
            WHOLE,
            None,
            contact,
            "Jeanne Bourdelas, grand-parent, 06 39 98 44 01, appeler en premier",
        ),
        (SubjectKind.CONTACT, WHOLE, contact, None, "Retiré"),
        (SubjectKind.CONTACT, "call_order", 1, None, "Pas en urgence"),
        (SubjectKind.CONTACT, "child_ids", [], [str(UUID(int=41))], "Noé"),
        (SubjectKind.CONTACT, "may_collect", True, False, "Non"),
        (SubjectKind.CHILD, "birth_date", "2018-05-04", "2018-05-01", "1er mai 2018"),
        (
            SubjectKind.INSURANCE,
            "contract",
            None,
            {"company": "MAIF", "number": "12", "valid_until": "2027-08-31"},
            "MAIF, n° 12, jusqu’au 31 août 2027",
        ),
    ]
    town.services.answers[OpenMyFile] = mother.a_file(
        *(
            mother.a_change_view(
                change_id=UUID(int=80 + at), subject_kind=kind, field=field, old=old, new=new
            )
            for at, (kind, field, old, new, _) in enumerate(values)
        )
    )
    said = words(town.citizen().read(f"{HOME}/modifications/"))

    assert [expected for *_, expected in values if expected not in said] == []


# ---------------------------------------------------------------- agents


def test_agents_read_the_queue_with_how_many_wait(site: Site) -> None:
    site.services.answers[ListChanges] = ChangesPage(
        changes=[mother.a_change_row()], awaiting=3, page=1, pages=1, total=1
    )
    browser = site.agent(Role.FAMILY_FILES)

    said = words(browser.read("/agents/modifications/?sujet=family&etat=awaiting"))

    assert "À regarder (3)" in said
    assert "Adresse , famille Martin" in said or "Adresse, famille Martin" in said
    asked = site.services.asked_for(ListChanges)[0]
    assert (asked.subject_kind, asked.state) == (SubjectKind.FAMILY, ChangeState.AWAITING)
    browser.get("/agents/modifications/?sujet=x&etat=y&page=z")


def test_the_first_page_of_agents_counts_what_waits_and_stands_without_it(site: Site) -> None:
    site.services.answers[WhatWaits] = WaitingView(changes=3)
    assert "3 à regarder" in words(site.agent(Role.FAMILY_FILES).read("/agents/"))
    site.services.answers[WhatWaits] = ServiceUnavailable(service="accounts")
    assert "à regarder" not in words(site.agent(Role.FAMILY_FILES).read("/agents/"))


def test_an_agent_decides_on_what_stood_in_the_page(site: Site) -> None:
    site.services.answers[OpenChange] = mother.a_change_file()
    site.services.answers[DecideChange] = mother.a_change_file()
    browser = site.agent(Role.FAMILY_FILES)
    address = f"/agents/modifications/{UUID(int=70)}"

    answer = browser.send(address, decision="accept")

    command = site.services.asked_for(DecideChange)[0]
    assert (command.accept, command.seen) == (True, mother.a_change_file().present)
    assert str(answer.location) == "/agents/modifications/"


def test_an_agent_sees_both_when_the_file_changed_under_the_request(site: Site) -> None:
    moved = {"street": "99 avenue Gambetta", "postcode": "26100", "city": "Romans-sur-Isère"}
    site.services.answers[OpenChange] = mother.a_change_file(present=moved)
    site.services.answers[DecideChange] = ChangedMeanwhile(
        fields={"address": {"present": moved, "by": "", "at": None}}
    )
    browser = site.agent(Role.FAMILY_FILES)
    page = browser.read(f"/agents/modifications/{UUID(int=70)}")

    said = words(page)
    assert (
        "La famille voyait « 12 rue Jacquemart, 26100 Romans-sur-Isère » ; le dossier dit maintenant « 99 avenue"
        in said
    )
    answer = browser.submit(page, decision="accept")
    assert answer.status_code == 409
    assert json.loads(str(browser_page(answer).select_one("[name=seen]")["value"])) == moved


def test_a_refusal_without_reason_comes_back_with_what_to_do(site: Site) -> None:
    site.services.answers[OpenChange] = mother.a_change_file()
    site.services.answers[DecideChange] = Invalid(problems={"reason": "reason_missing"})

    answer = site.agent(Role.FAMILY_FILES).send(f"/agents/modifications/{UUID(int=70)}", decision="refuse")

    assert answer.status_code == 422
    assert "Donnez la raison du refus" in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", [Role.BILLING, Role.ATTENDANCE])
def test_other_roles_have_no_way_in(site: Site, role: Role) -> None:
    browser = site.agent(role)
    for address in (
        "/agents/modifications/",
        f"/agents/familles/{UUID(int=20)}/modifier/adresse/{UUID(int=20)}",
    ):
        browser.get(address, 403)


@pytest.mark.parametrize(
    ("what", "subject_id", "answers", "field"),
    [
        ("adresse", UUID(int=20), TYPED, "address"),
        ("responsable", UUID(int=31), {"phone": "0639981111"}, "phone"),
        ("enfant", UUID(int=41), {"usage_name": "Faure"}, "usage_name"),
        (
            "assurance",
            UUID(int=41),
            {"company": "MAIF", "number": "12", "valid_until": ["31", "8", "2027"]},
            "contract",
        ),
        ("contact", UUID(int=60), {"may_collect": "non"}, "may_collect"),
    ],
)
def test_an_agent_changes_the_file_directly(
    site: Site, what: str, subject_id: UUID, answers: dict[str, Any], field: str
) -> None:
    site.services.answers[OpenFamily] = a_staff_file()
    site.services.answers[ProposeChanges] = applied()
    browser = site.agent(Role.FAMILY_FILES)

    answer = browser.send(f"/agents/familles/{UUID(int=20)}/modifier/{what}/{subject_id}", **answers)

    assert str(answer.location) == f"/agents/familles/{UUID(int=20)}"
    command = last(site)
    assert [name for name, edit in command.edits.items() if edit.seen != edit.wanted] == [field]
    assert command.subject_id == subject_id
    browser.get(f"/agents/familles/{UUID(int=20)}/modifier/{what}x/{subject_id}", 404)


def test_the_agents_page_of_a_family_shows_contacts_and_insurances(site: Site) -> None:
    site.services.answers[OpenFamily] = a_staff_file()

    said = words(site.agent(Role.FAMILY_FILES).read(f"/agents/familles/{UUID(int=20)}"))

    assert "1 modification à regarder" in said
    assert "Jeanne Martin" in said
    assert "Mutuelle des écoliers" in said


def a_staff_file() -> FamilyFile:
    return FamilyFile(
        family=people.a_family(),
        guardians=[],
        quotients=[],
        resident=True,
        other_homes={},
        record=mother.a_record(),
        awaiting=[mother.a_change_row()],
    )


def browser_page(answer: Any) -> Any:
    from bs4 import BeautifulSoup

    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")
