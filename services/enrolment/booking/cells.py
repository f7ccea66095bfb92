"""A child's sessions as its parent has them: the state of each, until when, and what it goes with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.enrolment.bookings import CellState, CellView
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.terms import Grain
from enrolment.booking import deadlines, line
from enrolment.booking.booking_rules import Known, adding_closes_at, cell_state, chance_of
from enrolment.booking.known import full_groups
from enrolment.schedule import calendar

Terms = Mapping[str, ActivityTerms]
"""activity → its terms."""


@dataclass(frozen=True)
class Reader:
    """A child as its days are judged, and who looks. `is_resident`: where the acting family lives."""

    birth_date: date
    own: frozenset[UUID]
    is_resident: bool
    now: datetime


@dataclass(frozen=True)
class Crowd:
    """Who else is there: (session, group) without a place left, and the rank of each who waits."""

    full: set[tuple[UUID, str]] = field(default_factory=set)
    ranks: dict[UUID, int] = field(default_factory=dict)


def look_up(session: Session, found: Sequence[Known], terms_by_code: Terms) -> Crowd:
    """For the sessions of one child or of many: one statement where there are groups, one where somebody waits."""
    grouped = [each.session_id for each in found if terms_by_code[each.activity_code].groups]
    waiting = {each.waiting_id for each in found if each.waiting_id is not None}
    return Crowd(full_groups(session, grouped) if grouped else set(), line.rank(session, waiting))


def view_cells(found: Sequence[Known], terms_by_code: Terms, reader: Reader, crowd: Crowd) -> list[CellView]:
    """A cell for each session, in the same order; `found` is in order of day."""
    weeks = _weeks(found, terms_by_code)
    cells = [_view(each, terms_by_code[each.activity_code], reader, crowd, weeks) for each in found]
    return _as_one(cells) if weeks else cells


def _view(
    known: Known, terms: ActivityTerms, reader: Reader, crowd: Crowd, weeks: Mapping[UUID, UUID]
) -> CellView:
    chance = chance_of(terms, reader.birth_date, known.day, reader.now, is_resident=reader.is_resident)
    if (known.session_id, chance.group_code) in crowd.full:
        known = replace(known, has_room=False)
    adding = adding_closes_at(terms, known.day, calendar.public_holiday)
    cancelling = (
        adding
        if terms.cancelling == terms.adding and not terms.openings
        else deadlines.closing_instant(terms.cancelling, known.day, calendar.public_holiday)
    )
    state = cell_state(
        known,
        reader.own,
        chance,
        reader.now,
        can_add=reader.now < adding,
        can_cancel=reader.now < cancelling,
    )
    concerns_cancelling = state in (CellState.BOOKED, CellState.BOOKED_LOCKED)
    return CellView(
        session_id=known.session_id,
        activity_code=known.activity_code,
        slot=known.slot,
        state=state,
        closes_at=cancelling if concerns_cancelling else adding,
        closed_because=known.closed_because,
        opens_at=chance.opens_at if state is CellState.NOT_OPEN else None,
        other_home=_is_of_other_home(known, reader.own),
        can_wait=state is CellState.FULL and terms.waiting is not None,
        place_in_line=crowd.ranks.get(known.waiting_id) if known.waiting_id is not None else None,
        offer_ends_at=known.offer_ends_at if state is CellState.OFFERED else None,
        week_of=weeks.get(known.session_id),
    )


def _is_of_other_home(known: Known, own: frozenset[UUID]) -> bool:
    """Who is billed, or would be: by the booking, else by the calendar, else whoever books."""
    home = known.booked_for or known.home
    return home is not None and home not in own


def _weeks(found: Sequence[Known], terms_by_code: Terms) -> dict[UUID, UUID]:
    """session → the first open one that goes with it, for activities that are booked by week.

    What is booked of a week goes together, and what is not: a day that was closed and runs again can be had back.
    """
    firsts: dict[tuple[object, ...], UUID] = {}
    weeks: dict[UUID, UUID] = {}
    for known in found:
        if terms_by_code[known.activity_code].booked_by is Grain.WEEK and not known.closed_because:
            is_booked = known.booking_id is not None
            week = (
                known.activity_code,
                known.place_code,
                known.slot,
                is_booked,
                *known.day.isocalendar()[:2],
            )
            weeks[known.session_id] = firsts.setdefault(week, known.session_id)
    return weeks


_STANDS_AGAINST = (CellState.NOT_OF_AGE, CellState.NOT_OPEN, CellState.LOCKED, CellState.FULL)
"""What keeps a whole week from being booked when it holds of one of its days, the gravest first."""


def _as_one(cells: Sequence[CellView]) -> list[CellView]:
    """The same, where the first day of a week that is booked whole is as free as the least free of its days."""
    worst: dict[UUID, CellView] = {}
    for cell in cells:
        if cell.week_of is None or cell.state not in _STANDS_AGAINST:
            continue
        known = worst.get(cell.week_of)
        if known is None or _STANDS_AGAINST.index(cell.state) < _STANDS_AGAINST.index(known.state):
            worst[cell.week_of] = cell
    return [
        cell.model_copy(
            update=worst[cell.session_id].model_dump(include={"state", "closes_at", "opens_at", "can_wait"})
        )
        if cell.session_id in worst and cell.state is CellState.OPEN
        else cell
        for cell in cells
    ]
