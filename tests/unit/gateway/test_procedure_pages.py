"""Démarches: found, begun, filled page by page, checked and sent; with an account or without."""

import io
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from contracts.accounts.families import MyHousehold
from contracts.accounts.identity import SignedInView, SignIn
from contracts.caller import Kind
from contracts.documents.keys import ReadKeys
from contracts.documents.shares import UnshareDocument
from contracts.documents.types import ListDocumentTypes
from contracts.documents.vault import OpenVault
from contracts.enrolment.drafts import (
    AdmitFile,
    AdoptDraft,
    DraftCard,
    DraftSent,
    DropDraft,
    FormChange,
    FormChanged,
    ListLeftDrafts,
    OpenDraft,
    RenewDraft,
    SaveAnswers,
    SavedPage,
    StartDraft,
    Typed,
)
from contracts.enrolment.procedure_forms import Answers, Audience, FieldKind, Prefill, ProcedureForm
from contracts.enrolment.procedures import (
    ListProcedures,
    ProcedureCard,
    ProceduresView,
    ProcedureView,
    ShowProcedure,
)
from contracts.enrolment.requests import SubmitRequest, SubmittedView
from contracts.errors import NotFound, ServiceUnavailable, TooManyAttempts
from enrolment.procedures.asking import shown, whole
from enrolment.procedures.checking import check, clean
from gateway.browser import draft_cookie
from gateway.procedures import draft_files
from gateway.public import procedure_files
from gateway.vault.deposits import Deposited
from tests.mothers import procedures as mother
from tests.mothers.accounts import a_household
from tests.mothers.procedures import DRAFT_ID, a_vault, field, form, page, removal
from tests.unit.gateway.conftest import CITIZEN_ID
from tests.unit.gateway.test_absence_pages import text_of

DRAFT = f"/demarches/en-cours/{DRAFT_ID}"
COMMAND = {"command_id": "00000000-0000-4000-8000-0000000c0de1"}
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
CARD = DraftCard(
    draft_id=DRAFT_ID,
    code="occuper-la-rue",
    title="Occuper la rue",
    updated_at="2026-11-25T10:00:00+01:00",
    erased_at="2027-02-25T10:00:00+01:00",
)


def words_of(answer: Any) -> str:
    """The page in answer, with plain spaces."""
    text: str = answer.get_data(as_text=True)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


class Desk:
    """Enrolment's side of one draft, by its own rules, in memory."""

    def __init__(self, site: Any, of: ProcedureForm, answers: Answers | None = None) -> None:
        self.form, self.answers, self.saved = whole(of), dict(answers or {}), set()
        self.typed: Typed = {}
        self.newer: FormChange | None = None
        today = site.clock.now().date()
        self.check = lambda given, names=None: check(self.form, given, today, names)
        site.services.answers |= {
            OpenDraft: lambda ask: self.view(ask.draft_id),
            SaveAnswers: self.save,
            StartDraft: CARD,
            ShowProcedure: ProcedureView(code="occuper-la-rue", number=1, form=self.form, drafts=[]),
            ListDocumentTypes: [],
            SubmitRequest: SubmittedView(request_id=DRAFT_ID, number="2026-000042", code="ABCD-EFGH"),
        }

    def view(self, draft_id: UUID = DRAFT_ID) -> Any:
        if draft_id != DRAFT_ID:
            return NotFound()
        problems = self.check(self.answers)
        todo = next(
            (
                name
                for name, fields in shown(self.form, self.answers).items()
                if any(each.name in problems or each.name not in self.saved for each in fields)
            ),
            None,
        )
        return mother.draft(self.form, self.answers, todo=todo, newer=self.newer, typed=self.typed)

    def save(self, ask: SaveAnswers) -> Any:
        names = {each.name for each in shown(self.form, self.answers).get(ask.page, [])} | ask.answers.keys()
        given = clean(self.form, {**{k: v for k, v in self.answers.items() if k not in names}, **ask.answers})
        problems = self.check(given, names)
        self.answers = {name: answer for name, answer in given.items() if name not in problems}
        self.typed = {name: typed for name, typed in ask.typed.items() if name not in self.answers}
        self.saved |= set() if ask.partial or problems else names
        return SavedPage(draft=self.view(), problems=problems)


