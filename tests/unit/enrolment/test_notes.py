"""What else parents read of an activity's days."""

from datetime import date, datetime, time

from chassis.clock import PARIS
from contracts.enrolment.terms import Grain, Group, Link, Opening, SlotHours, Window
from enrolment.catalogue.notes import notes
from enrolment.wording import NBSP
from tests.mothers import enrolment as mother

CHRISTMAS = Opening(
    first=date(2026, 12, 21),
    last=date(2027, 1, 1),
    window=Window(opens_at=datetime(2026, 12, 2, 8, tzinfo=PARIS)),
)


def test_what_governs_a_day_is_said_in_whole_sentences() -> None:
    terms = mother.wednesday(
        slots=("matin", "repas", "après-midi"),
        links=(Link(slot="repas", needs=frozenset({"après-midi", "matin"})),),
        hours=(SlotHours(slot="matin", begins=time(8), ends=time(12)),),
        groups=(
            Group(code="g", label="6-11 ans", youngest=6, oldest=11, capacity=1),
            Group(code="p", label="3-5 ans", youngest=3, oldest=5, capacity=1),
        ),
        booked_by=Grain.WEEK,
        openings=(CHRISTMAS,),
    )
    assert [said.replace(NBSP, " ") for said in notes(terms, date(2026, 11, 23))] == [
        "Horaires : matin de 8 h à 12 h.",
        "On réserve par semaine entière.",
        "« repas » ne se réserve pas seul, mais avec « matin » ou « après-midi » du même jour.",
        "Chaque âge a ses places : 3-5 ans et 6-11 ans.",
        "Du 21 décembre 2026 au 1er janvier 2027 : on réserve à partir du 2 décembre 2026 à 8 h.",
    ]


def test_openings_of_days_that_passed_are_not_said_and_most_activities_need_no_note() -> None:
    assert notes(mother.canteen(openings=(CHRISTMAS,)), date(2027, 1, 2)) == []
    assert notes(mother.canteen(), date(2026, 11, 23)) == []
