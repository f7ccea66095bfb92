"""Chapter 1. An agent reads a school's file into the town: previewed, decided, applied, and safe to run twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.people import FILES_AGENT, SCHOOL, SECOND_SCHOOL, THIRD_SCHOOL, Person
from tests.journeys.visitor import Visitor

Agent = Callable[[Person], Visitor]
REAL = Path(__file__).parents[3] / "shared" / "data" / "onde"


@pytest.fixture
def desk(agent: Agent) -> Visitor:
    return agent(FILES_AGENT)


def test_staff_pages_are_closed_to_who_is_not_signed_in(visit: Callable[..., Visitor]) -> None:
    stranger = visit(phone=False)
    stranger.goto("/agents/imports/")
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Connexion des agents")
    stranger.look("agent-connexion")


def test_an_agent_sees_what_their_roles_open(desk: Visitor) -> None:
    desk.goto("/agents/")
    desk.look("agent-accueil")
    menu = desk.page.get_by_role("navigation", name="Espace des agents")
    expect(menu.get_by_role("link", name="Import ONDE")).to_be_visible()
    expect(menu.get_by_role("link", name="Facturation")).to_have_count(0)
    assert desk.page.goto("/agents/facturation/").status == 403  # type: ignore[union-attr]
    desk.look("agent-interdit")


def test_every_row_is_accounted_for(imported: chapters.Counted) -> None:
    for total, understood, doubtful, rejected in imported.read.values():
        assert total == understood + doubtful + rejected
    assert [numbers[0] for numbers in imported.read.values()] == [33, 42]
    assert imported.written["Enfants"] == [imported.read["Élèves"][1], 0, 0]


def test_rows_are_told_one_by_one_with_their_reason(imported: object, desk: Visitor) -> None:
    desk.goto("/agents/imports/")
    desk.follow(SCHOOL[1], exact=False)
    desk.follow("Rejetées")
    desk.says("La même ligne figure déjà plus haut.")
    desk.says("Aucun de ses enfants ne figure dans le fichier des élèves.")
    desk.follow("Familles formées")
    desk.says("45 place Ernest-Gailly")
    desk.look("agent-import-familles")


def test_running_it_twice_changes_nothing(imported: object, desk: Visitor) -> None:
    folder = chapters.ONDE
    chapters.send_files(
        desk, SCHOOL[1], folder / "jacquemart-eleves.csv", folder / "jacquemart-responsables.csv"
    )
    desk.says("Tout est déjà à jour")
    written = chapters.count(desk).written
    assert {(new, changed) for new, changed, _ in written.values()} == {(0, 0)}
    chapters.apply_import(desk)
    desk.says("rien n’a changé")


def test_a_file_without_quotes_is_read_as_well(desk: Visitor) -> None:
    folder = chapters.ONDE
    chapters.send_files(
        desk, SECOND_SCHOOL[1], folder / "ecosserie-eleves.csv", folder / "ecosserie-responsables.csv"
    )
    chapters.decide_doubts(desk)
    chapters.apply_import(desk)
    counted = chapters.count(desk)
    assert [numbers[0] for numbers in counted.read.values()] == [28, 38]
    assert counted.written["Enfants"] == [counted.read["Élèves"][1], 0, 0]


def test_the_two_files_exchanged_are_noticed(desk: Visitor) -> None:
    folder = chapters.ONDE
    desk.goto("/agents/imports/")
    desk.page.get_by_label("École").select_option(label=SCHOOL[1])
    desk.page.get_by_label("Fichier des élèves").set_input_files(folder / "jacquemart-responsables.csv")
    desk.page.get_by_label("Fichier des responsables").set_input_files(folder / "jacquemart-eleves.csv")
    desk.press("Lire les fichiers")
    desk.says("C’est l’autre fichier")
    desk.look("agent-import-erreur")


if REAL.is_dir():

    def test_a_whole_school_is_accounted_for(desk: Visitor) -> None:
        """247 pupils, 469 guardian rows: none is lost, and once is enough."""
        files = REAL / "CSVExtraction-eleves.csv", REAL / "CSVExtraction-responsables.csv"
        chapters.send_files(desk, THIRD_SCHOOL[1], *files)
        chapters.decide_doubts(desk)
        counted = chapters.count(desk)
        assert [numbers[0] for numbers in counted.read.values()] == [247, 469]
        assert all(numbers[0] == sum(numbers[1:]) for numbers in counted.read.values())
        chapters.apply_import(desk)
        chapters.send_files(desk, THIRD_SCHOOL[1], *files)
        written = chapters.count(desk).written
        assert written["Enfants"] == [0, 0, counted.written["Enfants"][0]]
        assert {(new, changed) for new, changed, _ in written.values()} == {(0, 0)}
