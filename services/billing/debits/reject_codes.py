"""Why a bank sends a debit back: the reasons of ISO 20022 that a town meets, and whether the mandate can still serve.

Suspended where asking again would come back again: the account cannot be debited, or the debtor says that there is no
mandate. A lack of money does not touch the mandate.
"""

SUSPENDS: dict[str, bool] = {
    "AC01": True,  # the account number is wrong
    "AC04": True,  # the account is closed
    "AC06": True,  # the account is blocked
    "AC13": True,  # not a consumer's account (CORE)
    "AG01": True,  # debits are forbidden on this kind of account
    "AG02": False,  # the operation's code is wrong: our file's fault
    "AM04": False,  # not enough money
    "AM05": False,  # the same twice
    "BE05": False,  # the creditor's identifier is wrong: our file's fault
    "FF01": False,  # the file's form
    "MD01": True,  # no mandate, or a mandate that was revoked at the bank
    "MD06": False,  # the debtor asks for the money back (within eight weeks, without a reason)
    "MD07": True,  # the debtor has died
    "MS02": False,  # refused by the debtor, no reason given
    "MS03": False,  # refused by the bank, no reason given
    "RC01": True,  # the bank's identifier is wrong
    "RR04": False,  # a legal reason
    "SL01": True,  # the debtor forbids this creditor at the bank
}

RESUMES = frozenset({"AC06", "MD01", "SL01"})
"""What the debtor can lift at the bank: the account is free again, the mandate or the creditor is accepted there. The
others say that this account cannot be debited: it takes another, and so another mandate."""


def suspends(code: str) -> bool:
    """Raises KeyError for a code that is not of the table."""
    return SUSPENDS[code]


def resumes(code: str) -> bool:
    """A mandate suspended for it can serve again once the debtor has seen to it."""
    return code in RESUMES
