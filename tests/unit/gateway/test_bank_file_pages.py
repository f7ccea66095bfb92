"""« Rejets de la banque »: a file is read in its own process, shown in words, recorded by one button."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup

from contracts.billing.bank_files import (
    BankFileKind,
    BankFileLine,
    BankFileList,
    BankFileSummary,
    BankFileView,
    ListBankFiles,
    OpenBankFile,
    ReadBankFile,
    RecordBankFile,
    Verdict,
)
from contracts.billing.debits import OpenDebitDesk
from contracts.caller import Role
from tests.mothers.bank_files import a_refusal, a_report
from tests.mothers.debits import COLLECTION, DAY, DEBIT, a_debit_desk
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

FILE = UUID(int=70)
DESK = "/agents/prelevements/fichiers-de-la-banque/"
ONE = f"{DESK}{FILE}"
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def a_summary(**fields: Any) -> BankFileSummary:
    given: dict[str, Any] = {
        "file_id": FILE,
        "kind": BankFileKind.STATUS_REPORT,
        "name": "pain002.xml",
        "message_id": "BDF-1",
        "read_at": NOW,
        "read_by_name": "Odile Garnier",
        "lines": 2,
    }
    return BankFileSummary.model_validate(given | fields)


def a_line(position: int, verdict: Verdict, **fields: Any) -> BankFileLine:
    given: dict[str, Any] = {
        "position": position,
        "end_to_end": DEBIT.hex,
        "mandate": "ENF-M-2026-000012",
        "whole": "",
        "code": "AC04",
        "cents": 6240,
        "currency": "EUR",
        "returned_on": DAY,
        "verdict": verdict,
    }
    if verdict is not Verdict.UNKNOWN:
        given |= {"payment_id": DEBIT, "collection_id": COLLECTION, "collection_number": "ENF-P-2026-000003"}
        given["family_label"] = "Ferrand"
    return BankFileLine.model_validate(given | fields)


def a_file(*lines: BankFileLine, **fields: Any) -> BankFileView:
    counts: dict[Verdict, int] = {}
    for line in lines:
        counts[line.verdict] = counts.get(line.verdict, 0) + 1
    return BankFileView(summary=a_summary(lines=len(lines), **fields), counts=counts, lines=list(lines))


def upload(site: Site, content: bytes) -> Any:
    site.services.answers[ListBankFiles] = BankFileList(files=[])
    return site.agent(Role.BILLING).send(DESK, file=(io.BytesIO(content), "pain002.xml"))


def test_the_debits_lead_to_the_files_of_the_bank(site: Site) -> None:
    site.services.answers[OpenDebitDesk] = a_debit_desk()
    assert site.agent(Role.BILLING).read("/agents/prelevements/").select_one(f'a[href="{DESK}"]')


def test_a_file_is_read_in_its_own_process_and_given_to_billing_without_names(site: Site) -> None:
    site.services.answers[ReadBankFile] = a_file(a_line(1, Verdict.RECOGNISED))
    answer = upload(site, a_report(a_refusal(DEBIT, "AC04", 6240)))
    assert answer.location == ONE
    [asked] = site.services.asked_for(ReadBankFile)
    assert (asked.kind, asked.name, len(asked.digest)) == (BankFileKind.STATUS_REPORT, "pain002.xml", 64)
    assert [(each.end_to_end, each.code, each.cents) for each in asked.returns] == [(DEBIT.hex, "AC04", 6240)]


def test_a_file_that_is_none_of_a_bank_is_refused_with_what_to_do(site: Site) -> None:
    for content, said in (
        (b"", "n’est pas du XML"),
        (b"%PDF-1.7", "n’est pas du XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b"<a/>", "n’est ni un compte rendu (pain.002)"),
    ):
        answer = upload(site, content)
        assert answer.status_code == 422
        assert said in words(BeautifulSoup(answer.get_data(as_text=True), "html5lib").main)
    assert site.services.asked_for(ReadBankFile) == []


def test_the_page_says_what_was_understood_before_anything_is_recorded(site: Site) -> None:
    lines = [a_line(at, Verdict.RECOGNISED) for at in (1, 2, 3)]
    site.services.answers[OpenBankFile] = a_file(
        *lines,
        a_line(4, Verdict.UNKNOWN),
        a_line(5, Verdict.ALREADY),
        a_line(6, Verdict.REASON, code="", cents=None),
        a_line(7, Verdict.WHOLE, whole="ENF-P-2026-000003"),
    )
    site.services.answers[RecordBankFile] = a_file(*lines, recorded_at=NOW, recognised=3)
    browser = site.agent(Role.BILLING)
    said = words(browser.read(ONE).main)
    assert "3 rejets reconnus, 1 déjà enregistré, 1 inconnu, 2 à vérifier." in said
    assert "3 lignes à décider" in said
    assert "Compte clôturé (AC04)" in said
    assert browser.send(ONE, button="Enregistrer 3 rejets").location == ONE
    [asked] = site.services.asked_for(RecordBankFile)
    assert asked.file_id == FILE


def test_a_file_that_was_recorded_has_no_button_and_leads_to_what_is_left(site: Site) -> None:
    site.services.answers[OpenBankFile] = a_file(
        a_line(1, Verdict.RECOGNISED), a_line(2, Verdict.AMOUNT), recorded_at=NOW, recognised=1
    )
    page = site.agent(Role.BILLING).read(ONE)
    assert not page.select("main form")
    assert page.select_one(f'a[href="/agents/prelevements/{COLLECTION}/rejets/{DEBIT}"]')
    assert "Enregistré" in words(page.main)


def test_a_file_without_rejects_says_so(site: Site) -> None:
    site.services.answers[OpenBankFile] = a_file(recorded_at=NOW)
    page = site.agent(Role.BILLING).read(ONE)
    assert "Aucun rejet dans ce fichier" in words(page.main)
    assert not page.select("main form")


def test_the_files_are_for_the_billing_office_alone(site: Site) -> None:
    site.agent(Role.REQUESTS).get(DESK, status=403)