@pytest.fixture
def desk(site: Any) -> Desk:
    return Desk(site, removal())


# ---------------------------------------------------------------- found


def test_procedures_stand_by_category_and_are_found_without_accents(site: Any) -> None:
    cards = [
        ProcedureCard(
            code=code, title=title, summary="…", category=category, audience=audience, answer_days=9
        )
        for code, title, category, audience in [
            ("acte", "Demander un acte", "État civil", Audience.ANYBODY),
            ("ecole", "Inscrire à l’école", "École", Audience.SIGNED_IN),
        ]
    ]
    site.services.answers[ListProcedures] = ProceduresView(procedures=cards, drafts=[])
    visitor = site.anonymous()

    everything = visitor.read("/demarches")
    assert [h.get_text() for h in everything.select("h2")][:2] == ["École", "État civil"]
    assert "Avec un compte." in text_of(everything)
    assert [a.get_text() for a in visitor.read("/demarches?q=etat ACTE").select(".procedure-list a")] == [
        "Demander un acte"
    ]
    assert "Aucune démarche ne correspond" in text_of(visitor.read("/demarches?q=piscine"))
    assert visitor.get("/nouvelle-demarche", 301).location == "/demarches"


def test_a_parent_finds_what_was_begun(site: Any) -> None:
    site.services.answers[ListProcedures] = ProceduresView(procedures=[], drafts=[CARD])
    page = site.citizen().read("/demarches")

    assert page.select_one(".procedure-list a")["href"] == f"{DRAFT}/"
    assert "gardée jusqu’au 25 février 2027" in text_of(page)
    assert page.select_one(".space-menu a[aria-current]").get_text() == "Démarches"


def test_a_procedure_says_what_it_needs_before_it_is_begun(site: Any, desk: Desk) -> None:
    visitor = site.anonymous()
    words = text_of(visitor.read("/demarches/occuper-la-rue"))
    assert "Dans les 30 jours" in words
    assert "Voirie" in words

    answer = visitor.send("/demarches/occuper-la-rue")
    assert answer.location == f"{DRAFT}/"
    [started] = site.services.asked_for(StartDraft)
    assert len(started.secret) == 43
    visitor.get(answer.location, 302)
    assert site.services.asked_for(OpenDraft)[-1].secret == started.secret


def test_one_that_needs_an_account_leads_to_it(site: Any) -> None:
    Desk(site, removal(audience=Audience.SIGNED_IN))
    page = site.anonymous().read("/demarches/occuper-la-rue")
    assert page.select("main form") == []
    assert page.select_one("main .govuk-button")["href"] == "/connexion?suite=/demarches/occuper-la-rue"
    assert site.citizen().read("/demarches/occuper-la-rue").select("main form")


# ---------------------------------------------------------------- filled


