"""Chapter 2. Keys are posted; each opens one family's file to one account, and nothing opens before."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.letters import Letters, print_letters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, FILES_AGENT, PARENTS, VINCENT, Person
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
NEIGHBOUR = Person("Mme", "Bérénice", "Voisine")


@pytest.fixture(scope="module")
def neighbour(letters: Letters, visit: Visit, mailbox: Mailbox) -> Visitor:
    """Somebody with an account and no key."""
    visitor = visit()
    chapters.open_account(visitor, NEIGHBOUR, mailbox)
    return visitor


def test_there_is_a_letter_a_page(letters: Letters) -> None:
    assert len(letters.pages) == len(PARENTS)
    assert set(letters.keys) == set(PARENTS)
    assert len(set(letters.keys.values())) == len(PARENTS)


def test_a_letter_bears_its_address_and_what_to_do(letters: Letters) -> None:
    [page] = [page for page in letters.pages if "Vincent" in page]
    for words in ("45 place Ernest-Gailly", "26100 ROMANS-SUR-ISÈRE", "Votre Clé Enfance", "Marius"):
        assert words in page


def test_no_look_alike_letter_stands_in_a_key(letters: Letters) -> None:
    assert not re.search("[ILOQU]", "".join(letters.keys.values()))


@pytest.mark.parametrize("path", ["", "famille/", "inscriptions/", "reservations/", "factures/", "stockage/"])
def test_before_the_key_nothing_of_any_family_shows(neighbour: Visitor, path: str) -> None:
    neighbour.goto(f"/mon-espace/{path}")
    neighbour.look("sans-cle-" + path.strip("/"))
    expect(neighbour.page.get_by_role("main")).not_to_contain_text(re.compile("Marius|Achille|Arnoux"))


def test_a_wrong_sign_is_noticed_and_opens_nothing(neighbour: Visitor, letters: Letters) -> None:
    key = letters.keys[AMANDINE]
    chapters.type_key(neighbour, key[:-1] + ("B" if key[-1] != "B" else "C"))
    expect(neighbour.page).to_have_title(re.compile("^Erreur : "))
    neighbour.says("faute de frappe")
    neighbour.look("cle-fausse")
    neighbour.goto("/mon-espace/famille/")
    neighbour.says("n’est pas encore ouvert")


def test_the_family_shows_once_the_key_is_typed(amandine: Visitor) -> None:
    """Typed in lower case, with spaces, and O for 0."""
    amandine.goto("/mon-espace/famille/")
    amandine.look("ma-famille")
    for words in ("Marius Arnoux", "Achille Arnoux", "Vincent Arnoux", "45 place Ernest-Gailly"):
        amandine.says(words)
    amandine.goto("/mon-espace/")
    amandine.look("mon-accueil")
    amandine.goto("/mon-espace/compte/")
    amandine.look("mon-compte")


def test_the_second_guardian_has_a_key_and_an_account_of_their_own(vincent: Visitor) -> None:
    vincent.goto("/mon-espace/famille/")
    vincent.says("Marius Arnoux")
    expect(vincent.page.get_by_role("banner").get_by_role("link", name=VINCENT.name)).to_be_visible()


def test_a_key_serves_once(amandine: Visitor, neighbour: Visitor, letters: Letters) -> None:
    chapters.type_key(neighbour, letters.keys[AMANDINE])
    neighbour.says("Cette clé a déjà servi")


def test_a_key_taken_back_opens_nothing(
    neighbour: Visitor, letters: Letters, agent: Callable[[Person], Visitor], tmp_path: Path
) -> None:
    """The agent voids a letter that came back; then issues another, which voids nothing else."""
    desk = agent(FILES_AGENT)
    person = Person("M.", "Mathieu", "Margueron")
    key = print_letters(desk, (person,), tmp_path).keys[person]
    desk.goto(f"/agents/cles/?nom={person.last_name}&etat=posted")
    desk.page.get_by_role("row").filter(has_text=person.first_name).get_by_role("link").click()
    desk.look("agent-famille")
    desk.press(f"Révoquer la clé de {person.first_name}")
    desk.says("La clé est révoquée")
    chapters.type_key(neighbour, key)
    neighbour.says("ne correspond à aucun courrier")
    assert print_letters(desk, (person,), tmp_path).keys[person] != key


def test_the_site_does_not_say_whether_an_account_exists(visit: Visit, amandine: Visitor) -> None:
    visitor = visit()
    said = []
    for address in (AMANDINE.email, "personne@exemple.test"):
        visitor.goto("/connexion")
        visitor.page.get_by_label("Identifiant").fill(address)
        visitor.page.get_by_label("Mot de passe", exact=True).fill("ce n’est pas le bon")
        visitor.press("Connexion")
        visitor.look("connexion-refusee")
        said.append(visitor.page.get_by_role("main").inner_text())
    assert said[0] == said[1]
