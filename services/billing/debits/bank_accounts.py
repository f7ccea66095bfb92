"""Is this an account that may be debited? IBAN and BIC as people type them."""

from stdnum import bic as bic_number
from stdnum import iban as iban_number
from stdnum.exceptions import InvalidChecksum, ValidationError

SEPA = frozenset(
    [
        "AD",
        "AL",
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SK",
        "SM",
        "VA",
    ]
)
"""Countries whose banks take SEPA debits. A town may not ask for a French account (Regulation 260/2012, article 9)."""
_FRENCH_LENGTH = 27


def compact(text: str) -> str:
    """Without the spaces and dashes of what is printed on a bank's paper, in capitals."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def problem_of_iban(text: str) -> str:
    """The code of what is wrong with it; empty when it is right."""
    number = compact(text)
    country = number[:2]
    if not number.isascii() or not country.isalpha() or not number[2:4].isdigit():
        return "iban_form"
    if country not in SEPA:
        return "iban_outside_sepa"
    if country == "FR" and len(number) != _FRENCH_LENGTH:
        return "iban_too_short" if len(number) < _FRENCH_LENGTH else "iban_too_long"
    try:
        # Without the national rules: they hold lists of banks, and a bank younger than the list would be refused.
        iban_number.validate(number, check_country=False)
    except InvalidChecksum:
        return "iban_checksum"
    except ValidationError:
        return "iban_form"
    return ""


def problem_of_bic(text: str) -> str:
    """The code of what is wrong with it; empty when it is right."""
    return "" if compact(text).isascii() and bic_number.is_valid(compact(text)) else "bic_form"


def masked(end: str) -> str:
    """« •••• 2606 »: what a screen may show of an account."""
    return f"•••• {end}"


def spaced(number: str) -> str:
    """« FR76 3000 … »: by fours, as banks print it."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
