"""When enrolments and bookings open, and for whom first; and the French sentence of that same rule."""

from datetime import date, datetime
from enum import StrEnum

from contracts.enrolment.terms import Opening, Window
from enrolment.wording import moment


class Shut(StrEnum):
    """Why a window is not open."""

    NOT_YET = "not_yet"
    OVER = "over"


ALWAYS = Window()


def opens_for(window: Window, *, is_resident: bool) -> datetime | None:
    """From when this family may; None: from always."""
    if is_resident and window.residents_from is not None:
        return window.residents_from
    return window.opens_at


def why_shut(window: Window, now: datetime, *, is_resident: bool) -> Shut | None:
    """None while it is open: from its opening instant on, until before its closing one."""
    opening = opens_for(window, is_resident=is_resident)
    if opening is not None and now < opening:
        return Shut.NOT_YET
    if window.closes_at is not None and now >= window.closes_at:
        return Shut.OVER
    return None


def window_of(openings: tuple[Opening, ...], day: date) -> Window:
    """The window within which a session of `day` is booked; always open where none concerns the day."""
    return next((each.window for each in openings if each.first <= day <= each.last), ALWAYS)


def sentence(window: Window) -> str:
    """« du 2 décembre 2026 à 8 h (dès le 1er décembre 2026 à 8 h pour les familles qui habitent la ville) au … ».

    Empty: always open.
    """
    first = f"dès le {moment(window.residents_from)}" if window.residents_from is not None else ""
    residents = f" ({first} pour les familles qui habitent la ville)" if first else ""
    if window.opens_at is not None and window.closes_at is not None:
        return f"du {moment(window.opens_at)}{residents} au {moment(window.closes_at)}"
    if window.opens_at is not None:
        return f"à partir du {moment(window.opens_at)}{residents}"
    return f"jusqu’au {moment(window.closes_at)}" if window.closes_at is not None else ""
