"""An activity made on a page: typed, previewed in the parents' words, kept; what makes no sense comes back filled."""

import re
from datetime import date, datetime, time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import PARIS
from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.absence_terms import AbsenceReason, AbsenceTerms, Ground
from contracts.enrolment.deadlines import DaysBefore, PreviousMonthDay, WeekdayBefore
from contracts.enrolment.offer import (
    ActivityPreview,
    ActivityTerms,
    ActivityView,
    DefineActivity,
    ExampleDay,
    OfferView,
    PlaceKind,
    PlaceView,
    PreviewActivity,
    ShowOffer,
)
from contracts.enrolment.refusals import ActivityChanged
from contracts.enrolment.terms import (
    Eligibility,
    Grain,
    Group,
    Level,
    Link,
    Opening,
    SlotHours,
    UsualDays,
    Waiting,
    WaitingOrder,
    Window,
)
from contracts.errors import ServiceUnavailable
from gateway.activities import absence_rules
from gateway.activities import activity_text as lines
from gateway.sentences.absences import REASONS
from tests.mothers import enrolment as mother

NEW = "/agents/activites/nouvelle"
WHOLE = mother.wednesday(
    slots=("matin", "repas", "après-midi"),
    links=(Link(slot="repas", needs=frozenset({"matin", "après-midi"})),),
    hours=(SlotHours(slot="matin", begins=time(8), ends=time(12)),),
    meal_slots=frozenset({"repas"}),
    groups=(
        Group(code="petits", label="Les petits", youngest=3, oldest=5, capacity=24),
        Group(code="6-11", label="6-11 ans", youngest=6, oldest=11, capacity=36),
    ),
    eligibility=Eligibility(
        youngest=3, oldest=11, levels=frozenset({Level.PS, Level.CM2}), residents_only=True
    ),
    enrolling=Window(opens_at=datetime(2026, 6, 1, 8, tzinfo=PARIS)),
    openings=(
        Opening(
            first=date(2026, 12, 19),
            last=date(2027, 1, 3),
            window=Window(
                opens_at=datetime(2026, 12, 2, 8, tzinfo=PARIS),
                residents_from=datetime(2026, 12, 1, 8, 30, tzinfo=PARIS),
                closes_at=datetime(2026, 12, 18, 18, tzinfo=PARIS),
            ),
        ),
    ),
    booked_by=Grain.WEEK,
    waiting=Waiting(order=WaitingOrder.RESIDENTS_FIRST, hours=24),
    enrolment_places=60,
    usual_days=(
        UsualDays(slot="matin", weekdays=frozenset({1, 3})),
        UsualDays(slot="repas", weekdays=frozenset({3})),
    ),
    adding=PreviousMonthDay(day=20, at=time(18)),
    cancelling=DaysBefore(days=2, at=time(9, 30), skip_weekdays=frozenset({6, 7}), skip_holidays=True),
    absences=AbsenceTerms(
        grounds={AbsenceReason.ILLNESS: Ground.DECISION, AbsenceReason.OTHER: Ground.CERTIFICATE},
        report_days=0,
        certificate_days=15,
        objection_days=30,
    ),
)


def view(terms: ActivityTerms, version: int = 3) -> ActivityView:
    return ActivityView(
        terms=terms,
        adding_sentence="jusqu’au jeudi de la semaine précédente, 12 h",
        cancelling_sentence="jusqu’à la veille, 9 h",
        who_sentence="réservé aux enfants de 3 à 11 ans",
        version=version,
    )


