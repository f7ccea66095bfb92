"""Who is written to, when, of how much: rules of dunning, and what every letter must say."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.dunning.steps import Late, Reprieved, sort, step_of
from billing.dunning.wording import PROMISE, USUAL
from contracts.billing.dunning import STEPS, NotDunned

DUE = date(2026, 11, 23)
TODAY = date(2026, 12, 20)


def an_invoice(place: int = 1, family: int = 5, **fields: object) -> Late:
    given: dict[str, object] = {
        "invoice_id": UUID(int=place),
        "family_id": UUID(int=family),
        "number": f"ENF-2026-{place:06d}",
        "month": date(2026, 10, 1),
        "due_on": DUE,
        "cents": 4800,
        "last_step": 0,
        "last_on": None,
        "underway": False,
    }
    return Late(**(given | fields))  # type: ignore[arg-type]


@given(st.integers(0, 4), st.integers(0, 400))
def test_a_step_comes_after_its_days_and_none_comes_after_the_last(last: int, days: int) -> None:
    invoice = an_invoice(last_step=last, last_on=DUE if last else None)
    step = step_of(invoice, USUAL, DUE + timedelta(days=days))
    if last == 4:
        assert step == 0
    else:
        assert step == (last + 1 if days >= USUAL.steps[last].days else 0)


def test_a_family_gets_one_letter_a_step_with_all_its_invoices_of_that_step() -> None:
    old = an_invoice(2, last_step=1, last_on=date(2026, 11, 25))
    letters, spared = sort([an_invoice(1), old, an_invoice(3)], USUAL, {}, {}, TODAY)
    assert spared == []
    assert [
        (letter.step, [each.invoice_id.int for each in letter.invoices], letter.cents) for letter in letters
    ] == [
        (1, [1, 3], 9600),
        (2, [2], 4800),
    ]


def test_nobody_is_asked_for_what_is_contested_being_paid_or_too_small() -> None:
    late = [
        an_invoice(1, family=1),
        an_invoice(2, family=2, underway=True),
        an_invoice(3, family=3, cents=1499),
        an_invoice(4, family=4),
        an_invoice(5, family=5),
        an_invoice(6, family=6, cents=900),
        an_invoice(7, family=6, cents=900),
    ]
    contested = {UUID(int=1): 9999, UUID(int=5): 1000}
    spare = {UUID(int=4): Reprieved(date(2027, 1, 5), "paiement en trois fois")}
    letters, spared = sort(late, USUAL, spare, contested, TODAY)
    assert {letter.family_id.int: letter.cents for letter in letters} == {5: 3800, 6: 1800}
    assert {each.family_id.int: each.reason for each in spared} == {
        1: NotDunned.CONTESTED,
        2: NotDunned.UNDERWAY,
        3: NotDunned.BELOW_LEAST,
        4: NotDunned.REPRIEVE,
    }


def test_every_letter_promises_that_nothing_is_closed_and_says_where_to_find_help() -> None:
    assert "ne ferme jamais la cantine, ni aucune réservation" in PROMISE
    assert len(USUAL.steps) == len(STEPS)
    for step in USUAL.steps[1:3]:
        for word in ("CCAS", "plusieurs fois", "pas d’accord"):
            assert word in step.text
    assert "Trésor public" in USUAL.steps[2].subject
