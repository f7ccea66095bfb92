"""« Déjà fourni » on a démarche: what the town was given before is joined by one press, and nothing is chosen or sent."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contracts.documents import OpenVault
from contracts.enrolment.drafts import SaveAnswers, SavedPage
from contracts.enrolment.procedure_forms import FieldKind
from tests.mothers.documents import a_pdf
from tests.mothers.procedures import DRAFT_ID, draft, field, form, page
from tests.services.documents.conftest import citizen, sign_in
from tests.services.documents.test_vault_pages import attach_new, send, the_document

FORM = form(page("one", field("proof", FieldKind.DOCUMENT, label="Assurance", document_type="assurance")))
OFFER = "Utiliser ce document(Assurance)"


@pytest.fixture
def saved(vaults, monkeypatch) -> list[SaveAnswers]:
    """Enrolment's side: drafts of one form, whose pages hold."""
    asked: list[SaveAnswers] = []

    def save(ask, caller):
        asked.append(ask)
        return SavedPage(draft=draft(FORM, draft_id=ask.draft_id), problems={})

    monkeypatch.setattr(
        vaults.service, "open_draft", lambda ask, caller: draft(FORM, draft_id=ask.draft_id), raising=False
    )
    monkeypatch.setattr(vaults.service, "save_answers", save, raising=False)
    return asked


def address(draft_id: UUID = DRAFT_ID) -> str:
    return f"/demarches/en-cours/{draft_id}/one"


def words(browser, draft_id: UUID = DRAFT_ID) -> str:
    main = browser.read(address(draft_id)).select_one("main")
    return " ".join(main.get_text(" ").split())


def test_what_an_enrolment_was_given_is_joined_by_one_press(vaults, vault_site, saved):
    browser, enrolment_id = sign_in(vault_site), uuid4()
    attach_new(vaults, browser, enrolment_id)
    assert "déjà fourni le 23 novembre 2026, valable jusqu’au 31 août 2027" in words(browser)
    before = vaults.keys_in_bucket()
    done = browser.send(address(), button=OFFER)
    assert done.location == f"{address()}?joint=proof"
    assert saved[-1].partial
    assert {each.subject_id for each in the_document(vaults, browser).shares} == {enrolment_id, DRAFT_ID}
    assert vaults.keys_in_bucket() == before
    shown = words(browser)
    assert "Retirer" in shown
    assert "Utiliser ce document" not in shown


def test_what_serves_no_more_or_was_kept_for_oneself_is_not_offered(vaults, vault_site, saved):
    browser = sign_in(vault_site)
    send(browser, a_pdf("pour moi"))
    assert "Utiliser ce document" not in words(browser)
    attach_new(vaults, browser, uuid4(), a_pdf("pour la ville"))
    assert "Utiliser ce document" in words(browser)
    vaults.clock.at = datetime(2027, 9, 1, 9, tzinfo=UTC)  # another school year
    assert "Utiliser ce document" not in words(browser)
    vault = vaults.ask(OpenVault(), citizen(browser.account_id))
    assert len(vault.documents) == 2