def test_a_visitor_fills_makes_mistakes_and_sends(site: Any, desk: Desk) -> None:
    visitor = site.anonymous()
    refused = visitor.send(f"{DRAFT}/what")
    assert refused.status_code == 422
    assert "Choisissez une réponse : « Pourquoi ? »." in words_of(refused)

    assert visitor.send(f"{DRAFT}/what", f_why="works").location == f"{DRAFT}/what"
    refused = visitor.send(f"{DRAFT}/what", f_why="works", f_weeks="99")
    assert "Saisissez un nombre jusqu’à 52." in refused.get_data(as_text=True)
    assert 'value="99"' in refused.get_data(as_text=True)
    assert visitor.send(f"{DRAFT}/what", f_why="works", f_weeks="2").location == f"{DRAFT}/who"
    assert visitor.send(f"{DRAFT}/who", f_name="Li Na").location == f"{DRAFT}/contact"
    assert "nom@exemple.fr" in visitor.send(f"{DRAFT}/contact", f_contact_email="li").get_data(as_text=True)
    assert visitor.send(f"{DRAFT}/contact", f_contact_email="li@exemple.fr").location == f"{DRAFT}/verifier"

    page = visitor.read(f"{DRAFT}/verifier")
    assert "Pourquoi ? Works Modifier (pourquoi ?) Combien de semaines ? 2" in text_of(page)
    sent = visitor.submit(page)
    assert sent.location == "/suivre-une-demande/recue"
    [order] = site.services.asked_for(SubmitRequest)
    assert (order.draft_id, order.number) == (DRAFT_ID, 1)
    assert "2026-000042" in text_of(visitor.read("/suivre-une-demande/recue"))


def test_what_is_typed_wrong_comes_back_with_all_that_is_to_be_corrected(site: Any) -> None:
    Desk(site, form(page("one", field("day", FieldKind.DATE), field("home", FieldKind.ADDRESS))))
    visitor = site.anonymous()
    opened = visitor.read(f"{DRAFT}/one")
    data = visitor.filled(opened.select_one("main form"))
    data["f_day"] = ["31", "2", "2026"]
    data["f_home__street"] = "1, rue Basse"
    answer = visitor.client.post(f"{DRAFT}/one", data=data)
    assert answer.status_code == 422
    words = answer.get_data(as_text=True)
    assert "Cette date n’existe pas" in words
    assert "Complétez l’adresse" in words
    assert 'href="#f_home__postcode"' in words
    assert 'value="31"' in words
    assert 'value="1, rue Basse"' in words


def test_an_address_to_which_no_receipt_can_go_is_said_on_its_field_and_stays(site: Any, desk: Desk) -> None:
    visitor = site.anonymous()
    for typed, said in (
        ("é@exemple.fr", "pas d’accent"),
        ("li@exemple.<b>", "Saisissez une adresse courriel"),
    ):
        answer = visitor.send(f"{DRAFT}/contact", f_contact_email=typed)
        assert answer.status_code == 422
        assert said in words_of(answer)
        assert soup(answer).select_one("#f_contact_email")["value"] == typed


def test_a_parent_finds_it_filled_from_the_file_and_chooses_a_child(site: Any) -> None:
    asked = form(
        page(
            "one",
            field("first", prefill=Prefill.FIRST_NAME),
            field("home", FieldKind.ADDRESS, prefill=Prefill.ADDRESS),
            field("child", FieldKind.CHILD),
        )
    )
    desk = Desk(site, asked)
    desk.check = lambda *_: {}
    household = a_household()
    site.services.answers[MyHousehold] = household
    parent = site.citizen()

    page_ = parent.read(f"{DRAFT}/one")
    assert page_.select_one("#f_first")["value"] == household.account.first_name
    assert page_.select_one("#f_home__city")["value"] == household.families[0].city
    child = household.families[0].children[0]
    parent.submit(page_, f_child__child_id=str(child.child_id))
    assert site.services.asked_for(SaveAnswers)[0].answers["child"] == {"child_id": str(child.child_id)}

    typed = {"f_child__child_id": "other", "f_child__first_name": "Zoé", "f_child__last_name": "Roux"}
    parent.submit(page_, **typed, f_child__birth_date=["4", "5", "2021"])
    assert site.services.asked_for(SaveAnswers)[1].answers["child"] == {
        "first_name": "Zoé",
        "last_name": "Roux",
        "birth_date": "2021-05-04",
    }


