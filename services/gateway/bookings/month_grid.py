"""A child's days as rows of the grid: what each cell says, and which days are folded together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from contracts.enrolment.bookings import CellState, CellView, MonthActivityView, MonthView
from contracts.enrolment.enrolments import ChildView
from gateway import french

SOON = timedelta(days=3)
_TICKED = (CellState.OPEN, CellState.BOOKED, CellState.OFFERED)
_WEEKEND = "Week-end"
_BILLED = (CellState.OPEN, CellState.OFFERED, CellState.BOOKED, CellState.BOOKED_LOCKED)
OTHER_HOME = "chez l’autre parent, facturé à l’autre foyer"
NO_PLACE = "Il ne reste plus de place ce jour-là."


@dataclass
class Grid:
    """What the template draws: columns, rows already past, rows to come, and the ids shown as booked."""

    columns: list[tuple[str, str]]
    past: list[dict[str, Any]] = field(default_factory=list)
    coming: list[dict[str, Any]] = field(default_factory=list)
    booked: list[str] = field(default_factory=list)
    has_open: bool = False


class AnyDay(Protocol):
    """A day of either."""

    @property
    def day(self) -> date: ...
    @property
    def closed_because(self) -> str: ...
    @property
    def cells(self) -> list[CellView]: ...


class Days(Protocol):
    """A child's month or week."""

    @property
    def child(self) -> ChildView: ...
    @property
    def activities(self) -> list[MonthActivityView]: ...
    @property
    def days(self) -> Sequence[AnyDay]: ...


def grid_of(month: Days, today: date, now: datetime, suffix: str = "") -> Grid:
    """The grid. Days gone by stand apart; week-ends and holidays in a row are one row.

    `suffix` tells apart the boxes of several children on one page: it ends their names.
    """
    grid = Grid(columns=columns_of(month))
    labels = dict(grid.columns)
    week = None
    for days in _together(month.days):
        first = days[0]
        past = days[-1].day < today
        row: dict[str, Any] = {"label": _label(days), "cells": {}, "note": first.closed_because}
        row["week_start"] = week is not None and first.day.isocalendar()[:2] != week and not past
        week = days[-1].day.isocalendar()[:2]
        weekday = french.weekday(first.day)
        for cell in first.cells:
            key = _key(cell.activity_code, cell.slot)
            row["cells"][key] = _cell(cell, labels.get(key, ""), weekday, month.child.first_name, now, suffix)
            stands_alone = cell.week_of in (None, cell.session_id)
            grid.has_open |= stands_alone and (cell.state in _TICKED or cell.can_wait)
            if cell.state is CellState.BOOKED and stands_alone:
                grid.booked.append(str(cell.session_id))
        (grid.past if past else grid.coming).append(row)
    if grid.coming:
        grid.coming[0]["week_start"] = False
    return grid


def columns_of(month: Days) -> list[tuple[str, str]]:
    """One per activity and part of the day."""
    return [
        (_key(activity.activity_code, slot), f"{activity.name}, {slot}" if slot else activity.name)
        for activity in month.activities
        for slot in activity.slots
    ]


def neighbours(month: MonthView) -> tuple[date | None, date | None]:
    """The months before and after, where there are sessions."""
    before = (month.month - timedelta(days=1)).replace(day=1)
    after = (month.month + timedelta(days=31)).replace(day=1)
    return (
        before if month.first_month and before >= month.first_month else None,
        after if month.last_month and after <= month.last_month else None,
    )


def _key(activity_code: str, slot: str) -> str:
    return f"{activity_code}|{slot}"


def _together(days: Sequence[AnyDay]) -> list[list[AnyDay]]:
    """Days closed for the same reason, in a row, as one; week-ends go without saying."""
    groups: list[list[AnyDay]] = []
    for day in days:
        if day.closed_because == _WEEKEND:
            continue
        follows = (
            bool(groups)
            and bool(day.closed_because)
            and groups[-1][-1].closed_because == day.closed_because
            and day.day - groups[-1][-1].day == timedelta(days=1)
        )
        if follows:
            groups[-1].append(day)
        else:
            groups.append([day])
    return groups


