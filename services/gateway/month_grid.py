"""A child's month as rows of the grid: what each cell says, and which days are folded together."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from contracts.enrolment.bookings import CellState, CellView, DayView, MonthView
from gateway import french

SOON = timedelta(days=3)
_WEEKEND = "Week-end"


@dataclass
class Grid:
    """What the template draws: columns, rows already past, rows to come, and the ids shown as booked."""

    columns: list[tuple[str, str]]
    past: list[dict[str, Any]] = field(default_factory=list)
    coming: list[dict[str, Any]] = field(default_factory=list)
    booked: list[str] = field(default_factory=list)
    has_open: bool = False


def grid_of(month: MonthView, today: date, now: datetime) -> Grid:
    """The month's grid. Days gone by stand apart; week-ends and holidays in a row are one row."""
    grid = Grid(columns=columns_of(month))
    labels = dict(grid.columns)
    week = None
    for days in _together(month.days):
        first = days[0]
        past = days[-1].day < today
        row: dict[str, Any] = {"label": _label(days), "cells": {}, "note": first.closed_because}
        row["week_start"] = week is not None and first.day.isocalendar()[:2] != week and not past
        week = days[-1].day.isocalendar()[:2]
        for cell in first.cells:
            key = _key(cell.activity_code, cell.slot)
            row["cells"][key] = _cell(cell, labels.get(key, ""), first.day, month, now)
            grid.has_open |= cell.state in (CellState.OPEN, CellState.BOOKED)
            if cell.state is CellState.BOOKED:
                grid.booked.append(str(cell.session_id))
        (grid.past if past else grid.coming).append(row)
    if grid.coming:
        grid.coming[0]["week_start"] = False
    return grid


def columns_of(month: MonthView) -> list[tuple[str, str]]:
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


def _together(days: list[DayView]) -> list[list[DayView]]:
    """Days closed for the same reason, in a row, as one; week-ends go without saying."""
    groups: list[list[DayView]] = []
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


def _label(days: list[DayView]) -> str:
    if len(days) == 1:
        return french.weekday(days[0].day).capitalize()
    return f"Du {french.weekday(days[0].day)} au {french.weekday(days[-1].day)}"


def _cell(cell: CellView, column: str, day: date, month: MonthView, now: datetime) -> dict[str, Any]:
    closing = f"{french.weekday(cell.closes_at)}, {french.hour(cell.closes_at)}" if cell.closes_at else ""
    shown: dict[str, Any] = {
        "name": "book",
        "value": str(cell.session_id),
        "id": f"j-{cell.session_id}",
        "label": f"{column}, {french.weekday(day)}, {month.child.first_name}",
        "checked": cell.state is CellState.BOOKED,
        "text": "",
        "why": "",
    }
    soon = cell.closes_at is not None and cell.closes_at - now < SOON
    match cell.state:
        case CellState.OPEN:
            shown |= {"state": "open", "why": f"À réserver avant {closing}" if soon else ""}
        case CellState.BOOKED:
            shown |= {
                "state": "open",
                "text": "Réservé",
                "why": f"annulable jusqu’à {closing}" if soon else "",
            }
        case CellState.FULL:
            shown |= {"state": "full", "text": "Complet", "why": "Il ne reste plus de place ce jour-là."}
        case CellState.LOCKED:
            shown |= {"state": "locked", "text": "Non réservé", "why": f"Fermé depuis {closing}"}
        case CellState.BOOKED_LOCKED:
            shown |= {"state": "locked", "text": "Réservé", "why": f"Annulation fermée depuis {closing}"}
        case CellState.ELSEWHERE:
            shown |= {"state": "locked", "text": "Réservé", "why": "Par l’autre foyer de votre enfant"}
    return shown
