"""What the accountant is to be told, the files made, and the codes they bear."""

from uuid import UUID

from contracts.billing.refusals import NothingToTell
from contracts.billing.treasury import (
    ClaimFilePart,
    ClaimForm,
    ClaimKind,
    ClaimLeftOut,
    MakeClaimExport,
    MarkClaimExport,
    OpenClaims,
    ReadClaimFile,
    SetTreasuryTerms,
)
from contracts.caller import Role
from gateway.sentences.billing import CLAIM_FORMS, CLAIM_KINDS, CLAIMS_LEFT_OUT
from tests.mothers.treasury import a_claim_file, a_claims_view, a_terms
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

CLAIMS = "/agents/tresor/"


def test_every_form_kind_and_reason_has_its_words() -> None:
    assert set(ClaimForm) == set(CLAIM_FORMS)
    assert set(ClaimKind) == set(CLAIM_KINDS)
    assert set(ClaimLeftOut) == set(CLAIMS_LEFT_OUT)


def test_the_page_says_what_is_to_be_told_what_waits_and_what_was_made(site: Site) -> None:
    site.services.answers[OpenClaims] = a_claims_view()
    page = words(site.agent(Role.BILLING).read(CLAIMS).main)
    for sentence in (
        "3 factures, 187,20 €",
        "Moins de 15 €",
        "Civilité ou nom du responsable manquants",
        "À envoyer",
        "Transmis le 3 novembre 2026 par Régine Sabatier",
    ):
        assert sentence in page


def test_without_codes_no_file_can_be_made(site: Site) -> None:
    site.services.answers[OpenClaims] = a_claims_view(terms=None)
    page = site.agent(Role.BILLING).read(CLAIMS)
    assert "Codes du comptable à saisir" in words(page.main)
    assert not page.select_one('form[action$="/fichiers"]')


def test_a_file_is_made_marked_and_refused_in_words(site: Site) -> None:
    site.services.answers |= {
        OpenClaims: a_claims_view(),
        MakeClaimExport: a_claim_file(),
        MarkClaimExport: a_claim_file(),
    }
    browser = site.agent(Role.BILLING)
    assert browser.send(CLAIMS, form=0).status_code == 302
    assert browser.send(CLAIMS, form=1).status_code == 302
    assert [each.kind for each in site.services.asked_for(MakeClaimExport)] == ["claims", "reductions"]
    assert "est prêt" in words(browser.read(CLAIMS))
    assert browser.send(CLAIMS, form=2).status_code == 302
    assert site.services.asked_for(MarkClaimExport)[0].export_id == UUID(int=91)
    site.services.answers[MakeClaimExport] = NothingToTell()
    browser.send(CLAIMS, form=0)
    assert "Il n’y a rien à transmettre" in words(browser.read(CLAIMS))


def test_a_file_comes_as_it_was_made_part_by_part(site: Site) -> None:
    site.services.answers[ReadClaimFile] = lambda asked: ClaimFilePart(
        file_name="PESORMC_1.xml", media_type="application/xml", content=b"<%d>\xe9" % asked.part, parts=2
    )
    answer = site.agent(Role.BILLING).get(f"{CLAIMS}fichiers/{UUID(int=91)}")
    assert (answer.data, answer.content_type) == (b"<0>\xe9<1>\xe9", "application/xml")


def test_codes_are_checked_kept_and_shown_again(site: Site) -> None:
    site.services.answers |= {OpenClaims: a_claims_view(), SetTreasuryTerms: a_claims_view()}
    browser = site.agent(Role.BILLING)
    refused = browser.send(f"{CLAIMS}ENF/codes", siret="123")
    assert (refused.status_code, "14 chiffres" in refused.get_data(as_text=True)) == (422, True)
    assert browser.send(f"{CLAIMS}ENF/codes", form=0, first_slip="40").status_code == 302
    assert site.services.asked_for(SetTreasuryTerms)[0].terms == a_terms(first_slip=40)
    assert browser.client.get(f"{CLAIMS}AUT/codes").status_code == 404