def test_a_page_left_for_later_keeps_all_that_was_typed_and_says_what_is_wrong_when_going_on(
    site: Any,
) -> None:
    desk = Desk(
        site,
        form(
            page(
                "one",
                field("day", FieldKind.DATE),
                field("home", FieldKind.ADDRESS),
                field("child", FieldKind.CHILD),
                field("weeks", FieldKind.NUMBER),
                field("name"),
            )
        ),
    )
    site.services.answers[MyHousehold] = a_household()
    parent = site.citizen()
    opened = parent.read(f"{DRAFT}/one")
    typed = {
        "f_child__child_id": "other",
        "f_day": ["31", "", "2026"],
        "f_home__street": "1, rue Basse",
        "f_child__first_name": "Zoé",
        "f_child__birth_date": ["4", "5", ""],
        "f_weeks": "deux",
        "f_name": "Li Na",
    }
    left = parent.submit(opened, button="Enregistrer et finir plus tard", **typed)

    assert left.location == "/demarches"
    assert desk.answers == {"name": "Li Na"}
    found = parent.read(f"{DRAFT}/one")
    assert found.select(".govuk-error-message") == []
    boxes = ["f_day", "f_home__street", "f_child__first_name", "f_child__birth_date", "f_weeks", "f_name"]
    values = [[box.get("value", "") for box in found.select(f'[name="{name}"]')] for name in boxes]
    assert values == [["31", "", "2026"], ["1, rue Basse"], ["Zoé"], ["4", "5", ""], ["deux"], ["Li Na"]]

    refused = parent.submit(found)
    assert refused.status_code == 422
    words = words_of(refused)
    for sentence in ("Saisissez une date complète", "Complétez l’adresse", "Saisissez un nombre entier"):
        assert sentence in words


def test_a_document_is_joined_from_the_vault_and_shown_on_its_question(site: Any) -> None:
    desk = Desk(site, form(page("one", field("proof", FieldKind.DOCUMENT, document_type="cv", most=2))))
    site.services.answers[OpenVault] = a_vault(("cv", DRAFT_ID), ("autre", DRAFT_ID), ("cv", None))
    parent = site.citizen()

    away = parent.send(f"{DRAFT}/one", button="Joindre un autre document(Proof)")
    assert away.location.startswith(f"/mon-espace/pieces/request/{DRAFT_ID}?suite=")
    assert "type=cv" in away.location
    parent.send(f"{DRAFT}/one")
    assert len(desk.answers["proof"]) == 1

    site.services.answers[UnshareDocument] = True
    page_ = parent.read(f"{DRAFT}/one")
    button = page_.select_one("button[name=retirer]")
    back = parent.submit(page_, button=button.get_text(strip=True))
    assert back.location == f"{DRAFT}/one"
    [saved], [unshared] = (site.services.asked_for(each)[-1:] for each in (SaveAnswers, UnshareDocument))
    assert saved.partial
    assert saved.released == [unshared.document_id] == [UUID(button["value"])]
    assert "Le document n’est plus joint" in text_of(parent.read(back.location))

    site.services.answers[OpenVault] = a_vault()
    desk.answers.clear()
    refused = parent.send(f"{DRAFT}/one")
    assert refused.status_code == 422
    assert 'href="#f_proof"' in refused.get_data(as_text=True)


