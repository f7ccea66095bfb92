"""Documents attached to something filed: by a parent, opened by agents, and what deleting leaves them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.caller import Role
from contracts.documents.shares import OpenShare
from contracts.documents.vault import OpenVault
from contracts.errors import NotAllowed, NotFound, NotSignedIn
from gateway.vault import keys
from tests.mothers.documents import a_pdf
from tests.services.documents.conftest import agent, citizen, sign_in
from tests.services.documents.pages import attach_new, fetch, send, text_of, the_document


def test_a_new_document_is_stored_and_attached_in_one_go(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    answer = attach_new(vaults, browser, subject)
    assert (answer.status_code, answer.location) == (303, "/mon-espace/stockage/")
    document = the_document(vaults, browser)
    assert document.document_type == "assurance"
    assert document.shares[0].subject_id == subject
    told = vaults.rows(
        "SELECT name FROM outbox WHERE body::text LIKE :id ORDER BY id", id=f"%{document.document_id}%"
    )
    assert [name for (name,) in told] == ["document.stored", "document.shared"]


def test_what_is_asked_for_must_still_be_valid_and_the_vault_keeps_what_is_over(vaults, vault_site):
    browser, before = sign_in(vault_site), vaults.keys_in_bucket()
    address = f"/mon-espace/pieces/enrolment/{uuid4()}?type=assurance&suite=/mon-espace/stockage/"
    answer = send(browser, a_pdf(), address=address, form=-1, calls=2, valid_until=["22", "11", "2026"])
    assert answer.status_code == 422
    assert "Cette date est passée" in text_of(answer)
    assert vaults.keys_in_bucket() == before
    answer = send(browser, a_pdf(), name="Ancienne", valid_until=["22", "11", "2026"])
    assert "Périmé" in browser.read(answer.location).get_text()


def test_a_document_of_the_vault_is_attached_without_being_sent_again(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    send(browser, a_pdf("déjà là"), name="Assurance")
    before = vaults.keys_in_bucket()
    address = f"/mon-espace/pieces/enrolment/{subject}?type=assurance&suite=/mon-espace/"
    document = the_document(vaults, browser)
    answer = browser.send(address, document=str(document.document_id))
    assert (answer.status_code, answer.location) == (303, "/mon-espace/")
    assert vaults.keys_in_bucket() == before
    assert "déjà jointe" in browser.read(address).get_text()
    assert len(the_document(vaults, browser).shares) == 1


def test_the_page_offers_only_documents_of_the_type_asked_for(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Celle-ci")
    send(browser, a_pdf(), name="Autre chose", document_type="autre")
    page = browser.read(f"/mon-espace/pieces/enrolment/{uuid4()}?type=assurance")
    assert "Celle-ci" in page.get_text()
    assert "Autre chose" not in page.get_text()
    browser.get(f"/mon-espace/pieces/enrolment/{uuid4()}?type=inconnu", 404)
    browser.get(f"/mon-espace/pieces/autre/{uuid4()}", 404)


def test_the_way_on_never_leads_to_another_site(vaults, vault_site):
    browser = sign_in(vault_site)
    for onward in (
        "https://ailleurs.example/",
        "//ailleurs.example/",
        "/\\ailleurs.example",
        "javascript:alert(1)",
    ):
        page = browser.read(f"/mon-espace/pieces/enrolment/{uuid4()}?type=assurance&suite={onward}")
        assert page.select_one(".govuk-back-link")["href"] == "/mon-espace/stockage/"


def test_an_agent_opens_that_document_and_the_family_reads_who_did(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    data = a_pdf("pièce de la demande", size=200_000)
    attach_new(vaults, browser, subject, data)
    staff = vault_site.agent(Role.REQUESTS, name="Nadia Benali")
    page = staff.read(f"/agents/pieces/enrolment/{subject}")
    assert "Attestation d’assurance scolaire" in page.get_text()
    answer = fetch(staff, staff.submit(page))
    assert answer.data == data
    seen = browser.read(f"/mon-espace/stockage/{the_document(vaults, browser).document_id}").get_text()
    assert "par Nadia Benali" in seen
    assert "Nadia Benali" in staff.read(f"/agents/pieces/enrolment/{subject}").get_text()
    assert vaults.rows("SELECT count(*) FROM outbox WHERE name = 'document.opened'")[0][0] >= 1


def test_an_agent_opens_nothing_that_was_not_attached(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    send(browser, a_pdf("gardé pour soi"), name="Privé")
    private = the_document(vaults, browser)
    attach_new(vaults, browser, subject)
    staff = vault_site.agent(Role.REQUESTS)
    page = staff.read(f"/agents/pieces/enrolment/{subject}")
    assert len(page.select("main form")) == 1
    caller = agent(Role.REQUESTS)
    one_off = keys.new_pair().public
    for share_id in (private.document_id, uuid4()):
        with pytest.raises(NotFound):
            vaults.ask(OpenShare(command_id=uuid4(), share_id=share_id, one_off_key=one_off), caller)
    staff.get(f"/mon-espace/stockage/{private.document_id}", 302)
    with pytest.raises(NotSignedIn):
        vaults.ask(OpenVault(), caller)


def test_an_agent_of_another_post_opens_nothing(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    attach_new(vaults, browser, subject)
    share = the_document(vaults, browser).shares[0]
    vault_site.agent(Role.BILLING).get(f"/agents/pieces/enrolment/{subject}", 403)
    question = OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=keys.new_pair().public)
    with pytest.raises(NotAllowed):
        vaults.ask(question, agent(Role.BILLING, Role.HEALTH))
    with pytest.raises(NotSignedIn):
        vaults.ask(question, citizen(browser.account_id))


def test_a_deleted_document_leaves_the_vault_and_stays_with_the_town_until_its_term(vaults, vault_site):
    browser, subject = sign_in(vault_site), uuid4()
    attach_new(vaults, browser, subject, a_pdf("à montrer"))
    document = the_document(vaults, browser)
    page = browser.read(f"/mon-espace/stockage/{document.document_id}/supprimer")
    assert "23 novembre 2027" in page.get_text().replace("\u00a0", " ")
    assert browser.submit(page).status_code == 302
    browser.get(f"/mon-espace/stockage/{document.document_id}", 404)
    assert str(document.document_id) in vaults.keys_in_bucket()
    staff = vault_site.agent(Role.REQUESTS)
    assert "à montrer".encode() in fetch(staff, staff.send(f"/agents/pieces/enrolment/{subject}")).data
    vaults.clock.at += timedelta(days=366)
    assert "Aucune pièce" in staff.read(f"/agents/pieces/enrolment/{subject}").get_text()
    vaults.service.keep_terms()
    vaults.service.remove_finished()
    assert str(document.document_id) not in vaults.keys_in_bucket()
    assert vaults.rows("SELECT 1 FROM document WHERE document_id = :id", id=document.document_id) == []


def test_a_document_nobody_else_has_is_gone_at_once(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    browser.send(f"/mon-espace/stockage/{document.document_id}/supprimer")
    assert str(document.document_id) not in vaults.keys_in_bucket()
