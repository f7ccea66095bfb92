"""« Relevés et attestations »: the account year by year and its tax certificates, on pages and as papers."""

from uuid import UUID

import pytest

from contracts.billing.papers import FamilyPapers, MyPapers, OpenCertificate, OpenStatement, PapersView
from contracts.caller import Role
from contracts.errors import NotFound
from gateway.papers import account_papers
from tests.mothers.billing_papers import FAMILY, a_certificate, a_movement, a_statement, some_papers
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

PAPERS = "/mon-espace/factures/releves/"
YEAR = f"{PAPERS}{FAMILY}/2026"
OFFICE = f"/agents/factures/familles/{FAMILY}/2026"


def test_every_year_has_its_statement_and_says_whether_there_is_something_to_declare(site: Site) -> None:
    site.services.answers[MyPapers] = some_papers()
    page = site.citizen().read(PAPERS)
    said = words(page.main)
    assert "276,00 € payés pour la garde d’enfants de moins de six ans : provisoire" in said
    assert "Rien à déclarer" in said
    assert page.select_one(f'a[href="{YEAR}/attestation.pdf"]')
    assert page.select_one(f'a[href="{PAPERS}{FAMILY}/2025/attestation"]') is None
    assert page.select_one(f'a[href="{PAPERS}{FAMILY}/2025/compte"]')


def test_without_an_invoice_there_is_no_paper_yet(site: Site) -> None:
    site.services.answers[MyPapers] = PapersView(
        families=[FamilyPapers(family_id=FAMILY, family_label="Ferrand", years=[])], this_year=2026
    )
    assert "Aucun document pour le moment" in words(site.citizen().read(PAPERS).main)


def test_the_statement_says_each_movement_and_what_is_owed_after_it(site: Site) -> None:
    site.services.answers[OpenStatement] = a_statement()
    said = words(site.citizen().read(f"{YEAR}/compte").main)
    assert "Facture d’octobre 2026, n° ENF-2026-000123" in said
    assert "Paiement (Nadia Ferrand), quittance ENF-Q-2026-000045" in said
    assert "Tout est réglé" in said


def test_a_credit_in_favour_of_the_family_is_said_without_a_minus(site: Site) -> None:
    credit = a_movement(is_credit_note=True, cents=-1_200, balance_cents=-1_200)
    site.services.answers[OpenStatement] = a_statement(credit, closing_cents=-1_200)
    said = words(site.citizen().read(f"{YEAR}/compte").main)
    assert "Crédit en votre faveur 12,00 €" in said
    assert "Avoir d’octobre 2026" in said


def test_the_certificate_names_the_law_the_payers_and_what_is_left_out(site: Site) -> None:
    site.services.answers[OpenCertificate] = a_certificate()
    said = words(site.citizen().read(f"{YEAR}/attestation").main)
    for sentence in (
        "276,00 €",
        "200 quater B",
        "repas",
        "Nadia Ferrand",
        "Avoirs et remboursements −12,00 €",
    ):
        assert sentence in said
    assert "provisoire" not in said


def test_a_year_that_runs_gives_a_provisional_certificate(site: Site) -> None:
    site.services.answers[OpenCertificate] = a_certificate(final=False)
    assert "à partir du 1er janvier 2027" in words(site.citizen().read(f"{YEAR}/attestation").main)


def test_nothing_to_attest_is_said(site: Site) -> None:
    site.services.answers[OpenCertificate] = a_certificate(children=[], cents=0)
    page = site.citizen().read(f"{YEAR}/attestation")
    assert "Rien à attester pour 2026" in words(page.main)
    assert account_papers.certificate_paper(a_certificate(children=[], cents=0))["children"] == []


@pytest.mark.parametrize("paper", ["compte", "attestation"])
def test_both_are_papers(site: Site, paper: str) -> None:
    site.services.answers[OpenStatement] = a_statement()
    site.services.answers[OpenCertificate] = a_certificate()
    for browser, address in ((site.citizen(), YEAR), (site.agent(Role.BILLING), OFFICE)):
        answer = browser.get(f"{address}/{paper}.pdf")
        assert (answer.mimetype, answer.data[:4]) == ("application/pdf", b"%PDF")
        assert "F01234-2026.pdf" in answer.headers["Content-Disposition"]


def test_papers_with_nothing_in_them_are_papers_too(site: Site) -> None:
    site.services.answers[OpenStatement] = a_statement().model_copy(update={"movements": []})
    site.services.answers[OpenCertificate] = a_certificate(children=[], cents=0, final=False)
    for paper in ("compte", "attestation"):
        assert site.citizen().get(f"{YEAR}/{paper}.pdf").data[:4] == b"%PDF"


def test_another_family_s_papers_do_not_exist(site: Site) -> None:
    site.services.answers[OpenStatement] = NotFound()
    site.citizen().get(f"{PAPERS}{UUID(int=99)}/2026/compte", status=404)


def test_the_office_reads_the_statement_and_goes_to_the_other_years(site: Site) -> None:
    site.services.answers[OpenStatement] = a_statement()
    page = site.agent(Role.BILLING).read(f"{OFFICE}/compte")
    assert page.select_one(f'a[href="/agents/factures/familles/{FAMILY}/2025/compte"]')
    assert page.select_one(f'a[href="/agents/factures/{UUID(int=11)}"]')
    site.agent(Role.KITCHEN).get(f"{OFFICE}/compte", status=403)
