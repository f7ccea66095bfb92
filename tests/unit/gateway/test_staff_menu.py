"""The agents' menu and first page: by desk where roles open much, side by side where they open little."""

from pathlib import Path
from types import ModuleType

import pytest

import gateway.citizen
import gateway.staff
from contracts.accounts.families import FamiliesPage, SearchFamilies
from contracts.caller import Role


def labels(page, selector: str) -> list[str]:
    return [element.get_text() for element in page.select(selector)]


def test_an_agent_of_one_role_has_every_entry_side_by_side(site) -> None:
    page = site.agent(Role.ATTENDANCE).read("/agents/")
    assert labels(page, ".space-menu__link")[0] == "Accueil"
    assert "Pointage" in labels(page, ".space-menu__link")
    assert page.select(".space-menu__list--within") == []
    assert "Activités des enfants" in labels(page, "main h2")


def test_an_agent_of_every_role_has_the_desks_and_the_entries_of_the_one_they_are_at(site) -> None:
    page = site.agent(*Role).read("/agents/")
    desks = [
        "Familles", "Activités des enfants", "Factures et paiements", "Démarches", "Réglages et droits"
    ]  # fmt: skip
    assert labels(page, ".space-menu__link") == ["Accueil", *desks, "Mon compte"]

    site.services.answers[SearchFamilies] = lambda _: FamiliesPage(families=[], page=1, pages=1, total=0)
    page = site.agent(*Role).read("/agents/familles/")
    assert labels(page, ".space-menu__link--open") == ["Familles"]
    assert labels(page, ".space-menu [aria-current]") == ["Familles"]
    assert {"Import ONDE", "Clés Enfance"} <= set(labels(page, ".space-menu__list--within a"))
    assert "Guichet" not in labels(page, ".space-menu__link")


def test_every_entry_stands_once_on_the_first_page_under_the_desk_its_menu_leads_to(site) -> None:
    page = site.agent(*Role).read("/agents/")
    tiles = [link["href"] for link in page.select(".desk__link")]
    assert len(tiles) == len(set(tiles)) > 30
    anchors = [
        link["href"].partition("#")[2] for link in page.select(".space-menu__link") if "#" in link["href"]
    ]
    assert anchors == [heading["id"] for heading in page.select("main section h2")]


def test_no_entry_is_left_out_of_the_desks(site) -> None:
    with site.app.test_request_context("/agents/"):
        entries = site.app.jinja_env.globals["menus"]._entries["staff"]
    assert {entry.label for entry in entries if entry.desk is None} == {"Accueil", "Mon compte"}


@pytest.mark.parametrize("space", [gateway.citizen, gateway.staff])
def test_no_page_puts_its_link_back_in_the_menu_s_place(space: ModuleType) -> None:
    pages = Path(str(space.__file__)).with_name("templates").glob("*.html")
    taking = [each.name for each in pages if "block before" in each.read_text(encoding="utf-8")]
    assert taking == ["base.html"]
