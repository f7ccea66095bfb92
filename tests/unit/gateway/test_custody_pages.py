"""The calendar of a child of two homes: read, stated, answered, decided."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.accounts.changes import (
    ChangedMeanwhile,
    ChangesPage,
    ChangeState,
    DecideChange,
    ListChanges,
    OpenChange,
    SubjectKind,
    WithdrawChange,
)
from contracts.accounts.custody import (
    AlternateWeeks,
    AlwaysWith,
    AnswerCustody,
    Basis,
    ChosenDays,
    CustodyDraft,
    CustodyTerms,
    EvenWeeks,
    EveryOtherWeek,
    HolidayRule,
    NamedPeriod,
    OpenCustody,
    Opinion,
    OpinionView,
    PreviewCustody,
    PreviewView,
    ShowCustody,
    Side,
    StateCustody,
    SummerRule,
)
from contracts.accounts.family_file import OpenMyFile
from contracts.caller import Role
from contracts.errors import Invalid, NotFound
from gateway.family import custody_words
from tests.mothers import custody as terms
from tests.mothers import custody_views as mother
from tests.mothers import family_file
from tests.mothers.accounts import NOW

PAGE = f"/mon-espace/garde/{mother.CHILD}"
FIRST, SECOND = Side.FIRST, Side.SECOND
SHARED = {"holidays": "halves-first", "summer": "fortnights-second", "basis": "judgment"}


@pytest.fixture
def open_site(site: Any) -> Any:
    site.services.answers[ShowCustody] = mother.view(held=False)
    site.services.answers[PreviewCustody] = lambda asked: PreviewView(
        first_name="Alizée", days=mother.eight_weeks(asked.draft) if asked.draft.terms else []
    )
    site.services.answers[StateCustody] = mother.proposal()
    return site


def text_of(page: BeautifulSoup) -> str:
    return " ".join(page.main.get_text(" ").split())


# ------------------------------------------------------------------ reading


def test_the_year_is_said_in_words_month_by_month(site: Any) -> None:
    site.services.answers[ShowCustody] = mother.view()
    page = site.citizen().read(f"{PAGE}/annee/2026-2027")
    captions = [caption.get_text() for caption in page.select("caption")]
    assert captions[:2] == ["Septembre 2026", "Octobre 2026"]
    assert captions[-1] == "Août 2027"
    rows = [" | ".join(cell.get_text() for cell in row.select("th, td")) for row in page.select("tbody tr")]
    assert (
        rows[0] == "Du mardi 1er au vendredi 4\u00a0septembre | Dans l’autre foyer | Alternance des semaines"
    )
    assert rows[1] == "Du samedi 5 au vendredi 11\u00a0septembre | Chez vous | Alternance des semaines"
    autumn = "Vacances de la Toussaint, première moitié"
    assert f"Du samedi 17 au samedi 24\u00a0octobre | Chez vous | {autumn}" in rows


def test_without_a_calendar_the_page_leads_to_stating_one(open_site: Any) -> None:
    page = open_site.citizen().read(f"{PAGE}/")
    assert "Aucun calendrier n’est enregistré" in text_of(page)
    assert page.select_one("a.govuk-button")["href"] == f"{PAGE}/changer"


def test_a_child_of_one_home_has_no_such_page(site: Any) -> None:
    site.services.answers[ShowCustody] = NotFound()
    site.citizen().read(f"{PAGE}/", 404)


def test_the_page_opens_on_the_months_to_come(site: Any) -> None:
    site.services.answers[ShowCustody] = mother.view()
    page = site.citizen().read(f"{PAGE}/")
    captions = [caption.get_text() for caption in page.select("caption")]
    assert captions == ["Novembre 2026", "Décembre 2026", "Janvier 2027", "Février 2027"]


def test_another_school_year_can_be_chosen(site: Any) -> None:
    site.services.answers[ShowCustody] = mother.view()
    browser = site.citizen()
    browser.read(f"{PAGE}/annee/2027-2028")
    assert site.services.asked_for(ShowCustody)[-1].label == "2027-2028"
    browser.read(f"{PAGE}/annee/toutes", 404)


# ------------------------------------------------------------------ stating


@pytest.mark.parametrize(
    ("shape", "answers", "weeks"),
    [
        (
            "alternance",
            {"week": "first:2026-11-30", "changeover": "1-matin"},
            AlternateWeeks(
                weeks=EveryOtherWeek(side=FIRST, reference=date(2026, 11, 30)),
                changeover=1,
                after_school=False,
            ),
        ),
        (
            "paires",
            {"parity": "second", "changeover": "5-soir"},
            AlternateWeeks(weeks=EvenWeeks(side=SECOND), changeover=5, after_school=True),
        ),
        (
            "jours",
            {"days": ["0", "1"], "weekends": "second:2026-12-05"},
            ChosenDays(
                days=(FIRST, FIRST, SECOND, SECOND, SECOND),
                weekends=EveryOtherWeek(side=SECOND, reference=date(2026, 12, 5)),
            ),
        ),
        (
            "jours",
            {"days": None, "weekends": "even-second"},
            ChosenDays(days=(SECOND,) * 5, weekends=EvenWeeks(side=SECOND)),
        ),
        (
            "jours",
            {"days": ["4"], "weekends": "first"},
            ChosenDays(days=(*(SECOND,) * 4, FIRST), weekends=FIRST),
        ),
        ("toujours", {"side": "second"}, AlwaysWith(side=SECOND)),
    ],
)
def test_each_shape_is_checked_with_its_next_weeks_then_sent_once(
    open_site: Any, shape: str, answers: dict[str, Any], weeks: Any
) -> None:
    browser = open_site.citizen()
    checked = browser.send(f"{PAGE}/changer/{shape}", **answers, **SHARED)
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    assert "Vérifiez le calendrier" in text_of(page)
    assert page.select_one("caption").get_text() == "Les huit premières semaines"
    assert open_site.services.asked_for(StateCustody) == []
    sent = browser.submit(page, button="Envoyer le calendrier")
    assert sent.location == f"{PAGE}/"
    [ask] = open_site.services.asked_for(StateCustody)
    assert ask.draft == CustodyDraft(
        terms=CustodyTerms(
            weeks=weeks,
            holidays=HolidayRule.HALVES,
            even_years=FIRST,
            summer=SummerRule.FORTNIGHTS,
            summer_even_years=SECOND,
        ),
        valid_from=date(2026, 11, 23),
        basis=Basis.JUDGMENT,
    )
    assert ask.awaiting is None


def test_what_is_missing_is_said_and_nothing_is_lost(open_site: Any) -> None:
    browser = open_site.citizen()
    answer = browser.send(f"{PAGE}/changer/paires", parity="first", holidays="halves-second")
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert answer.status_code == 422
    assert "Choisissez comment l’été se partage." in text_of(page)
    assert page.select_one("input[name=holidays][value=halves-second]").has_attr("checked")


def test_a_choice_that_was_not_offered_is_refused(open_site: Any) -> None:
    browser = open_site.citizen()
    answer = browser.send(f"{PAGE}/changer/alternance", week="first:2020-01-06", **SHARED)
    assert answer.status_code == 422
    browser.read(f"{PAGE}/changer/autrement", 404)


def test_the_services_refusal_comes_back_on_its_field(open_site: Any) -> None:
    open_site.services.answers[PreviewCustody] = Invalid(problems={"valid_from": "custody_too_early"})
    answer = open_site.citizen().send(f"{PAGE}/changer/toujours", side="first", **SHARED)
    assert answer.status_code == 422
    assert "un jour de l’année scolaire en cours" in answer.get_data(as_text=True)


def test_answers_can_be_changed_before_they_are_sent(open_site: Any) -> None:
    browser = open_site.citizen()
    checked = browser.send(f"{PAGE}/changer/toujours", side="second", **SHARED)
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    again = BeautifulSoup(browser.submit(page, button="Modifier").get_data(as_text=True), "html5lib")
    assert again.select_one("input[name=side][value=second]").has_attr("checked")


def test_a_newer_one_takes_the_place_of_the_one_that_the_page_showed(open_site: Any) -> None:
    open_site.services.answers[ShowCustody] = mother.view(False, mother.proposal())
    browser = open_site.citizen()
    assert "Celui-ci le remplacera" in browser.read(f"{PAGE}/changer/toujours").get_text()
    checked = browser.send(f"{PAGE}/changer/toujours", side="second", **SHARED)
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    browser.submit(page, button="Envoyer le calendrier")
    [ask] = open_site.services.asked_for(StateCustody)
    assert ask.awaiting == mother.CHANGE


def test_when_somebody_else_stated_one_meanwhile_the_next_try_knows_of_it(open_site: Any) -> None:
    browser = open_site.citizen()
    checked = browser.send(f"{PAGE}/changer/toujours", side="second", **SHARED)
    open_site.services.answers[ShowCustody] = mother.view(False, mother.proposal())
    open_site.services.answers[StateCustody] = ChangedMeanwhile(fields={})
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    refused = browser.submit(page, button="Envoyer le calendrier")
    again = BeautifulSoup(refused.get_data(as_text=True), "html5lib")
    assert refused.status_code == 409
    assert again.select_one("input[name=awaiting]")["value"] == str(mother.CHANGE)


def test_a_calendar_that_holds_fills_the_form_and_its_periods_are_kept(open_site: Any) -> None:
    period = NamedPeriod(first=date(2026, 12, 24), last=date(2026, 12, 26), side=SECOND)
    held = mother.view()
    kept = mother.draft(terms=terms.every_other_week(periods=(period,)))
    agreement = held.agreements[0].model_copy(update={"draft": kept})
    open_site.services.answers[ShowCustody] = held.model_copy(update={"agreements": [agreement]})
    browser = open_site.citizen()
    page = browser.read(f"{PAGE}/changer/toujours")
    assert page.select_one("input[name=holidays][checked]")["value"] == "halves-first"
    checked = browser.submit(page, side="first", basis="agreement")
    browser.submit(BeautifulSoup(checked.get_data(as_text=True), "html5lib"), button="Envoyer le calendrier")
    [ask] = open_site.services.asked_for(StateCustody)
    assert ask.draft.terms.periods == (period,)


def test_a_period_is_added_to_the_calendar_that_holds(open_site: Any) -> None:
    open_site.services.answers[ShowCustody] = mother.view()
    browser = open_site.citizen()
    days = {"first": ["24", "12", "2026"], "last": ["26", "12", "2026"]}
    checked = browser.send(f"{PAGE}/periode", **days, side="second", basis="agreement")
    browser.submit(BeautifulSoup(checked.get_data(as_text=True), "html5lib"), button="Envoyer le calendrier")
    [ask] = open_site.services.asked_for(StateCustody)
    period = NamedPeriod(first=date(2026, 12, 24), last=date(2026, 12, 26), side=SECOND)
    assert ask.draft.terms == terms.every_other_week(periods=(period,))
    assert ask.draft.valid_from == date(2026, 11, 23)


def test_a_period_that_ends_before_it_begins_is_refused(open_site: Any) -> None:
    open_site.services.answers[ShowCustody] = mother.view()
    days = {"first": ["26", "12", "2026"], "last": ["24", "12", "2026"]}
    answer = open_site.citizen().send(f"{PAGE}/periode", **days, side="second", basis="agreement")
    assert answer.status_code == 422
    assert "Le dernier jour précède le premier." in answer.get_data(as_text=True)


def test_a_calendar_can_be_ended(open_site: Any) -> None:
    open_site.services.answers[ShowCustody] = mother.view()
    browser = open_site.citizen()
    checked = browser.send(f"{PAGE}/changer/fin", basis="agreement")
    browser.submit(BeautifulSoup(checked.get_data(as_text=True), "html5lib"), button="Envoyer le calendrier")
    [ask] = open_site.services.asked_for(StateCustody)
    assert ask.draft.terms is None


# ------------------------------------------------------------------ what awaits


def test_what_awaits_is_shown_and_can_be_withdrawn(open_site: Any) -> None:
    open_site.services.answers[ShowCustody] = mother.view(False, mother.proposal())
    open_site.services.answers[WithdrawChange] = None
    browser = open_site.citizen()
    page = browser.read(f"{PAGE}/")
    assert "Lundi et mardi chez vous\u202f; mercredi, jeudi et vendredi dans l’autre foyer" in text_of(
        page
    ).replace(" ;", "\u202f;")
    assert "Indiquer le calendrier" not in text_of(page)
    assert browser.submit(page).location == f"{PAGE}/"
    [ask] = open_site.services.asked_for(WithdrawChange)
    assert ask.change_id == mother.CHANGE


def test_a_refusal_says_why(open_site: Any) -> None:
    refused = mother.proposal(state=ChangeState.REFUSED, reason="Le jugement dit autre chose.")
    open_site.services.answers[ShowCustody] = mother.view(False, refused)
    assert "Le jugement dit autre chose." in text_of(open_site.citizen().read(f"{PAGE}/"))


def test_the_other_home_answers(open_site: Any) -> None:
    theirs = mother.proposal(by_other_home=True)
    open_site.services.answers[ShowCustody] = mother.view(False, theirs)
    open_site.services.answers[AnswerCustody] = theirs
    browser = open_site.citizen()
    page = browser.read(f"{PAGE}/")
    assert "Votre avis est attendu" in text_of(page)
    answer = browser.send(
        f"{PAGE}/repondre/{mother.CHANGE}", opinion="objects", text="Le jugement dit autre chose."
    )
    assert answer.location == f"{PAGE}/"
    [ask] = open_site.services.asked_for(AnswerCustody)
    assert (ask.change_id, ask.opinion, ask.text) == (
        mother.CHANGE,
        Opinion.OBJECTS,
        "Le jugement dit autre chose.",
    )


def test_an_objection_without_a_word_comes_back(open_site: Any) -> None:
    open_site.services.answers[ShowCustody] = mother.view(False, mother.proposal(by_other_home=True))
    open_site.services.answers[AnswerCustody] = Invalid(problems={"text": "objection_without_text"})
    answer = open_site.citizen().send(f"{PAGE}/repondre/{mother.CHANGE}", opinion="objects")
    assert answer.status_code == 422
    assert "Dites pourquoi vous n’êtes pas d’accord" in answer.get_data(as_text=True)


def test_an_answer_can_be_looked_at_again(open_site: Any) -> None:
    said = OpinionView(opinion=Opinion.OBJECTS, text="Non, le jeudi.", at=NOW)
    open_site.services.answers[ShowCustody] = mother.view(
        False, mother.proposal(by_other_home=True, opinion=said)
    )
    browser = open_site.citizen()
    assert "Vous avez répondu : pas d’accord" in text_of(browser.read(f"{PAGE}/")).replace("\u00a0", " ")
    assert browser.read(f"{PAGE}/repondre/{mother.CHANGE}").textarea.get_text() == "Non, le jeudi."


def test_what_awaits_no_answer_any_more_leads_back(open_site: Any) -> None:
    answer = open_site.citizen().get(f"{PAGE}/repondre/{mother.CHANGE}", 302)
    assert answer.location == f"{PAGE}/"


# ------------------------------------------------------------------ the agent


def test_the_agent_sees_both_and_what_the_other_home_says(site: Any) -> None:
    site.services.answers[OpenCustody] = mother.file()
    text = text_of(site.agent(Role.FAMILY_FILES).read(f"/agents/garde/{mother.CHANGE}"))
    assert "Lundi et mardi chez Martin" in text
    assert (
        "celle du 7\u00a0septembre 2026 chez Martin" in text
        or "celle du 7 septembre 2026 chez Martin" in text
    )
    assert "Pas d’accord, Paul Delorme" in text
    assert "Le jugement dit une semaine sur deux." in text


def test_the_decision_goes_with_what_the_agent_saw(site: Any) -> None:
    site.services.answers[OpenCustody] = mother.file()
    site.services.answers[DecideChange] = None
    browser = site.agent(Role.FAMILY_FILES)
    browser.send(f"/agents/garde/{mother.CHANGE}", decision="refuse", reason="Le jugement dit autre chose.")
    [ask] = site.services.asked_for(DecideChange)
    assert (ask.accept, ask.reason) == (False, "Le jugement dit autre chose.")
    assert ask.seen == mother.draft().model_dump(mode="json")


def test_what_changed_meanwhile_is_shown_anew(site: Any) -> None:
    site.services.answers[OpenCustody] = mother.file()
    site.services.answers[DecideChange] = ChangedMeanwhile(fields={})
    answer = site.agent(Role.FAMILY_FILES).send(f"/agents/garde/{mother.CHANGE}", decision="accept")
    assert answer.status_code == 409


def test_what_is_decided_has_no_form(site: Any) -> None:
    site.services.answers[OpenCustody] = mother.file(state=ChangeState.ACCEPTED, ended_by="Odile Garnier")
    page = site.agent(Role.FAMILY_FILES).read(f"/agents/garde/{mother.CHANGE}")
    assert page.select("main form") == []


def test_only_agents_of_family_files_come_here(site: Any) -> None:
    site.agent(Role.BILLING).read(f"/agents/garde/{mother.CHANGE}", 403)


def test_the_list_of_changes_leads_to_the_calendars_own_page(site: Any) -> None:
    row = family_file.a_change_row(
        subject_kind=SubjectKind.CUSTODY, field="calendar", change_id=mother.CHANGE, label="Alizée Martin"
    )
    site.services.answers[ListChanges] = ChangesPage(changes=[row], awaiting=1, page=1, pages=1, total=1)
    change = family_file.a_change_view(subject_kind=SubjectKind.CUSTODY, field="calendar")
    site.services.answers[OpenChange] = family_file.a_change_file(change=change)
    browser = site.agent(Role.FAMILY_FILES)
    listed = browser.read("/agents/modifications/").select_one("tbody a")
    assert listed["href"] == f"/agents/garde/{mother.CHANGE}"
    assert browser.get(f"/agents/modifications/{mother.CHANGE}", 302).location == listed["href"]


# ------------------------------------------------------------------ the ways in


def test_a_child_of_two_homes_has_the_way_to_its_calendar(site: Any) -> None:
    site.services.answers[OpenMyFile] = family_file.a_file()
    browser = site.citizen()
    both, only = (
        browser.read(f"/mon-espace/famille/{mother.HERE}/enfants/{UUID(int=number)}") for number in (40, 41)
    )
    assert [link["href"] for link in both.select(".desk__link") if "garde" in link["href"]] == [f"{PAGE}/"]
    assert [link["href"] for link in only.select(".desk__link") if "garde" in link["href"]] == []


def test_among_the_changes_a_calendar_says_since_when_and_not_whose_the_days_are(site: Any) -> None:
    change = family_file.a_change_view(
        subject_kind=SubjectKind.CUSTODY,
        field="calendar",
        label="Alizée Martin",
        old=None,
        new=mother.proposal().draft.model_dump(mode="json"),
    )
    site.services.answers[OpenMyFile] = family_file.a_file(change)
    said = text_of(site.citizen().read("/mon-espace/famille/modifications/"))
    assert "Calendrier à partir du 28\u00a0novembre 2026" in said.replace("du 28 nov", "du 28\u00a0nov")
    assert "chez vous" not in said


# ------------------------------------------------------------------ words


def test_days_in_words() -> None:
    assert custody_words.span(date(2026, 9, 8), date(2026, 9, 8)) == "mardi 8\u00a0septembre"
    assert (
        custody_words.span(date(2026, 9, 5), date(2026, 9, 11)) == "du samedi 5 au vendredi 11\u00a0septembre"
    )
    assert (
        custody_words.span(date(2026, 9, 26), date(2026, 10, 2))
        == "du samedi 26\u00a0septembre au vendredi 2\u00a0octobre"
    )


def test_a_run_that_goes_on_into_the_next_year_stands_in_both_months() -> None:
    [run] = mother.days(
        mother.draft(terms=CustodyTerms(weeks=AlwaysWith(side=FIRST))), date(2026, 12, 1), date(2027, 1, 31)
    )
    assert [(month.name, month.rows[0].days) for month in custody_words.months([run])] == [
        ("Décembre 2026", "Du mardi 1er au jeudi 31\u00a0décembre"),
        ("Janvier 2027", "Du vendredi 1er au dimanche 31\u00a0janvier"),
    ]
