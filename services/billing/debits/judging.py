"""What a line of a bank's file means for our books: pure, told what is known of the debit that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.debits.reject_codes import SUSPENDS
from contracts.billing.bank_files import BankReturn, Verdict

CURRENCY = "EUR"


@dataclass(frozen=True)
class Known:
    """A debit of ours. `filed_on`: empty until the bank has it; `rejected`: sent back before."""

    cents: int
    filed_on: date | None
    alive: bool
    rejected: bool


def judge(line: BankReturn, debit: Known | None, today: date) -> Verdict:
    """What the line means; `debit` is the one that it names, or None.

    An amount that the bank leaves out is not doubted: it may (ISO 20022 makes it optional), and the id is ours alone.
    """
    if line.whole:
        return Verdict.WHOLE
    if debit is None:
        return Verdict.UNKNOWN
    if debit.rejected:
        return Verdict.ALREADY
    if debit.filed_on is None or not debit.alive:
        return Verdict.NOT_SENT
    if line.cents is not None and (line.cents, line.currency or CURRENCY) != (debit.cents, CURRENCY):
        return Verdict.AMOUNT
    if line.code not in SUSPENDS:
        return Verdict.REASON
    if not debit.filed_on <= line.returned_on <= today:
        return Verdict.DAY
    return Verdict.RECOGNISED


def names(line: BankReturn) -> Iterator[UUID]:
    """The debits that the line may mean: our end-to-end ids are ids of payments, in hexadecimal.

    Banks repeat them in capitals, or as the instruction's id where they lose the other.
    """
    for text in (line.end_to_end, line.instruction):
        if len(text) == 32 and text.isascii():
            try:
                yield UUID(hex=text)
            except ValueError:
                continue
