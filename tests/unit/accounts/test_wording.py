"""Whose it is, as French mails say it."""

from datetime import date

import pytest

from accounts import wording


@pytest.mark.parametrize("name", ["d’Achille", "d’Élouan", "d’Yves", "de Yanis", "de Marius"])
def test_whose_it_is(name: str) -> None:
    assert wording.of(name.removeprefix("d’").removeprefix("de ")) == name


def test_of_which_month() -> None:
    assert [wording.of_month(date(2026, month, 1)) for month in (8, 9, 10)] == [
        "d’août 2026",
        "de septembre 2026",
        "d’octobre 2026",
    ]