@pytest.fixture
def admin(site: Any) -> Any:
    site.services.answers[ShowOffer] = OfferView(
        activities=[view(WHOLE), view(mother.canteen())],
        places=[
            PlaceView(code=mother.SCHOOL, name="École Saint-Nicolas", kind=PlaceKind.SCHOOL, city="Romans")
        ],
        offerings=[],
        school_year="2026-2027",
        school_year_first=date(2026, 9, 1),
        school_year_last=date(2027, 8, 31),
    )
    site.services.answers[ListDocumentTypes] = []
    site.services.answers[PreviewActivity] = ActivityPreview(
        activity=view(WHOLE),
        examples=[
            ExampleDay(
                day=date(2026, 12, 9),
                adding_closes_at=datetime(2026, 12, 3, 12, tzinfo=PARIS),
                cancelling_closes_at=datetime(2026, 12, 8, 9, tzinfo=PARIS),
            )
        ],
    )
    site.services.answers[DefineActivity] = view(WHOLE)
    return site.agent(Role.ADMINISTRATION)


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def parsed(answer: Any) -> Any:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def new(**differing: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "name": "Éveil musical",
        "kind": "evening",
        "unit": "heure",
        "weekdays": ["1", "4"],
        "capacity": "12",
        "adding_number": "2",
        "adding_hour": "9 h",
        "adding_skip": ["6", "7", "holidays"],
        "cancelling": "weekday_before",
        "cancelling_number": "1",
        "cancelling_weekday": "4",
        "cancelling_hour": "12h",
    }
    return known | differing


@pytest.mark.parametrize("terms", [WHOLE, mother.canteen(), mother.wednesday()])
def test_an_activity_opened_and_kept_unchanged_stays_as_it_was(
    site: Any, admin: Any, terms: ActivityTerms
) -> None:
    site.services.answers[ShowOffer] = site.services.answers[ShowOffer].model_copy(
        update={"activities": [view(terms)]}
    )
    page = admin.read(f"/agents/activites/{terms.code}")
    admin.submit(page, button="Enregistrer l’activité")
    [ask] = site.services.asked_for(DefineActivity)
    assert ask.terms == terms
    assert ask.version == 3


def test_a_new_activity_is_previewed_then_kept(site: Any, admin: Any) -> None:
    preview = parsed(admin.send(NEW, button="Prévisualiser", **new()))
    text = words(preview)
    assert "Possible jusqu’au jeudi de la semaine précédente, 12 h" in text
    assert "mercredi 9 décembre 2026 3 décembre 2026 à 12 h" in text
    assert site.services.asked_for(DefineActivity) == []
    assert preview.select_one("input[name=name]")["value"] == "Éveil musical"
    done = admin.submit(preview, button="Enregistrer l’activité")
    assert done.location == "/agents/lieux/proposer/eveil-musical"
    [ask] = site.services.asked_for(DefineActivity)
    terms = ask.terms
    assert (terms.code, terms.weekdays, ask.version) == ("eveil-musical", frozenset({1, 4}), 0)
    assert terms.adding == DaysBefore(days=2, at=time(9), skip_weekdays=frozenset({6, 7}), skip_holidays=True)
    assert terms.cancelling == WeekdayBefore(weekday=4, weeks=1, at=time(12))
    assert terms.absences == AbsenceTerms()


