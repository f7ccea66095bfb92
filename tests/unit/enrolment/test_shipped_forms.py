"""What the software ships, filled to the end: whichever way it is answered it can be sent, and nothing is asked in vain."""

import random
from datetime import date

import pytest

from contracts.enrolment.procedure_forms import Answers
from enrolment.procedures.asking import shown, whole
from enrolment.procedures.checking import check, clean
from enrolment.procedures.shipping import shipped
from tests.mothers.procedures import fill

TODAY = date(2026, 11, 26)
WALKS = 200


@pytest.mark.parametrize("code", shipped())
def test_a_shipped_form_can_be_sent_whichever_way_it_is_answered_and_asks_nothing_in_vain(code: str) -> None:
    form = whole(shipped()[code][1])
    asked: set[str] = set()
    for walk in range(WALKS):
        chance = random.Random(f"{code} {walk}")
        answers: Answers = {}
        fill(form, answers, TODAY, chance)

        assert check(form, answers, TODAY) == {}, answers
        assert clean(form, answers) == answers
        asked |= {field.name for fields in shown(form, answers).values() for field in fields}
    assert {field.name for field in form.fields()} == asked
