"""Places, activities and sessions: made once, changed on purpose, told of when they change."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.caller import SYSTEM, Role
from contracts.enrolment.offer import ActivityTerms, OfferingShown, OfferInPlaces, OpenSessions
from contracts.enrolment.refusals import ActivityChanged, OfferingChanged, PlaceChanged
from contracts.enrolment.terms import Group
from contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from contracts.events.accounts import ChildUpdated
from enrolment.catalogue import capacities, offer, place_page
from enrolment.household import families
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


def test_a_place_is_not_overwritten_and_a_new_one_takes_no_others_code(town: Town) -> None:
    def keep(name: str, version: int, code: str = mother.SCHOOL) -> None:
        with town.begin() as session:
            ask = mother.define_school(code, name).model_copy(update={"version": version})
            offer.define_place(session, ask, SYSTEM, NOW)

    keep("École Bozambo", 1)
    for version in (1, 0):
        with pytest.raises(PlaceChanged):
            keep("École Rey", version)
    keep("École Rey", 2)
    keep("École neuve", 0, "0269999Z")
    assert town.told() == ["place.updated"] * 3


def test_places_here_are_changed_as_they_were_shown(town: Town) -> None:
    little = Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=8)
    town.run(mother.canteen(groups=(little,)), date(2026, 12, 4), date(2026, 12, 4))

    def set_places(shown: OfferingShown) -> None:
        with town.begin() as session:
            ask = mother.offer(capacity=20).model_copy(
                update={"group_capacity": {"petits": 6}, "shown": shown}
            )
            capacities.offer_activity(session, ask, SYSTEM, NOW)

    for stale in (OfferingShown(), OfferingShown(capacity=12)):
        with pytest.raises(OfferingChanged):
            set_places(stale)
    set_places(OfferingShown(capacity=30))
    with pytest.raises(OfferingChanged):
        set_places(OfferingShown(capacity=30))
    set_places(OfferingShown(capacity=20, group_capacity={"petits": 6}))
    with town.begin() as session:
        offerings = offer.show_offer(session, NOW.date()).offerings
    here = next(each for each in offerings if each.activity_code == "cantine")
    assert (here.capacity, here.group_capacity) == (20, {"petits": 6})


def test_an_activity_is_offered_where_it_is_not_yet(town: Town) -> None:
    def offer_in(*codes: str) -> int:
        with town.begin() as session:
            ask = OfferInPlaces(command_id=uuid4(), activity_code="cantine", place_codes=codes)
            return capacities.offer_in_places(session, ask, SYSTEM)

    with town.begin() as session:
        offer.define_place(session, mother.define_school("0261002B", "École des Ors"), SYSTEM, NOW)
        capacities.offer_activity(session, mother.offer(capacity=7), SYSTEM, NOW)
    assert offer_in("0261002B", mother.SCHOOL) == 1
    capacity = "SELECT capacity FROM offering WHERE activity_code = 'cantine' AND place_code = "
    assert town.count(f"{capacity}'0261002B'") == 30
    assert town.count(f"{capacity}'{mother.SCHOOL}'") == 7
    with pytest.raises(NotFound):
        offer_in("0269999Z")


def test_a_place_shows_its_classes_and_what_it_offers(town: Town) -> None:
    pupils: list[ChildUpdated] = [
        mother.child(class_name="CE1-CE2", level=level) for level in ("CE2", "CE1", "CE2")
    ]
    with town.begin() as session:
        for each in pupils:
            families.keep_child(session, each)
        view = place_page.show_place(session, mother.SCHOOL, SYSTEM, NOW.date())
        with pytest.raises(NotFound):
            place_page.show_place(session, "inconnu", SYSTEM, NOW.date())
        with pytest.raises(NotAllowed):
            place_page.show_place(session, mother.SCHOOL, mother.agent(Role.REQUESTS), NOW.date())
    [found] = view.classes
    assert (found.class_name, found.levels, found.children) == ("CE1-CE2", ["CE1", "CE2"], 3)
    assert {each.activity_code for each in view.offerings} == {"cantine", "mercredi"}


def test_the_offer_counts_the_sessions_of_the_year_that_is_asked(town: Town) -> None:
    with town.begin() as session:
        coming = offer.show_offer(session, NOW.date(), "2027-2028")
        with pytest.raises(NotFound):
            offer.show_offer(session, NOW.date(), "1999-2000")
    assert coming.school_year == "2027-2028"
    assert {each.sessions for each in coming.offerings} == {0}
    assert coming.school_years[:2] == ["2026-2027", "2027-2028"]
