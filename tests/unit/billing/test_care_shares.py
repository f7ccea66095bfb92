"""What of the money received paid for the care of a child under six: shared to the cent, never more than received."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.certificates.care_paid import Bill, Care, Received, attribute
from billing.certificates.shares import care_unit_cents, is_under_six, share
from contracts.events.attendance import Mark

FAMILY, INVOICE, CREDIT_NOTE, LEA, TOM = (UUID(int=number) for number in range(1, 6))

totals = st.integers(min_value=1, max_value=500_000)


@given(totals, st.data())
def test_a_settled_invoice_gives_exactly_its_care_whatever_the_parts_it_was_paid_in(
    total: int, data: st.DataObject
) -> None:
    care = data.draw(st.integers(min_value=0, max_value=total))
    cuts = sorted(data.draw(st.lists(st.integers(min_value=0, max_value=total), max_size=5)))
    steps = [0, *cuts, total]
    shares = [share(care, total, step) for step in steps]
    assert care == shares[-1]
    assert shares == sorted(shares)
    assert all(got <= received for got, received in zip(shares, steps, strict=True))


@given(totals, totals)
def test_what_is_received_above_the_total_pays_for_nothing_yet(total: int, more: int) -> None:
    assert share(total, total, total + more) == total


@given(totals, st.data())
def test_a_credit_note_takes_back_its_care(total: int, data: st.DataObject) -> None:
    care = data.draw(st.integers(min_value=0, max_value=total))
    assert share(-care, -total, -total) == -care
    assert share(-care, -total, 0) == 0


def test_a_child_is_under_six_until_its_sixth_birthday_that_day_included() -> None:
    assert is_under_six(date(2020, 1, 2), 2026)
    assert not is_under_six(date(2020, 1, 1), 2026)
    assert not is_under_six(date(2019, 12, 31), 2026)
    assert is_under_six(date(2020, 2, 29), 2026)


def test_a_day_missed_is_no_care_and_a_day_not_booked_counts_without_its_surcharge() -> None:
    assert care_unit_cents(Mark.PRESENT, 1200, 1200) == 1200
    assert care_unit_cents(Mark.ABSENT_UNJUSTIFIED, 1200, 1200) == 0
    assert care_unit_cents(Mark.PRESENT_WITHOUT_BOOKING, 1800, 1200) == 1200


def received(cents: int, year: int, paid_by: str, invoice: UUID = INVOICE) -> Received:
    return Received(FAMILY, invoice, year, paid_by, cents)


def test_each_year_and_each_payer_has_what_it_received() -> None:
    bill = Bill(10_000, {LEA: Care(4_000, "Léa", {"Mercredi"}), TOM: Care(1_000, "Tom", {"Mercredi"})})
    movements = [
        received(5_000, 2026, "Nadia"),
        received(3_000, 2026, "Karim"),
        received(2_000, 2027, "Nadia"),
    ]
    found = attribute(movements, {INVOICE: bill})
    assert found[FAMILY, 2026][LEA].by == {"Nadia": 2_000, "Karim": 1_200}
    assert found[FAMILY, 2027][LEA].by == {"Nadia": 800}
    assert sum(found[FAMILY, year][TOM].cents for year in (2026, 2027)) == 1_000


def test_a_sum_given_back_is_taken_off_the_year_in_which_it_was_given_back() -> None:
    bill = Bill(4_000, {LEA: Care(4_000, "Léa", {"Mercredi"})})
    found = attribute([received(4_000, 2026, "Nadia"), received(-1_000, 2027, "")], {INVOICE: bill})
    assert found[FAMILY, 2026][LEA].cents == 4_000
    assert found[FAMILY, 2027][LEA].cents == -1_000


def test_a_credit_that_pays_another_invoice_counts_for_nothing_twice() -> None:
    """Care that was credited and used to pay for other care: both sides of the offset are counted."""
    bills = {
        INVOICE: Bill(4_000, {LEA: Care(4_000, "Léa", {"Mercredi"})}),
        CREDIT_NOTE: Bill(-1_000, {LEA: Care(-1_000, "Léa", {"Mercredi"})}),
    }
    movements = [
        received(3_000, 2026, "Nadia"),
        received(1_000, 2026, ""),
        received(-1_000, 2026, "", CREDIT_NOTE),
    ]
    assert attribute(movements, bills)[FAMILY, 2026][LEA].cents == 3_000
