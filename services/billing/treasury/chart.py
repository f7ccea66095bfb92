"""From the accounts of the ledger to those of the town's accountant: the chart M57, which each fund may adapt.

M57, as its nomenclature is published each year: 411 « Redevables », 5115 cards under collection, 5112 cheques, 5113
special titles of payment, 5412 what a « régisseur de recettes » holds, 515 the account at the Treasury, 467 other
debtors, 4711 receipts not yet sorted, 706 what services earn (7067: « services périscolaires et d'enseignement »;
70632: leisure). Which of them a fund uses is the accountant's to say.
"""

from collections.abc import Iterable, Mapping

REVENUE = "revenue:"
UNSORTED = "4711"

USUAL = {
    "receivable": "4111",
    "card": "5115",
    "payfip": "515",
    "sepa": "515",
    "cash": "5412",
    "cheque": "5112",
    "cesu": "5113",
    "voucher": "5113",
    "treasury": "515",
    "disputed": "46721",
}
"""Ledger account → number. Revenue is `USUAL_REVENUE`; an account of no number yet is `UNSORTED`, never left out."""

USUAL_REVENUE = "7067"


def number_of(account: str, chart: Mapping[str, str]) -> str:
    """The number under which an account of the ledger is kept: the fund's own, or the usual one."""
    usual = USUAL_REVENUE if account.startswith(REVENUE) else USUAL.get(account, UNSORTED)
    return chart.get(account, usual)


def kept(numbers: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """Of the numbers that an agent gave, those to be remembered: of an account that is known, and not the usual one."""
    return {
        account: numbers[account]
        for account in known
        if numbers.get(account) and numbers[account] != number_of(account, {})
    }