def _label(days: list[AnyDay]) -> str:
    if len(days) == 1:
        return french.weekday(days[0].day).capitalize()
    return f"Du {french.weekday(days[0].day)} au {french.weekday(days[-1].day)}"


def _cell(
    cell: CellView, column: str, weekday: str, first_name: str, now: datetime, suffix: str
) -> dict[str, Any]:
    """What a cell says, in words: a box to tick where the day can be changed, else its state and why it is locked."""
    session_id = str(cell.session_id)
    state, text, why = _words(cell, now)
    shown: dict[str, Any] = {
        "name": f"book{suffix}",
        "value": session_id,
        "id": f"j-{session_id}{suffix}",
        "label": f"{column}, {weekday}, {first_name}",
        "checked": cell.state is CellState.BOOKED,
        "state": state,
        "text": text,
        "why": why,
    }
    if cell.week_of not in (None, cell.session_id):
        if shown["state"] == "open":
            shown["text"] = "Réservé" if cell.state is CellState.BOOKED else "Libre"
        shown |= {"state": "locked", "why": "Avec la semaine"}
    elif cell.week_of is not None:
        shown["label"] = f"{column}, semaine du {weekday}, {first_name}"
        shown["why"] = " – ".join(filter(None, ("Toute la semaine", shown["why"])))
    if cell.can_wait and shown["state"] == "full":
        shown |= {"state": "waiting", "name": f"wait{suffix}", "label": f"Liste d’attente : {shown['label']}"}
    if cell.other_home and cell.state in _BILLED:
        shown["why"] = " – ".join(filter(None, (shown["why"], OTHER_HOME)))
    return shown


def _words(cell: CellView, now: datetime) -> tuple[str, str, str]:
    """(how it looks, what it is, why or until when)."""
    soon = cell.closes_at is not None and cell.closes_at - now < SOON
    match cell.state:
        case CellState.OPEN:
            return "open", "", f"À réserver avant {_moment(cell.closes_at)}" if soon else ""
        case CellState.BOOKED:
            return "open", "Réservé", f"annulable jusqu’à {_moment(cell.closes_at)}" if soon else ""
        case CellState.OFFERED:
            return "open", "Une place est gardée pour vous", f"à prendre avant {_moment(cell.offer_ends_at)}"
        case CellState.WAITING:
            return "locked", "Complet", _in_line(cell.place_in_line)
        case CellState.FULL:
            return (
                "full",
                "Complet",
                "cochez pour rejoindre la liste d’attente" if cell.can_wait else NO_PLACE,
            )
        case CellState.LOCKED:
            return "locked", "Non réservé", f"Fermé depuis {_moment(cell.closes_at)}"
        case CellState.BOOKED_LOCKED:
            return "locked", "Réservé", f"Annulation fermée depuis {_moment(cell.closes_at)}"
        case CellState.ELSEWHERE:
            return "locked", "Réservé", "Par l’autre foyer de votre enfant"
        case CellState.CLOSED:
            return "locked", "Fermé", cell.closed_because
        case CellState.NOT_OPEN:
            return "locked", "Pas encore ouvert", f"Réservations à partir de {_moment(cell.opens_at)}"
        case CellState.NOT_OF_AGE:
            return "locked", "Pas pour son âge", "Votre enfant n’a pas l’âge demandé ce jour-là"


def _in_line(place: int | None) -> str:
    if place is None:
        return "La place proposée n’a pas été prise à temps"
    return f"{french.ordinal(place)} sur la liste d’attente"


def _moment(at: datetime | None) -> str:
    return f"{french.weekday(at)}, {french.hour(at)}" if at else ""
