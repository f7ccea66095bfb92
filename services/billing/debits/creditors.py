"""The funds that collect by direct debit, as the town has set them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from stdnum.eu import at_02
from stdnum.exceptions import ValidationError

from billing.debits.bank_accounts import compact, problem_of_bic, problem_of_iban
from contracts.billing.refusals import DebitNotOffered

USUAL_NOTICE = 14
"""Days between the announcement and the debit, unless both agreed on less (SEPA CORE rulebook, 4.3.4)."""


@dataclass(frozen=True)
class Creditor:
    """A fund's identifier (ICS) and the account that is credited."""

    fund: str
    identifier: str
    iban: str
    bic: str
    notice_days: int = USUAL_NOTICE


@cache
def read(text: str) -> Mapping[str, Creditor]:
    """By fund: `ENF=FR72ZZZ123456,FR7630001007941234567890185,BDFEFRPPCCT`, several separated by spaces.

    A fourth part is the notice in days, where the town agreed on another with the families. Raises ValueError.
    """
    found = {}
    for entry in text.split():
        fund, _, rest = entry.partition("=")
        parts = rest.split(",")
        if not fund or len(parts) not in (3, 4):
            raise ValueError(f"ESPACE_SEPA_CREDITORS: {entry!r} is not FUND=ICS,IBAN,BIC[,days]")
        identifier, iban, bic = (compact(part) for part in parts[:3])
        wrong = problem_of_iban(iban) or problem_of_bic(bic)
        try:
            at_02.validate(identifier)
        except ValidationError:
            wrong = "creditor identifier"
        if wrong:
            raise ValueError(f"ESPACE_SEPA_CREDITORS: {fund}: {wrong}")
        found[fund] = Creditor(
            fund, identifier, iban, bic, int(parts[3]) if len(parts) == 4 else USUAL_NOTICE
        )
    return found


def of_fund(creditors: Mapping[str, Creditor], fund: str) -> Creditor:
    """Raises DebitNotOffered."""
    if fund not in creditors:
        raise DebitNotOffered(fund=fund)
    return creditors[fund]
