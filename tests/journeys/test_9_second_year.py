"""Chapter 9. The school's next export: read as a difference, one child kept, applied; then nothing is left to do."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.people import FILES_AGENT, SCHOOL, Person
from tests.journeys.visitor import Visitor

FILES = chapters.ONDE / "jacquemart-suite-eleves.csv", chapters.ONDE / "jacquemart-suite-responsables.csv"


def test_a_year_later_the_difference_is_read_decided_and_applied(
    imported: object, agent: Callable[[Person], Visitor]
) -> None:
    desk = agent(FILES_AGENT)
    chapters.send_files(desk, SCHOOL[1], *FILES)
    main = desk.page.get_by_role("main")
    for title in (
        "Quittent l’école",
        "Déménagements",
        "Changent de classe",
        "Ont maintenant un foyer de plus",
    ):
        expect(main.get_by_role("heading", level=3, name=re.compile(title))).to_be_visible()
    expect(main.get_by_role("table", name="Changent de classe")).to_contain_text("CP → CE1")
    expect(main.get_by_role("table", name="Déménagements")).to_contain_text("N’habite plus la commune")
    desk.look("agent-import-difference")
    desk.follow("Choisir qui part et quoi garder")
    desk.look("agent-import-choix")
    kept = desk.page.get_by_role("group", name="Quels enfants quittent l’école").locator("label").first
    name = kept.inner_text().partition(",")[0]
    kept.click()
    desk.page.get_by_label("C’est le même enfant, écrit autrement").check()
    desk.press("Enregistrer mes choix")
    row = main.get_by_role("row").filter(has=desk.page.get_by_role("rowheader", name=name, exact=True)).first
    expect(row).to_contain_text("Reste à l’école")
    chapters.apply_import(desk)
    expect(main).to_contain_text("Ce qui a changé")


def test_the_same_file_again_finds_nothing_but_the_child_who_was_kept(
    imported: object, agent: Callable[[Person], Visitor]
) -> None:
    desk = agent(FILES_AGENT)
    chapters.send_files(desk, SCHOOL[1], *FILES)
    parts = desk.page.get_by_role("main").get_by_role("heading", level=3)
    expect(parts).to_have_text(re.compile(r"Quittent l’école \(1\)"))
    desk.follow("Choisir qui part et quoi garder")
    desk.page.get_by_role("group", name="Quels enfants quittent l’école").locator("label").first.click()
    desk.press("Enregistrer mes choix")
    desk.says("Tout est déjà à jour")
    written = chapters.count(desk).written
    assert {(new, changed) for new, changed, _ in written.values()} == {(0, 0)}
    chapters.apply_import(desk)
    desk.says("rien n’a changé")
