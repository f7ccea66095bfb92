"""Parts of a day that go together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.enrolment.terms import Link
from enrolment.booking.links import judge, unmet

SLOTS = ("matin", "repas", "après-midi", "soir")
LUNCH = Link(slot="repas", needs=frozenset({"matin", "après-midi"}))
EVENING = Link(slot="soir", needs=frozenset({"après-midi"}))
LINKS = (LUNCH, EVENING)


def test_no_lunch_without_a_half_day() -> None:
    assert judge(LINKS, set(), {"repas"}, set()).alone == {"repas"}
    assert judge(LINKS, {"matin"}, {"repas"}, set()).alone == set()


def test_a_lunch_and_its_half_day_are_added_together() -> None:
    verdict = judge(LINKS, set(), {"repas", "matin"}, set())
    assert (verdict.alone, verdict.together) == (set(), [("repas", "matin")])


def test_the_half_day_of_a_lunch_that_stays_is_not_given_back() -> None:
    assert judge(LINKS, {"matin", "repas"}, set(), {"matin"}).needed == {"matin"}
    assert judge(LINKS, {"matin", "repas"}, set(), {"matin", "repas"}).needed == set()
    assert judge(LINKS, {"matin", "repas"}, {"après-midi"}, {"matin"}).needed == set()


slots = st.sets(st.sampled_from(SLOTS))
links = st.lists(
    st.builds(
        lambda slot, needs: Link(
            slot=slot, needs=frozenset(needs - {slot}) or frozenset(set(SLOTS) - {slot})
        ),
        st.sampled_from(SLOTS),
        st.sets(st.sampled_from(SLOTS), min_size=1),
    ),
    max_size=4,
)


@given(links, slots, slots, slots)
def test_what_stands_leaves_nothing_alone(
    links: list[Link], booked: set[str], adding: set[str], removing: set[str]
) -> None:
    booked -= unmet_to_the_end(links, booked)
    adding, removing = adding - booked, removing & booked
    verdict = judge(links, booked, adding, removing)
    had = (booked - (removing - verdict.needed)) | (adding - verdict.alone)
    assert unmet(links, had) == set()
    assert verdict.alone <= adding
    assert verdict.needed <= removing


@given(links, slots, slots)
def test_what_needs_nothing_is_never_refused(links: list[Link], booked: set[str], adding: set[str]) -> None:
    booked -= unmet_to_the_end(links, booked)
    free = {slot for slot in adding - booked if all(link.slot != slot for link in links)}
    assert judge(links, booked, adding - booked, set()).alone & free == set()


def unmet_to_the_end(links: list[Link], slots: set[str]) -> set[str]:
    left = set(slots)
    while alone := unmet(links, left):
        left -= alone
    return slots - left


def test_a_part_that_rests_on_itself_cannot_be_written() -> None:
    with pytest.raises(ValidationError):
        Link(slot="repas", needs=frozenset())
