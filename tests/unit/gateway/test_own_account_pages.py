"""« Mon compte » and what it leads to, over doubles."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from pypdf import PdfReader

from contracts.accounts.identity import LinkExpired, PasswordTooWeak
from contracts.accounts.journal import Action
from contracts.accounts.own_account import (
    AskEmailChange,
    AskPhoneChange,
    ChangePassword,
    CodeWrong,
    ConfirmCode,
    ConfirmContact,
    ContactKind,
    ContactState,
    ForgetPhone,
    MyAccount,
    RefuseContact,
    RefusedContactView,
    SendCodeAgain,
    ShowContactLink,
    Side,
    WrongPassword,
)
from contracts.accounts.own_data import (
    CloseAccount,
    JournalLine,
    MyJournal,
    NoteExport,
    NoteSessionsClosed,
    OpenMyRecords,
)
from contracts.billing.mine import BillingRecords
from contracts.documents.keys import ReadKeys, RewrapKeys
from contracts.documents.vault import DocumentRecords
from contracts.enrolment.mine import EnrolmentRecords
from contracts.errors import Invalid, ServiceUnavailable, TooManyAttempts
from tests.mothers import accounts as mother
from tests.mothers import own_account
from tests.unit.gateway.conftest import CITIZEN_ID

BASE = "/mon-espace/compte"
LINK = "/compte/confirmer/un-jeton"


@pytest.fixture
def ready(site):
    site.services.answers[MyAccount] = own_account.an_own_account()
    return site


def text_of(page) -> str:
    return " ".join(page.main.get_text(" ").split())


# ---------------------------------------------------------------- the account's page


def test_the_account_says_who_and_what_can_be_done(ready) -> None:
    page = ready.citizen().read(f"{BASE}/")
    links = {link["href"] for link in page.select("main a[href]")}
    expected = (
        "adresse-courriel",
        "telephone",
        "mot-de-passe",
        "connexions",
        "journal",
        "mes-donnees",
        "fermer",
    )
    assert {f"{BASE}/{path}/" for path in expected} <= links


def test_before_a_key_the_account_leads_to_it(ready) -> None:
    assert ready.citizen().read(f"{BASE}/").select_one('main a.govuk-button[href="/mon-espace/cle/"]')
    ready.services.answers[MyAccount] = own_account.an_own_account(families=["Martin et Durand"])
    page = ready.citizen().read(f"{BASE}/")
    assert page.select_one('main a[href="/mon-espace/cle/"]') is None
    assert "Martin et Durand" in text_of(page)


def test_a_change_that_waits_is_said(ready) -> None:
    ready.services.answers[MyAccount] = own_account.an_own_account(
        phone="", pending=[own_account.a_pending(kind) for kind in ContactKind]
    )
    said = text_of(ready.citizen().read(f"{BASE}/"))
    assert own_account.NEW_EMAIL in said
    assert "06 87 65 43 21" in said


# ---------------------------------------------------------------- password


def test_a_new_password_signs_the_other_browsers_out_and_takes_the_vault_along(site) -> None:
    site.services.answers[ChangePassword] = None
    site.services.answers[RewrapKeys] = None
    other, here = site.citizen(), site.citizen(vault_private_key=b"k" * 32)
    answer = here.send(
        f"{BASE}/mot-de-passe/", present="l’ancien mot de passe", password="le nouveau mot de passe"
    )
    assert answer.location == f"{BASE}/"
    [asked] = site.services.asked_for(ChangePassword)
    assert (asked.present, asked.password) == ("l’ancien mot de passe", "le nouveau mot de passe")
    assert len(site.services.asked_for(RewrapKeys)) == 1
    assert other.get(f"{BASE}/mot-de-passe/", 302).location.startswith("/connexion")
    here.get(f"{BASE}/mot-de-passe/")


def test_a_vault_under_an_older_password_stays_closed_and_it_is_said(ready) -> None:
    ready.services.answers[ChangePassword] = None
    ready.services.answers[ReadKeys] = ServiceUnavailable(service="documents")
    browser = ready.citizen()
    browser.send(f"{BASE}/mot-de-passe/", present="l’ancien", password="le nouveau mot de passe")
    assert "code de récupération" in text_of(browser.read(f"{BASE}/"))


@pytest.mark.parametrize(
    ("refusal", "field"),
    [(WrongPassword(), "present"), (PasswordTooWeak(problems={"password": "password_same"}), "password")],
)
def test_a_refused_password_comes_back_on_its_field(site, refusal, field) -> None:
    site.services.answers[ChangePassword] = refusal
    answer = site.citizen().send(f"{BASE}/mot-de-passe/", present="a", password="b")
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "l’ancien mot de passe" not in answer.text


def test_agents_change_theirs_by_the_same_form(site) -> None:
    site.services.answers[ChangePassword] = None
    other, browser = site.agent(), site.agent()
    answer = browser.send("/agents/compte/mot-de-passe", present="ancien", password="nouveau mot de passe")
    assert answer.location == "/agents/compte/"
    assert other.get("/agents/compte/mot-de-passe", 302).location.startswith("/agents/connexion")


# ---------------------------------------------------------------- e-mail


def test_an_address_is_asked_for_with_the_password(ready) -> None:
    ready.services.answers[AskEmailChange] = None
    browser = ready.citizen()
    answer = browser.send(f"{BASE}/adresse-courriel/", email="Lea+ecole@exemple.fr", password="secret")
    assert answer.location == f"{BASE}/adresse-courriel/verifiez-vos-courriels"
    assert ready.services.asked_for(AskEmailChange)[0].email == "Lea+ecole@exemple.fr"
    ready.services.answers[MyAccount] = own_account.an_own_account(
        pending=[own_account.a_pending(ContactKind.EMAIL, old_agreed=True)]
    )
    said = text_of(browser.read(answer.location))
    assert "Confirmée" in said
    assert "À confirmer" in said


@pytest.mark.parametrize("email", ["léa@exemple.fr", "lea@@exemple.fr", "a" * 310 + "@exemple.fr", "lea"])
def test_an_impossible_address_is_refused_before_anything_is_asked(ready, email: str) -> None:
    answer = ready.citizen().send(f"{BASE}/adresse-courriel/", email=email, password="secret")
    assert answer.status_code == 422
    assert ready.services.asked_for(AskEmailChange) == []


def test_the_same_address_is_refused_on_its_field(ready) -> None:
    ready.services.answers[AskEmailChange] = Invalid(problems={"email": "email_same"})
    answer = ready.citizen().send(f"{BASE}/adresse-courriel/", email="lea.martin@exemple.fr", password="x")
    assert "C’est déjà l’adresse de votre compte." in answer.text


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("state", ContactState)
@pytest.mark.parametrize("kind", ContactKind)
@pytest.mark.parametrize("by_agent", [False, True])
def test_a_link_says_what_it_asks_and_only_the_old_side_may_refuse(site, side, state, kind, by_agent) -> None:
    site.services.answers[ShowContactLink] = own_account.a_link(
        side, state=state, kind=kind, by_agent=by_agent
    )
    page = site.anonymous().read(LINK)
    refusals = page.select(f'form[action="{LINK}/refuser"]')
    running = state in (ContactState.TO_CONFIRM, ContactState.WAITING)
    assert bool(refusals) == (side is Side.OLD and running)


def test_following_a_link_changes_nothing_before_the_button(site) -> None:
    site.services.answers[ShowContactLink] = own_account.a_link()
    site.services.answers[ConfirmContact] = own_account.a_link(state=ContactState.DONE)
    browser = site.anonymous()
    page = browser.read(LINK)
    assert site.services.asked_for(ConfirmContact) == []
    answer = browser.submit(page)
    assert "C’est changé" in answer.text


def test_a_link_used_up_says_so(site) -> None:
    site.services.answers[ShowContactLink] = LinkExpired()
    assert "plus valable" in text_of(site.anonymous().read(LINK, 410))


def test_refusing_signs_everybody_else_out(site) -> None:
    site.services.answers[ShowContactLink] = own_account.a_link()
    site.services.answers[RefuseContact] = RefusedContactView(account_id=CITIZEN_ID, kind=ContactKind.EMAIL)
    intruder, visitor = site.citizen(), site.anonymous()
    answer = visitor.submit(visitor.read(LINK), form=1)
    assert "La demande est arrêtée" in answer.text
    assert intruder.get(f"{BASE}/", 302).location.startswith("/connexion")


# ---------------------------------------------------------------- telephone


def test_a_number_then_its_code(ready) -> None:
    pending = own_account.a_pending(ContactKind.PHONE)
    ready.services.answers[AskPhoneChange] = pending
    ready.services.answers[MyAccount] = own_account.an_own_account(pending=[pending])
    browser = ready.citizen()
    assert browser.send(f"{BASE}/telephone/", phone="06 87 65 43 21", password="x").location.endswith("/code")
    ready.services.answers[ConfirmCode] = CodeWrong(left=3)
    answer = browser.send(f"{BASE}/telephone/code", code="123456")
    assert "il vous reste 3 essai(s)" in answer.text
    ready.services.answers[ConfirmCode] = own_account.an_own_account()
    assert browser.send(f"{BASE}/telephone/code", code="123456").location == f"{BASE}/"


def test_another_code_and_no_number_at_all(ready) -> None:
    ready.services.answers[MyAccount] = own_account.an_own_account(
        pending=[own_account.a_pending(ContactKind.PHONE)]
    )
    ready.services.answers[SendCodeAgain] = TooManyAttempts(retry_after=300)
    browser = ready.citizen()
    page = browser.read(f"{BASE}/telephone/code")
    assert browser.submit(page, form=1).location == f"{BASE}/telephone/code"
    assert "Trop d’essais" in text_of(browser.read(f"{BASE}/telephone/code"))
    ready.services.answers[ForgetPhone] = None
    assert browser.submit(browser.read(f"{BASE}/telephone/"), form=1).location == f"{BASE}/"


def test_without_text_messages_no_code_is_asked(ready) -> None:
    ready.services.answers[MyAccount] = own_account.an_own_account(
        pending=[own_account.a_pending(ContactKind.PHONE, new_agreed=None, code_until=None)]
    )
    page = ready.citizen().read(f"{BASE}/telephone/code")
    assert page.select("main form") == []
    assert "non vérifié" in text_of(page)


# ---------------------------------------------------------------- sessions and journal


def test_other_browsers_are_closed_and_it_is_written_down(site) -> None:
    site.services.answers[NoteSessionsClosed] = None
    other, here = site.citizen(), site.citizen()
    page = here.read(f"{BASE}/connexions/")
    assert "Cette connexion" in text_of(page)
    here.submit(page, form=0)
    assert site.services.asked_for(NoteSessionsClosed)[0].browsers == ["Navigateur inconnu"]
    other.get(f"{BASE}/connexions/", 302)
    assert "Fermer" not in [
        button.get_text() for button in here.read(f"{BASE}/connexions/").select("main button")
    ]


def test_all_others_at_once_even_when_the_journal_is_away(site) -> None:
    site.services.answers[NoteSessionsClosed] = ServiceUnavailable(service="accounts")
    others, here = [site.citizen(), site.citizen()], site.citizen()
    here.submit(here.read(f"{BASE}/connexions/"), form=2)
    for other in others:
        other.get(f"{BASE}/connexions/", 302)
    assert "2\u00a0connexions fermées" in here.get(f"{BASE}/connexions/").text


def test_the_journal_speaks_french(site) -> None:
    lines = [
        JournalLine(
            at=mother.NOW - timedelta(hours=n), action=action, details={"value": "x", "browsers": ["y"]}
        )
        for n, action in enumerate(Action)
    ]
    site.services.answers[MyJournal] = own_account.a_journal(*lines, page=2, pages=3)
    page = site.citizen().read(f"{BASE}/journal/?page=2")
    assert len(page.select(".entries__item")) == len(lines)
    assert [link["href"] for link in page.select(".pages a")] == ["?page=1", "?page=3"]


# ---------------------------------------------------------------- data


def test_everything_is_given_as_a_file(site) -> None:
    _prepare(site)
    answer = site.citizen().send(f"{BASE}/mes-donnees/", format="json", password="x")
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="espace-citoyens-mes-donnees-'
    )
    assert answer.headers["Cache-Control"] == "no-store"
    found = json.loads(answer.text)
    assert list(found) == ["format", "version", "made_at", "accounts", "enrolment", "billing", "documents"]
    assert len(site.services.asked_for(NoteExport)) == 1


def test_everything_is_given_as_a_paper_that_can_be_read_aloud(site) -> None:
    _prepare(site)
    answer = site.citizen().send(f"{BASE}/mes-donnees/", format="pdf", password="x")
    paper = PdfReader(io.BytesIO(answer.data))
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Martin" in paper.pages[0].extract_text()


@pytest.mark.parametrize("away", [EnrolmentRecords, BillingRecords, DocumentRecords, NoteExport])
def test_nothing_is_given_by_halves(site, away) -> None:
    _prepare(site)
    site.services.answers[away] = ServiceUnavailable(service=away.service())
    answer = site.citizen().send(f"{BASE}/mes-donnees/", format="json", password="x")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")


def test_a_wrong_password_gives_nothing(site) -> None:
    _prepare(site)
    site.services.answers[OpenMyRecords] = WrongPassword()
    answer = site.citizen().send(f"{BASE}/mes-donnees/", format="json", password="x")
    assert answer.status_code == 422
    assert site.services.asked_for(NoteExport) == []


def _prepare(site) -> None:
    account = {
        "title": "Mme", "first_name": "Léa", "last_name": "Martin", "created_at": "2026-11-01T08:00:00+00:00",
    }  # fmt: skip
    site.services.answers |= {
        OpenMyRecords: {"account": account, "journal": []},
        EnrolmentRecords: {"bookings": []},
        BillingRecords: {"invoices": [], "balance_cents": 1250},
        DocumentRecords: {"vault": {"created_at": None}, "documents": []},
        NoteExport: None,
    }


# ---------------------------------------------------------------- closing


def test_an_account_is_closed_in_two_steps(site) -> None:
    site.services.answers[CloseAccount] = None
    other, browser = site.citizen(), site.citizen()
    assert browser.send(f"{BASE}/fermer/").status_code == 422, "the box is not ticked"
    answer = browser.send(f"{BASE}/fermer/", understood="y")
    assert site.services.asked_for(CloseAccount) == []
    page = _soup(answer)
    closed = browser.submit(page, button="Fermer mon compte", password="mon mot de passe")
    assert closed.location == "/compte-ferme"
    assert site.services.asked_for(CloseAccount)[0].password == "mon mot de passe"
    for one in (other, browser):
        assert one.get(f"{BASE}/", 302).location.startswith("/connexion")
    assert "Votre compte est fermé" in text_of(browser.read("/compte-ferme"))


@pytest.mark.parametrize(("password", "refusal"), [("", None), ("faux", WrongPassword())])
def test_without_the_right_password_the_confirmation_is_shown_again(site, password, refusal) -> None:
    site.services.answers[CloseAccount] = refusal
    browser = site.citizen()
    page = _soup(browser.send(f"{BASE}/fermer/", understood="y"))
    answer = browser.submit(page, button="Fermer mon compte", password=password)
    assert answer.status_code == 422
    assert _soup(answer).h1.get_text() == "Fermer mon compte pour de bon"
    again = browser.submit(_soup(answer), button="Fermer mon compte", password=str(uuid4()))
    assert again.status_code == (422 if refusal else 302)


def _soup(answer):
    from bs4 import BeautifulSoup

    return BeautifulSoup(answer.text, "html5lib")
