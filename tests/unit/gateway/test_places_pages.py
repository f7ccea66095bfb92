"""Places on their pages: made, changed, what they offer, for how many of each age; and the town's whole offer."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.offer import (
    ActivityTerms,
    ActivityView,
    DefinePlace,
    OfferActivity,
    OfferingShown,
    OfferingView,
    OfferInPlaces,
    OfferView,
    OpenSessions,
    PlaceKind,
    PlaceOfferView,
    PlaceView,
    SchoolClassView,
    ShowOffer,
    ShowPlace,
)
from contracts.enrolment.refusals import OfferingChanged, PlaceChanged
from contracts.enrolment.terms import Group
from contracts.errors import NotFound
from tests.mothers import enrolment as mother

SCHOOL = PlaceView(
    code=mother.SCHOOL, name="École Saint-Nicolas", kind=PlaceKind.SCHOOL, city="Romans", version=4
)
CENTRE = PlaceView(code="loisirs-ors", name="Accueil des Ors", kind=PlaceKind.LEISURE, city="Romans")
BY_AGE = mother.wednesday(
    groups=(
        Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=8),
        Group(code="grands", label="6-11 ans", youngest=6, oldest=11, capacity=12),
    )
)
HERE = OfferingView(
    place_code=SCHOOL.code, activity_code="mercredi", capacity=18, group_capacity={"petits": 6}
)


def seen(terms: ActivityTerms, **differing: Any) -> ActivityView:
    return ActivityView(terms=terms, adding_sentence="jusqu’à la veille", cancelling_sentence="", **differing)


@pytest.fixture
def admin(site: Any) -> Any:
    activities = [
        seen(mother.canteen(), notes=["On réserve par semaine entière."]),
        seen(BY_AGE, who_sentence="réservé aux enfants de 3 à 11 ans"),
    ]
    site.services.answers[ListDocumentTypes] = []
    site.services.answers[ShowOffer] = OfferView(
        activities=activities,
        places=[SCHOOL, CENTRE],
        offerings=[HERE],
        school_year="2026-2027",
        school_year_first=date(2026, 9, 1),
        school_year_last=date(2027, 8, 31),
        school_years=["2026-2027", "2027-2028"],
    )
    site.services.answers[ShowPlace] = PlaceOfferView(
        place=SCHOOL,
        classes=[SchoolClassView(class_name="CE1-CE2 B", levels=["CE1", "CE2"], children=24)],
        activities=activities,
        offerings=[HERE],
    )
    site.services.answers[DefinePlace] = SCHOOL
    site.services.answers[OfferActivity] = HERE
    site.services.answers[OfferInPlaces] = 1
    site.services.answers[OpenSessions] = 137
    return site.agent(Role.ADMINISTRATION)


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def parsed(answer: Any) -> Any:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def test_places_are_listed_and_each_shows_its_classes_and_activities(admin: Any) -> None:
    assert "Accueil de loisirs loisirs-ors 0" in words(admin.read("/agents/lieux/"))
    said = words(admin.read(f"/agents/lieux/{SCHOOL.code}"))
    assert "CE1-CE2 B CE1, CE2 24" in said
    assert "Activités du mercredi 18 par séance (3-5 ans : 6, 6-11 ans : 12)" in said
    assert "Restauration scolaire Non proposée Proposer ici" in said


def test_a_place_is_made_with_a_code_that_files_can_name(site: Any, admin: Any) -> None:
    wrong = admin.send("/agents/lieux/nouveau", name="École Rey", code="École Rey")
    assert wrong.status_code == 422
    page = parsed(wrong)
    assert "sans espace ni accent" in words(page)
    assert page.select_one("input[name=name]")["value"] == "École Rey"
    done = admin.submit(page, code="0261099Z")
    assert done.location == "/agents/lieux/0261099Z"
    [ask] = site.services.asked_for(DefinePlace)
    assert (ask.code, ask.name, ask.kind, ask.version) == ("0261099Z", "École Rey", PlaceKind.SCHOOL, 0)


def test_a_place_is_changed_in_the_version_that_was_shown(site: Any, admin: Any) -> None:
    address = f"/agents/lieux/{SCHOOL.code}/modifier"
    admin.send(address, name="École Bozambo")
    [ask] = site.services.asked_for(DefinePlace)
    assert (ask.code, ask.name, ask.city, ask.version) == (SCHOOL.code, "École Bozambo", "Romans", 4)
    site.services.answers[DefinePlace] = PlaceChanged()
    answer = admin.send(address, name="École Bozambo")
    assert answer.status_code == 409
    assert "Un autre agent a modifié ce lieu" in words(parsed(answer))


def test_each_age_has_its_places_here(site: Any, admin: Any) -> None:
    address = f"/agents/lieux/{SCHOOL.code}/activites/mercredi"
    page = admin.read(address)
    assert page.select_one("input[name=capacity]")["value"] == "18"
    assert page.select_one("input[name=group_0]")["value"] == "6"
    assert page.select_one("input[name=group_1]")["value"] == ""
    admin.submit(page, capacity="20", group_1="14")
    [ask] = site.services.asked_for(OfferActivity)
    assert (ask.capacity, ask.group_capacity) == (20, {"petits": 6, "grands": 14})
    assert ask.shown == OfferingShown(capacity=18, group_capacity={"petits": 6})


def test_places_that_another_agent_changed_are_not_overwritten(site: Any, admin: Any) -> None:
    site.services.answers[OfferActivity] = OfferingChanged()
    answer = admin.send(f"/agents/lieux/{SCHOOL.code}/activites/mercredi", capacity="20")
    assert answer.status_code == 409
    assert "Un autre agent a changé ces places" in words(parsed(answer))


@pytest.mark.parametrize(("capacity", "said"), [("", "Indiquez le nombre"), ("99999", "jusqu’à 10000")])
def test_places_are_a_number(site: Any, admin: Any, capacity: str, said: str) -> None:
    answer = admin.send(f"/agents/lieux/{SCHOOL.code}/activites/cantine", capacity=capacity)
    assert answer.status_code == 422
    assert said in words(parsed(answer))
    assert site.services.asked_for(OfferActivity) == []


def test_an_activity_is_offered_in_several_places_at_once(site: Any, admin: Any) -> None:
    page = admin.read("/agents/lieux/proposer/mercredi")
    assert [each["value"] for each in page.select("input[name=places]")] == [CENTRE.code]
    assert "Choisissez au moins un lieu" in words(parsed(admin.submit(page)))
    done = admin.submit(page, places=[CENTRE.code])
    assert done.location == "/agents/offre/#a-mercredi"
    [ask] = site.services.asked_for(OfferInPlaces)
    assert (ask.activity_code, ask.place_codes) == ("mercredi", (CENTRE.code,))


def test_the_offer_says_whom_an_activity_is_for_and_opens_a_year_that_comes(site: Any, admin: Any) -> None:
    page = admin.read("/agents/offre/?annee=2027-2028")
    assert site.services.asked_for(ShowOffer)[-1].label == "2027-2028"
    said = words(page)
    assert "Pour qui Réservé aux enfants de 3 à 11 ans" in said
    assert "À savoir On réserve par semaine entière" in said
    form = admin.read("/agents/offre/seances?activite=mercredi&annee=2027-2028")
    done = admin.submit(form, first=["1", "9", "2027"], last=["31", "8", "2028"])
    assert done.location == "/agents/offre/?annee=2027-2028#a-mercredi"


def test_sessions_are_opened_only_where_an_activity_is_offered(site: Any, admin: Any) -> None:
    for differing in ({"activity": "cantine"}, {"activity": "mercredi", "place": CENTRE.code}):
        answer = admin.send("/agents/offre/seances", **differing)
        assert answer.status_code == 422
        assert "proposez-la d’abord" in words(parsed(answer))
    assert site.services.asked_for(OpenSessions) == []


def test_only_the_administration_and_only_what_exists(site: Any, admin: Any) -> None:
    site.services.answers[ShowPlace] = NotFound()
    admin.get("/agents/lieux/inconnu", status=404)
    admin.get("/agents/lieux/a%20b", status=404)
    admin.get("/agents/lieux/proposer/inconnue", status=404)
    for address in ("/agents/lieux/", "/agents/lieux/nouveau", "/agents/lieux/proposer/mercredi"):
        site.agent(Role.REQUESTS).get(address, status=403)
