"""Dates and sums as French mails write them."""

from datetime import date, datetime

from chassis.clock import PARIS

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def euros(cents: int) -> str:
    """12345 → « 123,45 € »."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{'−' if cents < 0 else ''}{grouped},{rest:02d}\u00a0€"


def day(value: date) -> str:
    """« 1er mai 2027 »."""
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    return f"{'1er' if value.day == 1 else value.day}\u00a0{_MONTHS[value.month - 1]} {value.year}"


def month(value: date) -> str:
    """« mai 2027 »; after « de », use `of_month`."""
    return f"{_MONTHS[value.month - 1]} {value.year}"


def of_month(value: date) -> str:
    """« de mai 2027 », « d’avril 2027 »."""
    name = month(value)
    return f"d’{name}" if name[0] in "ao" else f"de {name}"


def moment(value: datetime) -> str:
    """« 4 mai 2027 à 8 h 05 », in Paris."""
    local = value.astimezone(PARIS)
    return f"{day(local.date())} à {local.hour}\u00a0h\u00a0{local.minute:02d}"


FILTERS = {"euros": euros, "day": day, "month": month, "of_month": of_month, "moment": moment}
