"""French words on invoices: amounts, months, reasons. Typography with no-break spaces."""

from datetime import date

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
NBSP = "\u00a0"

METHODS = {
    "card": "Paiement par carte bancaire",
    "cash": "Paiement en espèces",
    "cheque": "Paiement par chèque",
    "cesu": "Paiement par CESU préfinancé",
    "voucher": "Paiement par chèques-vacances ou bons",
    "direct_debit": "Paiement par prélèvement unique",
    "sepa_debit": "Prélèvement automatique",
}
"""How a payment is called on an invoice."""


def euros(cents: int) -> str:
    """`1 234,50 €`, as it is printed."""
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", "\u202f") + f",{rest:02d}{NBSP}€"


def month_name(month: date) -> str:
    """`octobre 2026`."""
    return f"{MONTHS[month.month - 1]}{NBSP}{month.year}"


def month_short(month: date, beside: date) -> str:
    """`octobre`, with the year only when it is not that of `beside`."""
    return MONTHS[month.month - 1] if month.year == beside.year else month_name(month)


def day_name(day: date) -> str:
    """`1er décembre 2026`."""
    return f"{'1er' if day.day == 1 else day.day}{NBSP}{MONTHS[day.month - 1]} {day.year}"


def ordinal(number: int) -> str:
    """`1er`, `2e`."""
    return "1er" if number == 1 else f"{number}e"
