"""Dates, sums and spaces as French mails write them."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from chassis.clock import PARIS

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_NARROW, _NO_BREAK = "\u202f", "\u00a0"
_END = r"(?=\s|$|<|[.,»)])"
_ELIDED = re.compile(r"[aeiouàâäéèêëîïôöùûüœæ]|y(?![aeiouéèêë])", re.IGNORECASE)


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
    return of(month(value))


def of(name: str) -> str:
    """« de Marius », « d’Achille ». Before an h both are heard, and « de » shocks nobody."""
    return f"d’{name}" if _ELIDED.match(name) else f"de {name}"


def moment(value: datetime) -> str:
    """« 4 mai 2027 à 8 h 05 », « à 10 h », in Paris."""
    local = value.astimezone(PARIS)
    minutes = f"{_NO_BREAK}{local.minute:02d}" if local.minute else ""
    return f"{day(local.date())} à {local.hour}{_NO_BREAK}h{minutes}"


def weekday(value: date) -> str:
    """« mardi 4 mai 2027 »."""
    return f"{_DAYS[value.weekday()]} {day(value)}"


def days_by_month(days: Iterable[date]) -> list[str]:
    """« mai 2027 : mardi 4, jeudi 6 », one line a month."""
    months: dict[str, list[str]] = {}
    for each in sorted(set(days)):
        number = "1er" if each.day == 1 else each.day
        months.setdefault(month(each), []).append(f"{_DAYS[each.weekday()]}{_NO_BREAK}{number}")
    return [f"{name}{_NO_BREAK}: {', '.join(found)}" for name, found in months.items()]


def count(number: int, one: str, many: str) -> str:
    """« 1 jour réservé », « 3 jours réservés »."""
    return f"{number}{_NO_BREAK}{one if number < 2 else many}"


def typeset(text: str) -> str:
    """Puts the spaces that do not break where French wants them; text or HTML."""
    text = re.sub(r"[ \u00a0]([;?!])" + _END, rf"{_NARROW}\1", text)
    text = re.sub(r" ([:%€»])" + _END, rf"{_NO_BREAK}\1", text)
    text = re.sub(r"\b0\d(?: \d\d){4}\b", lambda number: number[0].replace(" ", _NO_BREAK), text)
    return text.replace("« ", f"«{_NO_BREAK}").replace("n° ", f"n°{_NO_BREAK}")


FILTERS = {
    "euros": euros,
    "day": day,
    "weekday": weekday,
    "days_by_month": days_by_month,
    "month": month,
    "of": of,
    "of_month": of_month,
    "moment": moment,
    "count": count,
}