def test_without_an_account_a_file_is_sent_on_a_page_of_its_own_and_taken_back(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(site, form(page("one", field("proof", FieldKind.DOCUMENT, document_type="cv", most=2))))
    site.services.answers[AdmitFile] = None
    sent: list[tuple[str, UUID]] = []

    def take(incoming: Any, _form: Any, document_type: str, draft_id: UUID) -> Deposited:
        incoming.drain_all()
        sent.append((document_type, draft_id))
        return Deposited(UUID(int=len(sent)), f"CV {len(sent)}.pdf")

    monkeypatch.setattr(procedure_files, "deposit", take)
    visitor = site.anonymous()

    def send() -> TestResponse:
        away = visitor.send(f"{DRAFT}/one", button=button)
        fields = visitor.filled(visitor.read(away.location).select_one("main form"))
        return visitor.post(
            away.location,
            fields | {"file": (io.BytesIO(b"%PDF"), "cv.pdf")},
            content_type="multipart/form-data",
        )

    button = "Joindre un document(Proof)"
    assert send().location == f"{DRAFT}/one#f_proof"
    assert sent == [("cv", DRAFT_ID)]
    assert "CV 1.pdf" in text_of(visitor.read(f"{DRAFT}/one"))
    button = "Joindre un autre document(Proof)"
    send()
    visitor.send(f"{DRAFT}/one")
    assert desk.answers["proof"] == [str(UUID(int=1)), str(UUID(int=2))]
    desk.answers["contact_email"] = "li@exemple.fr"
    desk.saved = {"proof", "contact_email"}
    assert "« CV 1.pdf », « CV 2.pdf »" in text_of(visitor.read(f"{DRAFT}/verifier"))
    back = visitor.submit(visitor.read(f"{DRAFT}/one"), button="RetirerCV 2.pdf")
    assert back.location == f"{DRAFT}/one"
    assert site.services.asked_for(SaveAnswers)[-1].released == [UUID(int=2)]
    desk.answers["proof"] = [str(UUID(int=1))]
    words = text_of(visitor.read(f"{DRAFT}/one"))
    assert "CV 1.pdf" in words
    assert "CV 2.pdf" not in words

    site.services.answers[AdmitFile] = TooManyAttempts(retry_after=60)
    refused = send()
    assert refused.status_code == 429
    assert len(sent) == 2
    other = site.anonymous()
    assert "CV 1.pdf" not in text_of(other.read(f"{DRAFT}/one"))
    for nowhere in ("one/fichier/other", "two/fichier/proof"):
        assert other.client.get(f"{DRAFT}/{nowhere}").status_code == 404


# ---------------------------------------------------------------- changed, sent twice, somebody else's


def test_a_form_that_changed_meanwhile_says_what_and_goes_on(site: Any, desk: Desk) -> None:
    desk.newer = FormChange(added=["Téléphone"], altered=["Pourquoi ?"], removed=[])
    site.services.answers[RenewDraft] = lambda _: desk.view()
    visitor = site.anonymous()

    for address in (f"{DRAFT}/what", f"{DRAFT}/verifier"):
        words = text_of(visitor.read(address))
        assert "Ce qui est demandé en plus Téléphone Ce qui est demandé autrement Pourquoi ?" in words
    desk.newer = None
    page_ = visitor.read(f"{DRAFT}/what")
    desk.newer = FormChange(added=["Téléphone"], altered=[], removed=[])
    assert visitor.submit(page_, f_why="works").location == f"{DRAFT}/verifier"
    assert desk.answers == {"why": "works"}
    changed = visitor.read(f"{DRAFT}/verifier")
    desk.newer = None
    assert visitor.submit(changed).location == f"{DRAFT}/what"


def test_a_version_that_is_published_between_the_check_and_the_sending_is_not_sent_over(site: Any) -> None:
    desk = Desk(site, removal(), {"why": "works", "weeks": 2, "name": "Li", "contact_email": "li@exemple.fr"})
    desk.saved = {"why", "weeks", "name", "remark", "contact_email"}
    visitor = site.anonymous()
    page_ = visitor.read(f"{DRAFT}/verifier")
    site.services.answers[SubmitRequest] = FormChanged()
    desk.newer = FormChange(added=["Téléphone"], altered=[], removed=[])

    answer = visitor.submit(page_)
    assert "Le formulaire a changé" in answer.get_data(as_text=True)


def test_what_was_begun_without_an_account_is_offered_to_who_signs_in_and_taken_by_a_click(
    site: Any, desk: Desk
) -> None:
    site.services.answers |= {
        SignIn: SignedInView(account_id=UUID(int=10), kind=Kind.CITIZEN, name="Mme Léa Martin"),
        ReadKeys: ServiceUnavailable(service="documents"),
        ListLeftDrafts: [CARD],
        AdoptDraft: CARD,
    }
    visitor = site.anonymous()
    visitor.send("/demarches/occuper-la-rue")
    secret = site.services.asked_for(StartDraft)[0].secret

    asked = visitor.send("/connexion?suite=/demarches", email="lea@exemple.fr", password="x")
    assert asked.location == "/demarches/a-reprendre?suite=%2Fdemarches"
    page_ = visitor.read(asked.location)
    assert "Occuper la rue" in text_of(page_)
    assert site.services.asked_for(AdoptDraft) == []
    taken = visitor.submit(page_)
    assert taken.location == f"{DRAFT}/"
    [order] = site.services.asked_for(AdoptDraft)
    assert (order.draft_id, order.secret) == (DRAFT_ID, secret)
    visitor.get(taken.location, 302)
    assert site.services.asked_for(OpenDraft)[-1].secret is None


def test_somebody_else_on_a_shared_computer_leaves_what_was_begun_there(site: Any, desk: Desk) -> None:
    site.services.answers |= {
        SignIn: SignedInView(account_id=UUID(int=11), kind=Kind.CITIZEN, name="M. Luc Roy"),
        ReadKeys: ServiceUnavailable(service="documents"),
        ListLeftDrafts: [CARD],
        ListProcedures: ProceduresView(procedures=[], drafts=[], left=[CARD]),
    }
    visitor = site.anonymous()
    visitor.send("/demarches/occuper-la-rue")
    asked = visitor.send("/connexion", email="luc@exemple.fr", password="x")
    assert visitor.read("/demarches").select("#a-reprendre")

    assert visitor.submit(visitor.read(asked.location), form=1).location == "/mon-espace/"
    assert visitor.get("/demarches/a-reprendre", 302).location == "/mon-espace/"
    visitor.read("/demarches")
    assert site.services.asked_for(ListProcedures)[-1].secret is None
    assert site.services.asked_for(AdoptDraft) == []
    assert site.anonymous().get("/demarches/a-reprendre", 302).location.startswith("/connexion")


def test_who_has_sent_what_was_begun_is_asked_nothing(site: Any) -> None:
    Desk(site, removal())
    parent = site.anonymous()
    parent.send("/demarches/occuper-la-rue")
    site.services.answers |= {
        ListLeftDrafts: [],
        SignIn: SignedInView(account_id=UUID(int=11), kind=Kind.CITIZEN, name="M. Luc Roy"),
        ReadKeys: ServiceUnavailable(service="documents"),
    }
    parent.send("/connexion", email="luc@exemple.fr", password="x")
    assert parent.client.get_cookie("espace-drafts")

    assert parent.get("/demarches/a-reprendre?suite=/actualites", 302).location == "/actualites"
    assert parent.client.get_cookie("espace-drafts") is None


def test_what_is_begun_without_an_account_outlives_the_browser_for_a_day_and_the_code_does_not(
    site: Any, desk: Desk
) -> None:
    visitor = site.anonymous()
    visitor.send("/demarches/occuper-la-rue")
    kept = visitor.client.get_cookie("espace-drafts")
    assert (kept.max_age, kept.http_only, kept.same_site) == (86400, True, "Lax")
    assert visitor.client.get_cookie("espace-form").max_age is None

    again = site.anonymous()
    again.client.set_cookie("espace-drafts", kept.value)
    again.read(f"{DRAFT}/what")
    begun = site.services.asked_for(StartDraft)[0].secret
    assert begun
    assert site.services.asked_for(OpenDraft)[-1].secret == begun
    again.client.set_cookie("espace-drafts", kept.value[:-1] + "!")
    again.read(f"{DRAFT}/what")
    assert site.services.asked_for(OpenDraft)[-1].secret is None


def test_however_many_files_are_joined_and_whatever_they_are_called_the_browser_keeps_the_cookie(
    site: Any,
) -> None:
    some = Random(6)
    with site.app.test_request_context():
        draft_cookie.keep("secret", "s" * 43)
        for _ in range(30):
            name = "".join(chr(some.randrange(0x4E00, 0x9FA5)) for _ in range(60))
            draft_files.remember(uuid4(), draft_files.DraftFile(str(uuid4()), "q" * 40, name))
        answer = site.app.process_response(site.app.make_response(""))
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("espace-drafts"))
    assert 2000 < len(cookie) < 4096


