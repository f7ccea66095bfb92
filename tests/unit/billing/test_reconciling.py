"""Two lists of what moved, compared without a clock or a database."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.paying.card_books import ChargeSeen, Movements, RefundProgress, RefundSeen
from billing.paying.reconciling import OurPayment, OurRefund, compare

PAYMENT, REFUND = UUID(int=1), UUID(int=2)
OURS = OurPayment(PAYMENT, "pi_1", 4800, "eur", received=True, must_be_listed=True)
CHARGE = ChargeSeen("pi_1", PAYMENT, 4800, "eur")
GIVEN = OurRefund(REFUND, PAYMENT, 1000, done=True, must_be_listed=True)
SEEN = RefundSeen("re_1", "pi_1", REFUND, 1000, "eur", RefundProgress.DONE)


def kinds(
    ours: list[OurPayment],
    charges: list[ChargeSeen],
    refunds: tuple[OurRefund, ...] = (),
    seen: tuple[RefundSeen, ...] = (),
) -> list[str]:
    return [found.kind for found in compare(ours, refunds, Movements(charges, list(seen)))]


def test_books_that_agree_make_no_row() -> None:
    assert kinds([OURS], [CHARGE], (GIVEN,), (SEEN,)) == []


def test_money_the_provider_has_and_we_do_not() -> None:
    assert kinds([replace(OURS, received=False, proof="")], [CHARGE]) == ["not_recorded"]
    assert kinds([], [CHARGE]) == ["unknown"]


def test_money_we_have_and_the_provider_does_not() -> None:
    assert kinds([OURS], []) == ["not_at_provider"]
    assert kinds([replace(OURS, must_be_listed=False)], []) == []


def test_another_amount_or_currency() -> None:
    assert kinds([OURS], [replace(CHARGE, amount_cents=4799)]) == ["amount_at_provider"]
    assert kinds([OURS], [replace(CHARGE, currency="usd")]) == ["amount_at_provider"]
    assert kinds([replace(OURS, shown=True)], [replace(CHARGE, currency="usd")]) == []


def test_what_another_use_of_the_same_account_moved_is_none_of_our_business() -> None:
    others = ChargeSeen("pi_9", None, 900, "eur")
    given_back = RefundSeen("re_9", "pi_9", None, 900, "eur", RefundProgress.DONE)
    assert kinds([OURS], [CHARGE, others], seen=(given_back,)) == []


def test_refunds_of_one_side_only() -> None:
    by_hand = replace(SEEN, refund_id=None)
    assert kinds([OURS], [CHARGE], (), (by_hand,)) == ["refund"]
    assert kinds([OURS], [CHARGE], (replace(GIVEN, done=False),), (SEEN,)) == ["refund"]
    assert kinds([OURS], [CHARGE], (GIVEN,), ()) == ["refund_unknown"]
    assert kinds([OURS], [CHARGE], (GIVEN,), (replace(SEEN, amount_cents=900),)) == ["refund"]
    booked = replace(GIVEN, reference=by_hand.reference)
    assert kinds([OURS], [CHARGE], (booked,), (by_hand,)) == []
    failed = replace(SEEN, progress=RefundProgress.FAILED)
    assert kinds([OURS], [CHARGE], (replace(GIVEN, done=False),), (failed,)) == []


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_each_side_alone_is_one_row_and_both_sides_none(ours: set[int], theirs: set[int]) -> None:
    payments = [replace(OURS, payment_id=UUID(int=n), proof=f"pi_{n}") for n in ours]
    charges = [replace(CHARGE, payment_id=UUID(int=n), proof=f"pi_{n}") for n in theirs]
    found = compare(payments, [], Movements(charges))
    assert {(each.kind, each.subject) for each in found} == {
        *(("not_at_provider", str(UUID(int=n))) for n in ours - theirs),
        *(("unknown", f"pi_{n}") for n in theirs - ours),
    }
    assert len(found) == len(ours ^ theirs)
