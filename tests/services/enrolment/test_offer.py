"""Places, activities and sessions: made once, changed on purpose, told of when they change."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.caller import SYSTEM, Role
from contracts.enrolment.offer import ActivityTerms, OpenSessions
from contracts.enrolment.refusals import ActivityChanged
from contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from enrolment.catalogue import capacities, offer
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town


def test_sessions_exist_on_school_days_only(town: Town) -> None:
    with town.begin() as session:
        days = set(session.scalars(text("SELECT day FROM session WHERE activity_code = 'cantine'")))
    assert date(2026, 11, 2) in days
    assert date(2026, 11, 4) not in days  # a Wednesday
    assert date(2026, 12, 18) in days
    assert date(2026, 12, 21) not in days  # Christmas holidays
    assert {day.isoweekday() for day in days} == {1, 2, 4, 5}


def test_a_public_holiday_has_no_session_and_each_slot_has_its_own(town: Town) -> None:
    wednesdays = "SELECT count(*) FROM session WHERE activity_code = 'mercredi'"
    assert town.count(wednesdays) == 2 * 6
    assert town.count(f"{wednesdays} AND day = '2026-11-11'") == 0
    assert town.count(f"{wednesdays} AND slot = 'matin'") == 6


def test_opening_again_opens_nothing_and_a_longer_period_only_the_rest(town: Town) -> None:
    with town.begin() as session:
        assert offer.open_sessions(session, mother.open_sessions("cantine"), SYSTEM) == 0
        january = mother.open_sessions("cantine", date(2026, 12, 1), date(2027, 1, 8))
        assert offer.open_sessions(session, january, SYSTEM) == 4


def test_defining_the_same_again_tells_nothing(town: Town) -> None:
    with town.begin() as session:
        offer.define_place(session, mother.define_school(), SYSTEM, NOW)
        offer.define_activity(session, mother.define(mother.canteen()), SYSTEM, NOW)
    assert town.told() == []
    with town.begin() as session:
        offer.define_place(session, mother.define_school(name="École Saint-Nicolas et Bozambo"), SYSTEM, NOW)
        offer.define_activity(session, mother.define(mother.canteen(unit="déjeuner")), SYSTEM, NOW)
    assert town.told() == ["place.updated", "activity.updated"]
    assert town.count("SELECT version FROM activity WHERE code = 'cantine'") == 2


def test_a_capacity_lowered_never_goes_below_what_is_taken(town: Town) -> None:
    with town.begin() as session:
        session.execute(text("UPDATE session SET taken = 12 WHERE day = '2026-12-01'"))
        capacities.offer_activity(session, mother.offer(capacity=10), SYSTEM, NOW)
    capacity = "SELECT capacity FROM session WHERE activity_code = 'cantine' AND day = "
    assert town.count(capacity + "'2026-12-01'") == 12
    assert town.count(capacity + "'2026-12-03'") == 10
    assert town.count(capacity + "'2026-11-20'") == 30  # past


def test_the_offer_shows_the_sentences_and_what_is_open(town: Town) -> None:
    with town.begin() as session:
        view = offer.show_offer(session, NOW.date())
    canteen = next(each for each in view.activities if each.terms.code == "cantine")
    assert canteen.adding_sentence.replace("\u00a0", " ").startswith("jusqu’à 2 jours ouvrés avant, 9 h")
    assert view.school_year == "2026-2027"
    offering = next(each for each in view.offerings if each.activity_code == "cantine")
    assert (offering.sessions, offering.first, offering.last) == (28, date(2026, 11, 2), date(2026, 12, 18))


def test_only_administrators_define(town: Town) -> None:
    with town.begin() as session:
        with pytest.raises(NotAllowed):
            offer.define_place(session, mother.define_school(), mother.agent(Role.BILLING), NOW)
        with pytest.raises(NotSignedIn):
            offer.open_sessions(session, mother.open_sessions(), mother.parent())


def test_a_period_must_be_one_and_an_activity_offered(town: Town) -> None:
    with town.begin() as session:
        with pytest.raises(Invalid):
            offer.open_sessions(
                session, mother.open_sessions(first=date(2026, 12, 2), last=date(2026, 12, 1)), SYSTEM
            )
        nowhere = OpenSessions(
            command_id=uuid4(), activity_code="piscine", first=date(2026, 11, 2), last=date(2026, 11, 6)
        )
        with pytest.raises(NotFound):
            offer.open_sessions(session, nowhere, SYSTEM)


def test_an_activity_is_seen_in_words_before_it_is_kept(town: Town) -> None:
    with town.begin() as session:
        seen = offer.preview_activity(session, mother.wednesday(code="nouvelle"), NOW.date())
    assert seen.activity.adding_sentence.startswith("jusqu’au jeudi")
    assert [each.day.isoweekday() for each in seen.examples] == [3, 3, 3]
    assert all(each.adding_closes_at.date() < each.day for each in seen.examples)
    assert town.count("SELECT count(*) FROM activity WHERE code = 'nouvelle'") == 0


def test_two_agents_do_not_overwrite_one_another(town: Town) -> None:
    def keep(terms: ActivityTerms, version: int) -> None:
        with town.begin() as session:
            ask = mother.define(terms).model_copy(update={"version": version})
            offer.define_activity(session, ask, SYSTEM, NOW)

    def shown() -> int:
        with town.begin() as session:
            view = offer.show_offer(session, NOW.date())
        return next(each.version for each in view.activities if each.terms.code == "cantine")

    read = shown()
    keep(mother.canteen(name="Cantine"), read)
    with pytest.raises(ActivityChanged):
        keep(mother.canteen(name="Restaurant"), read)
    keep(mother.canteen(name="Restaurant"), shown())
    with pytest.raises(ActivityChanged):
        keep(mother.canteen(code="cantine", name="Neuve"), 0)
    keep(mother.canteen(code="neuve", name="Neuve"), 0)
