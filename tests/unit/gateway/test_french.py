"""Dates, sums and spaces as French wants them."""

from datetime import UTC, date, datetime, time

import pytest

from gateway import french


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (0, "0,00\u00a0€"),
        (5, "0,05\u00a0€"),
        (412, "4,12\u00a0€"),
        (123456, "1\u202f234,56\u00a0€"),
        (-1250, "−12,50\u00a0€"),
    ],
)
def test_sums(cents, expected):
    assert french.euros(cents) == expected


def test_dates():
    assert french.long_day(date(2027, 5, 4)) == "mardi 4\u00a0mai 2027"
    assert french.day(date(2027, 5, 1)) == "1er\u00a0mai 2027"
    assert french.month(date(2027, 8, 1)) == "août 2027"
    assert french.short_day(date(2027, 5, 4)) == "04/05/2027"


def test_a_moment_is_told_by_the_clock_of_paris():
    assert (
        french.moment(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
        == "1er\u00a0janvier 2027 à 0\u00a0h\u00a030"
    )
    assert french.hour(time(12)) == "12\u00a0h"


@pytest.mark.parametrize(
    "name", ["d’Achille", "d’Élouan", "d’octobre 2026", "d’Yves", "de Yanis", "de Marius", "de Hélène"]
)
def test_whose_it_is(name):
    assert french.of(name.removeprefix("d’").removeprefix("de ")) == name


def test_counts():
    assert french.count(0, "enfant") == "0\u00a0enfant"
    assert french.count(1, "enfant") == "1\u00a0enfant"
    assert french.count(2, "enfant") == "2\u00a0enfants"
    assert french.count(1200, "cheval", "chevaux") == "1\u202f200\u00a0chevaux"


def test_several_of_a_unit():
    assert [french.plural(unit) for unit in ("repas", "heure", "demi-journée")] == [
        "repas",
        "heures",
        "demi-journées",
    ]


def test_spaces_that_do_not_break():
    assert french.typeset("Oui ? « Non » : 5 %.") == "Oui\u202f? «\u00a0Non\u00a0»\u00a0: 5\u00a0%."
    assert french.typeset("à 8:30 https://a.fr/?b") == "à 8:30 https://a.fr/?b"


def test_what_people_type_is_escaped():
    assert str(french.paragraphs("<b>\nDeux\n\nTrois")) == (
        '<p class="govuk-body">&lt;b&gt;<br>Deux</p><p class="govuk-body">Trois</p>'
    )
