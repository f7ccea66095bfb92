"""A school's next export on the page: what changes, what is to be chosen, and one press to apply it as it was read."""

from typing import Any
from uuid import UUID

import pytest

from contracts.accounts.imports import (
    ApplyImport,
    ChangeCounts,
    ChangeKind,
    DecideImport,
    ImportChange,
    ImportMoved,
    ImportPage,
    ImportState,
    ImportView,
    OpenImport,
)
from contracts.caller import Role
from tests.mothers import accounts as mother

IMPORT_ID = UUID(int=500)
ADDRESS = f"/agents/imports/{IMPORT_ID}"


def a_change(number: int, kind: ChangeKind, who: str, **more: str) -> ImportChange:
    return ImportChange(change_id=f"{number:024x}", kind=kind, who=who, **more)


CHANGES = [
    a_change(1, ChangeKind.LEAVER, "Léa Martin", before="CM2", choice="leave"),
    a_change(2, ChangeKind.LEAVER, "Tom Durand", before="CM2", choice="leave"),
    a_change(3, ChangeKind.LEAVER, "Zoé Petit", before="CE1", note="unreadable", choice="keep"),
    a_change(4, ChangeKind.LEAVER, "Matis Rey", before="CP", after="Mathis Rey", note="respelt", choice="leave"),
    a_change(
        5, ChangeKind.DIFFERENCE, "Paule Martin", before="06 39 98 99 99", after="06 39 98 00 01",
        family="F001042", note="phone", choice="ours",
    ),
    a_change(
        6, ChangeKind.MOVED, "Anne Rey, Luc Rey", before="12 rue Neuve, 26100 Romans-sur-Isère",
        after="3 place Vieille, 26300 Bourg-de-Péage", family="F001050", note="not_resident",
    ),
    a_change(7, ChangeKind.NEW_CHILD, "Inès Faure", after="PS"),
    a_change(8, ChangeKind.CLASS_CHANGED, "Jules Rey", before="CE1 A", after="CE2 B"),
    a_change(9, ChangeKind.CLASS_CHANGED, "Noé Rey", before="CE1 A", after="CE2 B"),
    a_change(10, ChangeKind.SECOND_HOME, "Jules Rey", after="Luc Rey"),
    a_change(11, ChangeKind.GUARDIAN_GONE, "Marc Faure", before="Inès Faure", family="F001060"),
    a_change(12, ChangeKind.COORDINATES, "Anne Rey", after="anne.rey@exemple.fr", family="F001050", note="email"),
]  # fmt: skip


def a_page(**changes: Any) -> ImportPage:
    summary = ImportView.model_validate(
        {
            "import_id": IMPORT_ID,
            "place_code": mother.SCHOOL,
            "place_name": "École Jacquemart",
            "state": ImportState.PREVIEW,
            "started_at": mother.NOW,
            "started_by": "Odile Garnier",
            "children": ChangeCounts(new=1, changed=6, unchanged=20),
            "present": 30,
            "leaving": 3,
            "fingerprint": "abc",
            **changes,
        }
    )
    return ImportPage(summary=summary, changes=CHANGES)


def test_the_preview_tells_what_changes_by_kind(site) -> None:
    site.services.answers[OpenImport] = a_page()
    page = site.agent(Role.FAMILY_FILES).read(ADDRESS)
    words = page.main.get_text(" ", strip=True)
    for title in ("Quittent l’école (4)", "Déménagements (1)", "Changent de classe (2)"):
        assert title in words
    table = page.select_one("#class_changed").find_next("table")
    assert table.tbody.get_text(" ", strip=True) == "CE1 A\u00a0→\u00a0CE2 B 2 Jules Rey, Noé Rey"
    assert "N’habite plus la commune" in words
    assert "Reste à l’école. Sa ligne est dans le fichier" in words


def test_a_first_import_does_not_list_its_pupils_as_changes(site) -> None:
    site.services.answers[OpenImport] = a_page(present=0)
    assert "Nouveaux élèves" not in site.agent(Role.FAMILY_FILES).read(ADDRESS).main.get_text()


def test_who_leaves_and_whose_word_counts_is_chosen_on_one_page(site) -> None:
    site.services.answers[OpenImport] = a_page()
    site.services.answers[DecideImport] = a_page().summary
    browser = site.agent(Role.FAMILY_FILES)
    page = browser.read(f"{ADDRESS}/choix")
    ticked = [box["value"] for box in page.select("input[name=leave][checked]")]
    assert ticked == [CHANGES[0].change_id, CHANGES[1].change_id]
    fields: dict[str, Any] = {
        "leave": [CHANGES[1].change_id],
        f"c{CHANGES[3].change_id}": "same",
        f"c{CHANGES[4].change_id}": "theirs",
    }
    answer = browser.submit(page, **fields)
    assert answer.location == ADDRESS
    sent = site.services.asked_for(DecideImport)[-1]
    assert sent.choices == {
        CHANGES[0].change_id: "keep",
        CHANGES[1].change_id: "leave",
        CHANGES[2].change_id: "keep",
        CHANGES[3].change_id: "same",
        CHANGES[4].change_id: "theirs",
    }


def test_applying_names_what_was_read(site) -> None:
    site.services.answers[OpenImport] = a_page()
    site.services.answers[ApplyImport] = a_page(state=ImportState.APPLIED).summary
    browser = site.agent(Role.FAMILY_FILES)
    browser.submit(browser.read(ADDRESS), 0)
    sent = site.services.asked_for(ApplyImport)[-1]
    assert (sent.shown, sent.confirmed) == ("abc", False)


def test_when_half_the_school_would_leave_the_agent_says_that_it_is_so(site) -> None:
    site.services.answers[OpenImport] = a_page(to_confirm=True, leaving=20)
    site.services.answers[ApplyImport] = a_page(state=ImportState.APPLIED).summary
    browser = site.agent(Role.FAMILY_FILES)
    page = browser.read(ADDRESS)
    assert "Est-ce le bon fichier" in page.main.get_text()
    browser.submit(page, 0, confirmed="y")
    assert site.services.asked_for(ApplyImport)[-1].confirmed


def test_a_register_that_changed_meanwhile_sends_back_to_the_preview(site) -> None:
    site.services.answers[OpenImport] = a_page()
    site.services.answers[ApplyImport] = ImportMoved()
    browser = site.agent(Role.FAMILY_FILES)
    answer = browser.submit(browser.read(ADDRESS), 0)
    assert answer.location == ADDRESS
    assert "Le registre a changé depuis l’aperçu" in browser.read(ADDRESS).get_text()


@pytest.mark.parametrize("state", [ImportState.APPLIED, ImportState.ABANDONED])
def test_nothing_is_chosen_once_it_is_over(site, state: ImportState) -> None:
    site.services.answers[OpenImport] = a_page(state=state)
    browser = site.agent(Role.FAMILY_FILES)
    assert browser.get(f"{ADDRESS}/choix", 302).location == ADDRESS
    assert "Appliquer l’import" not in browser.read(ADDRESS).main.get_text()
