"""How enrolment writes dates, ages and lists, where it makes the sentences that parents read."""

from collections.abc import Sequence
from datetime import date, datetime

from chassis.clock import PARIS
from enrolment.booking.deadlines import hour

NBSP = "\u00a0"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def day(value: date) -> str:
    """« 1er mai 2027 »."""
    return f"{'1er' if value.day == 1 else value.day}{NBSP}{MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """« 4 mai 2027 à 8 h », on the clock of Paris."""
    local = value.astimezone(PARIS)
    return f"{day(local.date())} à {hour(local.time())}"


def listed(names: Sequence[str], last: str = "et") -> str:
    """« a », « a et b », « a, b et c »."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def years(youngest: int | None, oldest: int | None) -> str:
    """« de 3 à 5 ans », « de 3 ans et plus », « de 5 ans au plus », « de 6 ans »; empty without bounds."""
    if youngest is not None and oldest is not None:
        if youngest == oldest:
            return f"de {_age(youngest)}"
        return f"de {youngest} à {_age(oldest)}"
    if youngest is not None:
        return f"de {_age(youngest)} et plus"
    return f"de {_age(oldest)} au plus" if oldest is not None else ""


def _age(number: int) -> str:
    return f"{number}{NBSP}{'an' if number < 2 else 'ans'}"