def test_until_when_an_absence_is_reported_and_what_it_is_worth_is_set_and_said(
    site: Any, admin: Any
) -> None:
    site.services.answers[PreviewActivity] = lambda ask: ActivityPreview(
        activity=view(ask.terms), examples=[]
    )
    typed = new(report_days="5", certificate_days="1", ground_family="billed", ground_other="decision")
    preview = parsed(admin.send(NEW, button="Prévisualiser", **typed))
    assert (
        "Après ce délai Un jour qui ne peut plus être annulé : signalez l’absence au plus tard 5 jours après. "
        "Maladie, rendez-vous médical : non facturé si un certificat est donné le lendemain au plus tard et accepté. "
        "Autre raison : non facturé si la mairie accepte le motif. Événement familial : facturé. "
        "Le pointage d’un jour se conteste dans les 15 jours."
    ) in words(preview)
    admin.submit(preview, button="Enregistrer l’activité")
    [ask] = site.services.asked_for(DefineActivity)
    assert ask.terms.absences == AbsenceTerms(
        grounds={
            AbsenceReason.ILLNESS: Ground.CERTIFICATE,
            AbsenceReason.APPOINTMENT: Ground.CERTIFICATE,
            AbsenceReason.OTHER: Ground.DECISION,
        },
        report_days=5,
        certificate_days=1,
    )


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        ({"name": ""}, "Donnez un nom"),
        ({"adding_hour": "neuf"}, "Écrivez l’heure comme ceci"),
        ({"adding_number": ""}, "Indiquez le nombre"),
        ({"cancelling_weekday": ""}, "Choisissez le jour de la semaine"),
        ({"cancelling_number": "9"}, "1 à 8 semaines"),
        ({"adding_skip": ["1", "2", "3", "4", "5", "6", "7"]}, "un jour au moins doit compter"),
        ({"groups": "les petits"}, "3-5 ans : 24 places"),
        ({"groups": "3-5 ans : 10\n5-9 ans : 10"}, "Deux groupes se partagent un âge"),
        ({"links": "repas"}, "repas avec matin ou après-midi"),
        ({"links": "repas avec matin"}, "vérifiez son orthographe"),
        ({"openings": "à Noël"}, "écrivez la période"),
        ({"hours": "12 h - 8 h"}, "la fin précède le début"),
        ({"youngest": "9", "oldest": "3"}, "L’âge le plus grand"),
        ({"waiting": "by_time", "waiting_hours": "900"}, "De 1 à 336 heures"),
        ({"youngest": "90"}, "L’âge va de 0 à 25 ans"),
        ({"report_days": "32"}, "De 0 à 31 jours"),
        ({"objection_days": "0"}, "De 1 à 60 jours"),
        ({"certificate_days": ""}, "Indiquez un nombre de jours"),
        ({"ground_illness": ""}, "Choisissez ce que vaut ce motif"),
        ({"weekdays": None}, "Choisissez au moins un jour"),
        ({"usual": "lundi, jedi"}, "écrivez les jours en toutes lettres"),
        ({"usual": "lundi\nmardi"}, "gardez une ligne par moment"),
        ({"links": f"{'r' * 41} avec matin"}, "en 40 signes au plus"),
        ({"openings": "19/12/2026 - 03/01/2027 : bientôt"}, "écrivez la période"),
        (
            {"enrol_from": ["2", "9", "2026"], "enrol_until": ["1", "9", "2026"]},
            "La fin précède l’ouverture",
        ),
    ],
)
def test_what_makes_no_sense_comes_back_filled(
    site: Any, admin: Any, differing: dict[str, Any], said: str
) -> None:
    answer = admin.send(NEW, button="Enregistrer l’activité", **new(**differing))
    assert answer.status_code == 422
    page = parsed(answer)
    assert said in words(page)
    assert page.select_one("input[name=unit]")["value"] == "heure"
    assert site.services.asked_for(DefineActivity) == []


def test_another_agents_change_is_not_overwritten(site: Any, admin: Any) -> None:
    site.services.answers[DefineActivity] = ActivityChanged()
    answer = admin.send(NEW, button="Enregistrer l’activité", **new())
    assert answer.status_code == 409
    assert "Un autre agent a modifié cette activité" in words(parsed(answer))


def test_what_was_chosen_stays_when_the_kinds_of_documents_cannot_be_read(site: Any, admin: Any) -> None:
    terms = mother.canteen(documents=("assurance",))
    site.services.answers[ShowOffer] = site.services.answers[ShowOffer].model_copy(
        update={"activities": [view(terms)]}
    )
    site.services.answers[ListDocumentTypes] = ServiceUnavailable()
    admin.send("/agents/activites/cantine", button="Enregistrer l’activité")
    [ask] = site.services.asked_for(DefineActivity)
    assert ask.terms.documents == ("assurance",)


def test_only_the_administration_and_only_what_exists(site: Any, admin: Any) -> None:
    admin.get("/agents/activites/inconnue", status=404)
    site.agent(Role.REQUESTS).get(NEW, status=403)


hours = st.times().map(lambda at: at.replace(second=0, microsecond=0))
words_of_slots = st.sampled_from(("matin", "repas", "après-midi", "soir"))


