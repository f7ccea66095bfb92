"""Which debits a bank sends back, in the shapes of several banks; and files that no bank would send."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.billing.bank_files import MOST_RETURNS, BankReturn
from gateway.vault.examination import bank_file
from gateway.vault.examination.flaws import Flaw, Flawed
from tests.mothers.bank_files import (
    ISO,
    a_notice,
    a_refusal,
    a_report,
    a_returned_detail,
    a_returned_entry,
    a_statement,
)
from tests.unit.vault.test_examination import flaw_of, in_the_child

ONE, TWO = UUID(int=1 << 100), UUID(int=2 << 100)


def lines(content: bytes) -> list[tuple[str, str, int | None, str]]:
    found = [BankReturn.model_validate(each) for each in bank_file.read(content)["returns"]]
    return [(each.end_to_end, each.code, each.cents, each.returned_on.isoformat()) for each in found]


def test_a_report_names_what_was_refused_and_nothing_of_what_was_accepted() -> None:
    content = a_report(a_refusal(ONE, "AC04", 4800), a_refusal(TWO, "MS02", state="ACCP"))
    assert lines(content) == [(ONE.hex, "AC04", 4800, "2026-12-01")]
    said = bank_file.read(content)
    assert (said["kind"], said["returns"][0]["mandate"]) == ("pain.002", "ENF-M-2026-000001")
    assert "Ferrand" not in str(said), "no name, no account"
    assert "FR14" not in str(said)


@pytest.mark.parametrize("version", ["pain.002.001.10", "pain.002.003.03"])
def test_other_versions_of_the_same_message_are_read(version: str) -> None:
    assert lines(a_report(a_refusal(ONE, "MD01"), version=version)) == [(ONE.hex, "MD01", None, "2026-12-01")]


def test_debits_without_a_state_of_their_own_have_that_of_their_batch() -> None:
    debit = a_refusal(ONE, "AM04").replace("<TxSts>RJCT</TxSts>", "").replace("<Cd>AM04</Cd>", "")
    content = a_report(
        debit, batch="<PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>RC01</Cd></Rsn></StsRsnInf>"
    )
    assert lines(content) == [(ONE.hex, "RC01", None, "2026-12-01")]


def test_a_file_or_a_batch_refused_in_one_word_is_one_line() -> None:
    reason = "<StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>"
    [file] = bank_file.read(a_report(group=f"<GrpSts>RJCT</GrpSts>{reason}"))["returns"]
    [batch] = bank_file.read(a_report(batch=f"<PmtInfSts>RJCT</PmtInfSts>{reason}"))["returns"]
    assert (file["whole"], file["code"]) == ("ENF-P-2026-000001", "AM05")
    assert (batch["whole"], batch["code"]) == ("ENF-P-2026-000001-RCUR", "AM05")


def test_a_notice_gives_the_sum_of_the_debit_without_the_banks_charges() -> None:
    content = a_notice(a_returned_entry(ONE, "MD06", 4800), a_returned_entry(TWO, "AC01", 100, way="CRDT"))
    assert lines(content) == [(ONE.hex.upper(), "MD06", 4800, "2026-12-02")], (
        "a transfer that came back is none"
    )


def test_a_statement_gives_each_debit_of_an_entry_and_those_without_a_reason() -> None:
    content = a_statement(a_returned_detail(ONE, "AC06", 4800), a_returned_detail(TWO, "", 1200))
    found = bank_file.read(content)["returns"]
    assert [(each["instruction"], each["code"], each["cents"]) for each in found] == [
        (ONE.hex, "AC06", 4800),
        (TWO.hex, "", 1200),
    ]
    assert {each["returned_on"] for each in found} == {"2026-12-03"}, "the bank's day, whatever the hour"


def test_an_entry_without_its_debits_is_a_line_all_the_same() -> None:
    [line] = bank_file.read(a_statement())["returns"]
    assert (line["end_to_end"], line["code"], line["cents"]) == ("", "", 9900)


@pytest.mark.parametrize("state", ["<Sts><Cd>PDNG</Cd></Sts>", "<Sts>INFO</Sts>"])
def test_what_is_not_booked_yet_has_not_come_back(state: str) -> None:
    assert lines(a_statement(a_returned_detail(ONE, "AC06", 4800), state=state)) == []


def test_a_banks_own_word_is_no_reason() -> None:
    content = a_report(a_refusal(ONE, "X").replace("<Cd>X</Cd>", "<Prtry>ab</Prtry>"))
    assert lines(content) == [(ONE.hex, "", None, "2026-12-01")]


BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;&b;</d>'
OUTSIDE = a_report(a_refusal(ONE, "AC04")).replace(
    b"<Document", b'<!DOCTYPE Document SYSTEM "file:///etc/passwd"><Document', 1
)


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (BOMB, Flaw.ENTITIES),
        (OUTSIDE, Flaw.ENTITIES),
        (b"%PDF-1.7", Flaw.NOT_XML),
        (b'<?xml version="1.0" encoding="I-O-8859-1"?><Document/>', Flaw.NOT_XML),
        (b'<?xml version="1.0" encoding="big5"?><Document/>', Flaw.NOT_XML),
        (a_report(a_refusal(ONE, "AC04"))[:-20], Flaw.NOT_XML),
        (b"<Document/>", Flaw.NOT_BANK),
        (f'<Document xmlns="{ISO}pain.008.001.02"/>'.encode(), Flaw.NOT_BANK),
        (f'<Document xmlns="{ISO}pain.002.001.03"><CstmrPmtStsRpt/></Document>'.encode(), Flaw.NOT_BANK),
        (a_statement().replace(b"camt.053", b"camt.054"), Flaw.NOT_BANK),
        (b"<a>" * 100_000, Flaw.TOO_HARD),
        (a_report(*[a_refusal(ONE, "AC04")] * (MOST_RETURNS + 1)), Flaw.TOO_MANY_RETURNS),
    ],
)
def test_what_no_bank_would_send_is_refused_with_its_reason(content: bytes, flaw: Flaw) -> None:
    with pytest.raises(Flawed) as refused:
        bank_file.read(content)
    assert refused.value.flaw is flaw


def test_the_file_is_read_by_a_process_of_its_own() -> None:
    _, said, _ = in_the_child(a_report(a_refusal(ONE, "AC04", 4800)), task="bank")
    assert b'"code": "AC04"' in said
    assert flaw_of(OUTSIDE, task="bank", by=in_the_child) is Flaw.ENTITIES


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_a_file_that_was_damaged_anywhere_is_read_or_refused(noise: bytes, at: int) -> None:
    content = bytearray(a_notice(a_returned_entry(ONE, "MD06", 4800)))
    content[at : at + len(noise)] = noise
    try:
        for each in bank_file.read(bytes(content))["returns"]:
            BankReturn.model_validate(each)
    except Flawed:
        return