def test_a_draft_of_somebody_else_is_not_there(site: Any, desk: Desk) -> None:
    other = DRAFT.replace("d4af", "0000")
    for address in ("/", "/what", "/verifier"):
        site.anonymous().get(other + address, 404)
    site.anonymous().get(f"{DRAFT}/nowhere", 302)


def test_who_sends_again_what_is_sent_is_led_to_the_request(site: Any, desk: Desk) -> None:
    desk.answers = {"why": "works", "weeks": 2, "name": "Li", "contact_email": "li@exemple.fr"}
    desk.saved = {"why", "weeks", "name", "remark", "contact_email"}
    visitor, parent = site.anonymous(), site.citizen()
    other_tab = visitor.read(f"{DRAFT}/verifier")
    visitor.send(f"{DRAFT}/verifier")
    site.services.answers |= {OpenDraft: NotFound(), SubmitRequest: NotFound()}
    for answer in (visitor.submit(other_tab), visitor.get(f"{DRAFT}/what", 303)):
        assert answer.location == "/suivre-une-demande/recue"

    site.services.answers |= {OpenDraft: DraftSent(), DropDraft: DraftSent()}
    for answer in (parent.get(f"{DRAFT}/verifier", 303), parent.post(f"{DRAFT}/supprimer", COMMAND)):
        assert answer.location == f"/mon-espace/demandes/{DRAFT_ID}"


