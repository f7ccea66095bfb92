"""The PDF of the activation keys: ordered at the agent's desk, read as the postman's addressees do."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.people import SCHOOL, Person
from tests.journeys.visitor import Visitor

KEY = re.compile(r"\b([0-9A-Z]{4})\s?–\s?([0-9A-Z]{4})\s?–\s?([0-9A-Z]{4})\b")


@dataclass(frozen=True)
class Letters:
    """`pages`: the text of each page; `keys`: as they are typed."""

    path: Path
    pages: list[str]
    keys: dict[Person, str]


def print_letters(desk: Visitor, people: Sequence[Person], folder: Path) -> Letters:
    """Chooses the guardians on the page of keys and downloads their letters as one PDF."""
    desk.goto(f"/agents/cles/?ecole={SCHOOL[0]}&etat=all")
    desk.look("agent-cles")
    for person in people:
        name = re.compile(f"{person.first_name} {person.last_name}", re.IGNORECASE)
        desk.page.get_by_role("checkbox", name=name).set_checked(True, force=True)
    with desk.page.expect_download() as download:
        desk.press("Imprimer les courriers des responsables cochés")
    path = folder / "letters.pdf"
    download.value.save_as(path)
    pages, keys = read_pages(path), {}
    for page in pages:
        [person] = [each for each in people if re.search(f"{each.first_name} {each.last_name}", page, re.I)]
        found = KEY.search(page)
        assert found, page
        keys[person] = "-".join(found.groups())
    return Letters(path, pages, keys)


def read_pages(path: Path) -> list[str]:
    """The text of each page."""
    read = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], check=True, capture_output=True, text=True
    )
    return read.stdout.split("\f")[:-1]
