"""A bank's files of rejects on a real database: read once, shown first, recorded once, whatever comes twice or at once."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from billing.accounting import audit, ledger
from billing.debits import bank_files
from contracts.billing.bank_files import BankFileView, ReadBankFile
from contracts.billing.debits import MandateState
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import RejectRefused
from contracts.caller import Role
from gateway.vault.examination import bank_file
from tests.mothers.bank_files import (
    a_notice,
    a_refusal,
    a_report,
    a_returned_detail,
    a_returned_entry,
    a_statement,
)
from tests.mothers.billing import a_clerk
from tests.services.billing.conftest import Town
from tests.services.billing.streets import Street
from tests.services.billing.test_debits import (
    left,
    make_file,
    mandate_state,
    reject,
    state,
    to_day,
)
from tests.services.billing.test_runs import at_once


def read(town: Town, content: bytes, name: str = "rejets.xml") -> UUID:
    """As the page does, without its process."""
    said = bank_file.read(content)
    ask = ReadBankFile.model_validate(
        {"command_id": uuid4(), "name": name, "digest": sha256(content).hexdigest(), **said}
    )
    with town.sessions.begin() as session:
        return bank_files.read(session, ask, a_clerk(Role.BILLING), town.clock.now())


def shown(town: Town, file: UUID) -> BankFileView:
    with town.sessions.begin() as session:
        return bank_files.view(session, file, town.clock.now())


def record(town: Town, file: UUID) -> int:
    with town.sessions.begin() as session:
        return bank_files.record(session, file, a_clerk(Role.BILLING), town.clock.now())


def verdicts(town: Town, file: UUID) -> list[str]:
    return [str(line.verdict) for line in shown(town, file).lines]


def rows(town: Town, kind: str) -> int:
    query = "SELECT count(*) FROM difference WHERE kind = :kind AND resolved_at IS NULL"
    return town.count(query, kind=kind)


def test_the_rejects_of_a_file_are_shown_then_recorded_each_with_its_effects(town: Town) -> None:
    street = Street(town, 4).collected()
    town.clock.moment += timedelta(days=30)
    day = (street.due_on + timedelta(days=2)).isoformat()
    content = a_notice(
        a_returned_entry(street.debits[0], "AM04", 2000, day),
        a_returned_entry(street.debits[1], "AC04", 2000, day),
        a_returned_entry(uuid4(), "AM04", 5000, day),
        a_returned_entry(street.debits[2], "AM04", 2100, day),
        a_returned_entry(street.debits[0], "AM04", 2000, day),
    )
    file = read(town, content)
    before = shown(town, file)
    assert [str(line.verdict) for line in before.lines] == [
        "recognised",
        "recognised",
        "unknown",
        "amount",
        "already",
    ]
    assert (before.summary.recorded_at, before.lines[0].family_label) == (None, "Famille 000")
    assert [left(town, each) for each in street.invoices] == [0, 0, 0, 0], "nothing is recorded by reading"
    assert record(town, file) == 2
    assert [left(town, each) for each in street.invoices] == [2000, 2000, 0, 0]
    assert [state(town, each) for each in street.debits] == [
        PaymentState.REJECTED,
        PaymentState.REJECTED,
        PaymentState.PAID,
        PaymentState.PAID,
    ]
    assert [mandate_state(town, each) for each in street.mandates[:2]] == [
        MandateState.ACTIVE,
        MandateState.SUSPENDED,
    ]
    assert (town.told("debit.rejected"), town.told("mandate.ended")) == (2, 1)
    assert (rows(town, "return_unknown"), rows(town, "return_by_hand")) == (1, 1)
    after = shown(town, file)
    assert [line.verdict for line in after.lines] == [line.verdict for line in before.lines]
    assert (after.summary.recognised, after.summary.lines) == (2, 5)
    with town.sessions.begin() as session:
        assert audit.check(session, town.clock.now()) == 0
        assert ledger.totals(session)["sepa"] == 4000


def test_the_same_file_twice_and_the_same_reject_in_two_files_count_once(town: Town) -> None:
    street = Street(town, 2)
    make_file(town, street.collection)
    to_day(town, street.due_on + timedelta(days=10))
    day = street.due_on.isoformat()
    report = a_report(a_refusal(street.debits[0], "AC01", 2000)).replace(b"2026-12-01", day.encode())
    file = read(town, report)
    assert read(town, report, "encore.xml") == file
    assert record(town, file) == 1
    assert record(town, file) == 0
    assert state(town, street.debits[0]) is PaymentState.FAILED, "before its day: nothing was booked"
    second = read(town, a_notice(a_returned_entry(street.debits[0], "AC01", 2000, day)))
    assert verdicts(town, second) == ["already"]
    assert record(town, second) == 0
    assert (town.told("debit.rejected"), rows(town, "return_by_hand")) == (1, 0)


def test_two_files_with_the_same_rejects_recorded_at_once_with_one_by_hand_count_once(town: Town) -> None:
    street = Street(town, 6).collected()
    day = street.due_on.isoformat()
    entries = [a_returned_entry(each, "AC04", 2000, day) for each in street.debits]
    files = [read(town, a_notice(*entries)), read(town, a_notice(*reversed(entries)))]

    def by_hand() -> int:
        with suppress(RejectRefused):
            reject(town, street.debits[3], "MD01")
            return 1
        return 0

    booked = at_once(lambda: record(town, files[0]), lambda: record(town, files[1]), by_hand, by_hand)
    assert sum(booked) == 6
    assert town.told("debit.rejected") == 6
    assert [left(town, each) for each in street.invoices] == [2000] * 6
    assert Counter(verdicts(town, files[0]) + verdicts(town, files[1]))["unknown"] == 0
    with town.sessions.begin() as session:
        assert audit.check(session, town.clock.now()) == 0


def test_what_cannot_be_believed_is_for_an_agent_and_recording_it_by_hand_settles_the_row(town: Town) -> None:
    street = Street(town, 3).collected()
    late = (town.clock.now().date() + timedelta(days=1)).isoformat()
    content = a_statement(
        a_returned_detail(street.debits[0], "", 2000), a_returned_detail("NOTPROVIDED", "AM04", 100)
    )
    file = read(town, content.replace(b"2026-12-03", street.due_on.isoformat().encode()))
    to_come = read(town, a_notice(a_returned_entry(street.debits[1], "AM04", 2000, late)))
    whole = read(town, a_report(group="<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>"))
    assert verdicts(town, file) + verdicts(town, to_come) + verdicts(town, whole) == [
        "reason",
        "unknown",
        "day",
        "whole",
    ]
    assert record(town, file) + record(town, to_come) + record(town, whole) == 0
    assert [rows(town, f"return_{kind}") for kind in ("by_hand", "unknown", "whole")] == [2, 1, 1]
    reject(town, street.debits[0], "MS03")
    assert rows(town, "return_by_hand") == 1


def test_a_debit_that_was_never_sent_to_the_bank_cannot_come_back(town: Town) -> None:
    street = Street(town, 1)
    file = read(town, a_report(a_refusal(street.debits[0], "AM04", 2000)))
    assert verdicts(town, file) == ["not_sent"]
    assert record(town, file) == 0
    assert state(town, street.debits[0]) is PaymentState.COLLECTING


def test_a_file_without_rejects_has_nothing_to_be_recorded(town: Town) -> None:
    file = read(town, a_notice())
    assert shown(town, file).summary.recorded_at is not None
    assert record(town, file) == 0


def test_what_is_not_ours_is_a_row_once_a_word_of_the_bank(town: Town) -> None:
    first = a_statement(a_returned_detail("CANTINE-7", "AM04", 2000))
    again = a_statement(a_returned_detail("CANTINE-7", "AM04", 2000))
    next_month = a_statement(a_returned_detail("CANTINE-7", "AM04", 2000)).replace(
        b"2026-12-03", b"2027-01-04"
    )
    for content in (first, again, next_month):
        record(town, read(town, content))
    assert rows(town, "return_unknown") == 2