def test_what_is_typed_when_the_session_is_over_is_kept_until_one_is_signed_in_again(
    site: Any, desk: Desk
) -> None:
    desk.answers = {"why": "works"}
    browser = site.citizen()
    page = browser.read(f"{DRAFT}/what")
    site.services.answers[OpenDraft] = NotFound()
    site.sessions.remove_all(CITIZEN_ID)
    opened = browser.read(f"{DRAFT}/what", 404)
    assert opened.select_one("main a")["href"].startswith("/connexion?suite=%2Fdemarches%2Fen-cours")
    lost = browser.submit(page, f_weeks="beaucoup de semaines, à cause du chantier de la rue")
    assert lost.status_code == 404
    assert "encore sur cette page" in words_of(lost)
    assert "à cause du chantier" in words_of(lost)

    Desk(site, removal(), {"why": "works"})
    browser.client.get("/entrer")
    expired = browser.client.post(
        f"{DRAFT}/what", data=browser.filled(soup(lost).select_one("main form")), headers=FROM_HERE
    )
    assert expired.status_code == 400
    again = browser.submit(soup(expired))
    assert again.status_code == 422
    assert "beaucoup de semaines" in words_of(again)


def test_what_is_no_code_is_the_name_of_nothing(site: Any) -> None:
    for code in ("%C3%A9", "a%00b", "x" * 60, "%2e%2e"):
        site.anonymous().get(f"/demarches/{code}", 404)


def test_a_draft_is_given_up(site: Any) -> None:
    desk = Desk(site, removal(), {"why": "works", "weeks": 2, "name": "Li", "contact_email": "li@exemple.fr"})
    desk.saved = {"why", "weeks", "name", "remark", "contact_email"}
    site.services.answers[DropDraft] = True
    visitor = site.anonymous()

    answer = visitor.send(f"{DRAFT}/verifier", form=1)
    assert answer.location == "/demarches"
    assert site.services.asked_for(DropDraft)[0].draft_id == DRAFT_ID