@given(hours)
def test_an_hour_is_read_as_it_is_written(at: time) -> None:
    assert lines.read_hour(lines.write_hour(at)) == at


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 999)), max_size=4))
def test_groups_are_read_as_they_are_written(drawn: list[tuple[int, int, int]]) -> None:
    groups = tuple(
        Group(code=f"{a}-{a + b}", label=f"{a}-{a + b} ans", youngest=a, oldest=a + b, capacity=n)
        for a, b, n in drawn
    )
    assert lines.read_groups(lines.write_groups(groups)) == groups


moments = st.builds(
    lambda day, at: datetime.combine(day, at, PARIS), st.dates(date(2026, 1, 1), date(2030, 1, 1)), hours
)


@given(st.lists(moments, min_size=3, max_size=3), st.sampled_from(["o", "c", "ro", "oc", "roc"]))
def test_openings_are_read_as_they_are_written(drawn: list[datetime], bounds: str) -> None:
    residents, opens, closes = sorted(drawn)
    window = Window(
        residents_from=residents if "r" in bounds else None,
        opens_at=opens if "o" in bounds else None,
        closes_at=closes if "c" in bounds else None,
    )
    first = date(2026, 12, 19)
    openings = (Opening(first=first, last=first, window=window),)
    assert lines.read_openings(lines.write_openings(openings)) == openings


@given(st.lists(st.sets(st.integers(1, 7), min_size=1), min_size=3, max_size=3), st.integers(0, 3))
def test_usual_days_are_read_as_they_are_written(drawn: list[set[int]], number: int) -> None:
    slots = ("matin", "repas", "après-midi")
    usual = tuple(
        UsualDays(slot=slot, weekdays=frozenset(days))
        for slot, days in list(zip(slots, drawn, strict=True))[:number]
    )
    assert lines.read_usual_days(lines.write_usual_days(usual, slots), slots) == usual


@given(st.lists(st.tuples(words_of_slots, hours, hours), max_size=4))
def test_hours_are_read_as_they_are_written(drawn: list[tuple[str, time, time]]) -> None:
    kept = tuple(SlotHours(slot=slot, begins=min(a, b), ends=max(a, b)) for slot, a, b in drawn if a != b)
    assert lines.read_hours(lines.write_hours(kept)) == kept


@given(st.lists(st.tuples(words_of_slots, st.sets(words_of_slots, min_size=1)), max_size=4))
def test_links_are_read_as_they_are_written(drawn: list[tuple[str, set[str]]]) -> None:
    links = tuple(Link(slot=slot, needs=frozenset(needs)) for slot, needs in drawn)
    assert lines.read_links(lines.write_links(links)) == links


absence_terms = st.builds(
    AbsenceTerms,
    grounds=st.dictionaries(st.sampled_from(AbsenceReason), st.sampled_from(Ground)),
    report_days=st.integers(0, 31),
    certificate_days=st.integers(1, 60),
    objection_days=st.integers(1, 60),
)
WORDS = {"certificat": Ground.CERTIFICATE, "mairie": Ground.DECISION}


@given(absence_terms)
def test_the_sentence_on_absences_says_its_rule(terms: AbsenceTerms) -> None:
    """Read back: the days of each, and what each reason is worth."""
    first, *worth, last = absence_rules.sentence(terms).replace("\xa0", " ").split(". ")

    def days(text: str) -> int:
        found = re.search(r"(\d+) jours", text)
        return int(found[1]) if found else int("le lendemain" in text)

    assert (days(first), days(last)) == (terms.report_days, terms.objection_days)
    read = {}
    for part in worth:
        reasons, _, told = part.partition(" : ")
        ground = next((WORDS[word] for word in WORDS if word in told), Ground.BILLED)
        read |= dict.fromkeys(reasons.lower().split(", "), ground)
        if ground is Ground.CERTIFICATE:
            assert days(told) == terms.certificate_days
    assert read == {REASONS[reason].lower(): terms.ground(reason) for reason in AbsenceReason}
