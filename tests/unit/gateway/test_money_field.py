"""Euros as people type them, cents as the services count them."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from gateway.forms import EurosField


class Typed(Form):
    sum = EurosField("Somme")


def read(text: str) -> tuple[int | None, bool]:
    with Flask(__name__).app_context():
        form = Typed(MultiDict({"sum": text}))
        return form.sum.data, form.validate()


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12,5", 1250),
        ("12,50 €", 1250),
        ("12.05", 1205),
        ("1 234,50\u00a0€", 123_450),
        ("0,01", 1),
        ("", None),
    ],
)
def test_a_sum_is_read_as_people_write_it(text: str, cents: int | None) -> None:
    assert read(text) == (cents, True)


@pytest.mark.parametrize("text", ["douze", "-3", "1,234", "1e3", "12,5,0", "٣", "12345678"])
def test_what_is_no_sum_is_refused(text: str) -> None:
    assert read(text) == (None, False)


@given(st.integers(0, 999_999_99))
def test_what_is_shown_is_read_back(cents: int) -> None:
    assert read(f"{cents // 100},{cents % 100:02d}") == (cents, True)
