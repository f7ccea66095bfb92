"""Consents on a real database: asked, answered, taken back, asked again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from accounts.identity import export_parts
from contracts.accounts.consents import (
    AnswerConsents,
    CloseConsentKind,
    ConsentAnswer,
    ConsentKindExists,
    ConsentState,
    ConsentTextChanged,
    ListConsentKinds,
    MyConsents,
    PublishConsentText,
)
from contracts.accounts.families import OpenFamily
from contracts.caller import Role
from contracts.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from deploy.local.demo import consents as demonstration
from tests.mothers import accounts as people
from tests.mothers import certification as mother
from tests.services.accounts.conftest import Desk

IMAGE = "droit-a-l-image"


@pytest.fixture
def home(desk: Desk) -> mother.Home:
    desk.ask(mother.a_consent(), people.an_agent(Role.ADMINISTRATION))
    with desk.begin() as session:
        return mother.settle(session)


def says(child_id: UUID, agrees: bool, version: int = 1, code: str = IMAGE) -> AnswerConsents:
    given = ConsentAnswer(child_id=child_id, code=code, version=version, agrees=agrees)
    return AnswerConsents(command_id=uuid4(), answers=[given])


def publish(desk: Desk, version: int = 1) -> int:
    command = PublishConsentText(
        command_id=uuid4(), code=IMAGE, version=version, text="Un nouveau texte.", effect="Aucune image."
    )
    return desk.ask(command, people.an_agent(Role.ADMINISTRATION))


def test_the_agreement_of_both_parents_is_needed_for_an_image(desk: Desk, home: mother.Home) -> None:
    child, mother_, father = home.children["Alizée"], home.parents["Léa"], home.parents["Hugo"]

    first = desk.ask(says(child, True), mother_)
    second = desk.ask(says(child, True), father)

    assert [each.state for each in first.answers] == [ConsentState.WAITING]
    assert [each.state for each in second.answers] == [ConsentState.GRANTED]
    assert desk.ask(MyConsents(), mother_).answers[0].agrees is True


def test_a_refusal_against_an_agreement_is_a_conflict_that_agents_see_on_the_file(
    desk: Desk, home: mother.Home
) -> None:
    child = home.children["Alizée"]
    desk.ask(says(child, True), home.parents["Léa"])
    desk.ask(says(child, False), home.parents["Hugo"])

    file = desk.ask(OpenFamily(family_id=home.family_id), people.an_agent())

    assert [(each.child_id, each.state) for each in file.consents] == [(child, ConsentState.CONFLICT)]
    assert sorted(file.consents[0].said) == [
        "Hugo Martin : non, le 23\u00a0novembre 2026",
        "Léa Martin : oui, le 23\u00a0novembre 2026",
    ]


def test_an_answer_taken_back_leaves_the_proof_of_both(desk: Desk, home: mother.Home) -> None:
    child, parent = home.children["Alizée"], home.parents["Léa"]
    desk.ask(says(child, True), parent)
    desk.clock.forward(days=1)

    view = desk.ask(says(child, False), parent)

    assert view.answers[0].state is ConsentState.REFUSED
    assert desk.count("consent_answer") == 2
    assert desk.count("account_event WHERE action = 'consent_answered'") == 2


def test_the_same_answer_again_is_not_written_twice(desk: Desk, home: mother.Home) -> None:
    for _ in range(2):
        desk.ask(says(home.children["Alizée"], True), home.parents["Léa"])

    assert desk.count("consent_answer") == 1


def test_a_new_text_is_asked_again_and_the_old_one_stays_to_be_read(desk: Desk, home: mother.Home) -> None:
    child, parent = home.children["Alizée"], home.parents["Léa"]
    desk.ask(says(child, True), parent)
    desk.ask(says(child, True), home.parents["Hugo"])

    assert publish(desk) == 2

    own = desk.ask(MyConsents(), parent).answers[0]
    assert (own.agrees, own.version, own.outdated, own.state) == (True, 1, True, ConsentState.OUTDATED)
    kind = desk.ask(ListConsentKinds(), people.an_agent(Role.ADMINISTRATION))[0]
    assert [(each.version, each.answers) for each in kind.texts] == [(2, 0), (1, 2)]
    assert kind.texts[1].text.startswith("J’autorise")


def test_an_answer_to_a_text_that_has_just_changed_is_not_taken(desk: Desk, home: mother.Home) -> None:
    publish(desk)

    with pytest.raises(ConsentTextChanged):
        desk.ask(says(home.children["Alizée"], True, version=1), home.parents["Léa"])


def test_two_agents_publishing_at_once_do_not_silence_one_another(desk: Desk, home: mother.Home) -> None:
    def attempt(_: int) -> Any:
        try:
            return publish(desk)
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(map(str, pool.map(attempt, range(2)))) == ["2", "conflict"]


def test_nobody_answers_for_the_child_of_others(desk: Desk, home: mother.Home) -> None:
    with desk.begin() as session:
        neighbours = mother.settle(session, surname="Durand")

    with pytest.raises(NotFound):
        desk.ask(says(home.children["Alizée"], True), neighbours.parents["Léa"])
    with pytest.raises(NotSignedIn):
        desk.ask(MyConsents(), people.a_visitor())
    assert desk.ask(MyConsents(), people.a_citizen(desk.parent())).texts == []


def test_the_other_home_s_refusal_counts_without_being_told_by_name(desk: Desk, home: mother.Home) -> None:
    child = home.children["Alizée"]
    with desk.begin() as session:
        other = mother.settle(session, ("Paul",), (), surname="Petit", shared=(child,))
    desk.ask(says(child, True), home.parents["Léa"])
    desk.ask(says(child, False), other.parents["Paul"])

    view = desk.ask(MyConsents(), home.parents["Léa"])

    assert view.answers[0].state is ConsentState.CONFLICT
    assert "Paul" not in view.model_dump_json()


def test_only_the_administration_publishes_and_names_are_not_reused(desk: Desk, home: mother.Home) -> None:
    with pytest.raises(NotAllowed):
        desk.ask(mother.a_consent("Sorties"), people.an_agent(Role.FAMILY_FILES))
    with pytest.raises(ConsentKindExists):
        desk.ask(mother.a_consent(), people.an_agent(Role.ADMINISTRATION))
    with pytest.raises(ConsentKindExists):
        desk.ask(mother.a_consent("★"), people.an_agent(Role.ADMINISTRATION))


def test_what_is_closed_is_asked_no_more_and_its_answers_stay(desk: Desk, home: mother.Home) -> None:
    desk.ask(says(home.children["Alizée"], True), home.parents["Léa"])

    desk.ask(CloseConsentKind(command_id=uuid4(), code=IMAGE), people.an_agent(Role.ADMINISTRATION))

    assert desk.ask(MyConsents(), home.parents["Léa"]).texts == []
    with desk.begin() as session:
        assert session.scalar(text("SELECT count(*) FROM consent_answer")) == 1


def test_the_export_of_one_s_data_holds_each_answer_with_the_text_that_was_read(
    desk: Desk, home: mother.Home
) -> None:
    account_id = home.parents["Léa"].account_id
    desk.ask(says(home.children["Alizée"], True), home.parents["Léa"])
    publish(desk)
    desk.ask(says(home.children["Alizée"], False, version=2), home.parents["Léa"])

    with desk.begin() as session:
        _, rows = export_parts.consents(session, account_id)

    assert [(row["agrees"], row["version"], row["text"][:10]) for row in rows] == [
        (False, 2, "Un nouveau"),
        (True, 1, "J’autorise"),
    ]


def test_the_demonstration_asks_three_things_once_and_some_parents_answer(desk: Desk) -> None:
    with desk.begin() as session:
        home = mother.settle(session)
    for _ in range(2):
        demonstration.load(desk, list(home.parents.values()))

    kinds = desk.ask(ListConsentKinds())
    assert [kind.code for kind in kinds] == [
        "droit-a-l-image",
        "quitter-seul-la-structure",
        "sorties-et-transport-en-car",
    ]
    assert desk.count("consent_answer") == 3
