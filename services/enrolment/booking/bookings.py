"""Books and cancels: one save, one transaction, one proof for each day that changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.orm import Session

from chassis.commands import Memory
from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings, ChangedDay, Refusal, RefusedDay
from contracts.enrolment.terms import Grain
from contracts.errors import Invalid, NotAllowed
from enrolment.booking import found, line, places, records, waiting
from enrolment.booking.booking_rules import (
    adding_deadline,
    cancelling_deadline,
    chance_of,
    why_not_book,
    why_not_cancel,
)
from enrolment.booking.found import Found
from enrolment.booking.links import judge, needs_of
from enrolment.booking.places import Move, Moved
from enrolment.booking.records import Change
from enrolment.household.families import Acting
from enrolment.models import Booking, DaySession
from enrolment.schedule import calendar

OUT_OF_TIME = "hors délai, par décision de la mairie"

Units = dict[UUID, int]
"""session → the number of those it is booked with."""
LinkedDay = tuple[str, str, date]
"""(activity, place, day)."""


@dataclass(frozen=True)
class _Asked:
    """A save, and what holds for all of its days."""

    acting: Acting
    late: bool
    now: datetime


def change(session: Session, ask: ChangeBookings, caller: Caller, now: datetime) -> BookingAnswer:
    """Applies what can be, refuses the rest day by day; a repeat gets the first answer.

    Two trips to the database, however many days, where all is done: one that takes the child's row and looks, one that
    changes all there is to change and keeps the answer. One more for whole weeks, one where a place of a full session
    is given back.

    Locks: the child's row first (its other parent waits, and the same save sent twice), then the sessions' rows in
    order of day and id. Raises NotFound, NotAllowed (`late` by a parent), Invalid (a day both to book and to cancel).
    """
    if set(ask.additions) & set(ask.removals):
        raise Invalid(problems={"additions": "contradiction"})
    seen = found.look(session, ask, caller)
    if ask.late and not seen.acting.is_staff:
        raise NotAllowed
    memory = Memory.of(ask, caller)
    if seen.kept is not None:
        return memory.recall(seen.kept)
    return _save(session, ask, seen.acting, now, seen.sessions, memory)


def save(session: Session, ask: ChangeBookings, acting: Acting, now: datetime) -> BookingAnswer:
    """The same, for whoever has been let act; the child's row is theirs, and so is the memory of their command."""
    sessions = found.load(session, ask.child_id, [*ask.additions, *ask.removals])
    return _save(session, ask, acting, now, sessions)


def _save(
    session: Session,
    ask: ChangeBookings,
    acting: Acting,
    now: datetime,
    sessions: found.Sessions,
    memory: Memory[BookingAnswer] | None = None,
) -> BookingAnswer:
    additions, removals, units = _whole_weeks(session, sessions, ask)
    asked = _Asked(acting, ask.late, now)
    changes: list[Change] = []
    refused: list[RefusedDay] = []
    for session_id in [*additions, *removals]:
        outcome = _judge(sessions.get(session_id), session_id, session_id in additions, asked)
        (changes if isinstance(outcome, Change) else refused).append(outcome)  # type: ignore[arg-type]
    changes, unfit = _hold_together(session, changes, refused, units, ask.child_id)
    _lock_together(session, changes)
    if_all_is_done = _answer(acting, now, changes, [*refused, *unfit])
    row = memory.row(if_all_is_done) if memory else None
    moved = _move(session, changes, units, acting, ask.command_id, now, row)
    done, full = _parted(changes, moved)
    if moved.is_kept:
        waiting.settle(session, done, moved.freed, now)
        return if_all_is_done
    freed = moved.freed
    refused += unfit
    if moved.overtaken:
        # An agent closed a day, or changed its activity's ages, while this save waited for its row, which is ours now:
        # what was not done is judged anew, for the rest of a week stands without that day, and a lunch does not
        # without its half-day.
        left = {
            "additions": [each.session_id for each in full if each.made],
            "removals": [each.session_id for each in full if not each.made],
        }
        again = save(session, ask.model_copy(update=left), acting, now)
        waiting.settle(session, done, freed, now)
        return _kept(session, memory, _answer(acting, now, done, refused, again))
    if retried := waiting.second_chance(session, full, ask.child_id, now):
        ids = {each.session_id for each in retried}
        moved = _move(session, retried, units, acting, ask.command_id, now)
        more, still_full = _parted(retried, moved)
        done += more
        full = [each for each in full if each.session_id not in ids] + still_full
        freed |= moved.freed
    refused += [_refusal(each, Refusal.FULL if each.made else Refusal.NOT_BOOKED) for each in full]
    waiting.settle(session, done, freed, now)
    if ask.waits and full:
        refused = waiting.join(session, full, refused, set(ask.waits), units, acting, now)
    return _kept(session, memory, _answer(acting, now, done, refused))


def _kept(session: Session, memory: Memory[BookingAnswer] | None, answer: BookingAnswer) -> BookingAnswer:
    return memory.keep(session, answer) if memory else answer


def _whole_weeks(
    session: Session, sessions: found.Sessions, ask: ChangeBookings
) -> tuple[list[UUID], list[UUID], Units]:
    """The sessions to book and to cancel, each week of an activity that is booked by week made whole.

    Each session is a unit of its own, but for those of such a week: they go together. `sessions` gets the days added.
    """
    weekly = {
        (
            each.known.activity_code,
            each.known.place_code,
            each.known.slot,
            *each.known.day.isocalendar()[:2],
        ): each
        for each in sessions.values()
        if each.terms.booked_by is Grain.WEEK
    }
    if weekly:
        wanted = [
            and_(
                DaySession.activity_code == each.known.activity_code,
                DaySession.place_code == each.known.place_code,
                DaySession.slot == each.known.slot,
                DaySession.day.between(*calendar.week_of(each.known.day)),
            )
            for each in weekly.values()
        ]
        sessions |= found.load_where(session, ask.child_id, or_(*wanted))
    weeks: dict[object, list[UUID]] = defaultdict(list)
    week_of: dict[UUID, object] = {}
    for session_id, each in sorted(sessions.items(), key=lambda item: (item[1].known.day, item[0])):
        if each.terms.booked_by is Grain.WEEK and not each.known.closed_because:
            known = each.known
            week = (known.activity_code, known.place_code, known.slot, *known.day.isocalendar()[:2])
            week_of[session_id] = week
            weeks[week].append(session_id)

    def made_whole(session_ids: Iterable[UUID], *, booked: bool) -> list[UUID]:
        """`booked`: of a week of which some days are booked and some not, those that are are given back."""
        whole: list[UUID] = []
        for session_id in session_ids:
            week = weeks[week_of[session_id]] if session_id in week_of else []
            whole += [each for each in week if (sessions[each].known.booking_id is not None) is booked] or [
                session_id
            ]
        return list(dict.fromkeys(whole))

    numbers: dict[object, int] = {}
    units = {each: numbers.setdefault(week_of.get(each, each), len(numbers)) for each in sessions}
    return made_whole(ask.additions, booked=False), made_whole(ask.removals, booked=True), units


def _judge(seen: Found | None, session_id: UUID, wanted: bool, asked: _Asked) -> Change | RefusedDay:
    if seen is None:
        return RefusedDay(session_id=session_id, wanted=wanted, why=Refusal.UNKNOWN)
    known, terms, acting, now = seen.known, seen.terms, asked.acting, asked.now
    deadline_of = adding_deadline if wanted else cancelling_deadline
    deadline = deadline_of(terms, known.day, calendar.public_holiday)
    is_late = not deadline.is_open(now)
    in_time = asked.late or not is_late
    chance = chance_of(terms, acting.child.birth_date, known.day, now, is_resident=acting.is_resident)
    if wanted:
        why = why_not_book(
            known,
            acting.family_ids,
            is_enrolled=seen.is_enrolled,
            fits_age=chance.fits_age or (acting.is_staff and not terms.groups),
            shut=None if asked.late else chance.shut,
            in_time=in_time,
        )
    else:
        why = why_not_cancel(known, acting.family_ids, in_time=in_time)
    change = Change(
        known=known,
        terms=terms,
        place_name=seen.place_name,
        made=wanted,
        booking_id=known.booking_id or uuid4(),
        family_id=(known.home or acting.family_id) if wanted else (known.booked_for or acting.family_id),
        group_code=chance.group_code if wanted else known.group_code,
        sentence=OUT_OF_TIME if asked.late and is_late else deadline.sentence,
        closes_at=None if asked.late and is_late else deadline.closes_at,
        opens_at=chance.opens_at,
    )
    return change if why is None else _refusal(change, why)


def _hold_together(
    session: Session,
    changes: list[Change],
    refused: list[RefusedDay],
    units: Units,
    child_id: UUID,
) -> tuple[list[Change], list[RefusedDay]]:
    """What can stand of the changes, and what cannot alone: a day of a week, a lunch without its half-day."""
    broken = {units[each.session_id]: each for each in refused if each.session_id in units}
    kept = [each for each in changes if units[each.session_id] not in broken]
    unfit = [
        _refusal(each, broken[units[each.session_id]].why)
        for each in changes
        if units[each.session_id] in broken
    ]
    days: dict[LinkedDay, list[Change]] = defaultdict(list)
    for each in kept:
        if each.terms.links:
            days[each.known.activity_code, each.known.place_code, each.known.day].append(each)
    booked = _booked_slots(session, child_id, days) if days else {}
    for day, those in days.items():
        links = those[0].terms.links
        by_slot = {each.known.slot: each for each in those}
        adding = {slot for slot, each in by_slot.items() if each.made}
        verdict = judge(links, booked[day], adding, by_slot.keys() - adding)
        for slot in verdict.alone:
            unfit.append(_refusal(by_slot[slot], Refusal.NEEDS_ANOTHER, needs_of(links, slot)))
        for slot in verdict.needed:
            needed_by = {each for each in booked[day] if slot in needs_of(links, each)}
            unfit.append(_refusal(by_slot[slot], Refusal.STILL_NEEDED, needed_by))
        out = {by_slot[slot].session_id for slot in verdict.alone | verdict.needed}
        kept = [each for each in kept if each.session_id not in out]
        for slot, need in verdict.together:
            _join(units, by_slot[slot].session_id, by_slot[need].session_id)
    return kept, unfit


def _join(units: Units, one: UUID, other: UUID) -> None:
    """From now on both go together, with all that goes with either."""
    left, right = units[one], units[other]
    units.update({each: left for each, number in units.items() if number == right})


def _booked_slots(session: Session, child_id: UUID, days: Collection[LinkedDay]) -> dict[LinkedDay, set[str]]:
    rows = session.execute(
        select(DaySession.activity_code, DaySession.place_code, DaySession.day, DaySession.slot)
        .join(Booking, Booking.session_id == DaySession.session_id)
        .where(
            Booking.child_id == child_id,
            Booking.cancelled_at.is_(None),
            tuple_(DaySession.activity_code, DaySession.place_code, DaySession.day).in_(list(days)),
        )
    )
    booked: dict[LinkedDay, set[str]] = {day: set() for day in days}
    for activity_code, place_code, day, slot in rows:
        booked[activity_code, place_code, day].add(slot)
    return booked


def _lock_together(session: Session, changes: Collection[Change]) -> None:
    """Where others wait for these places along with more of them (a lunch and its half-day): all rows, in order."""
    waited_for = [each for each in changes if each.terms.waiting is not None]
    if any(each.terms.links or (each.terms.booked_by is Grain.WEEK and not each.made) for each in waited_for):
        line.lock(session, [each.session_id for each in changes])


def _move(
    session: Session,
    changes: list[Change],
    units: Units,
    acting: Acting,
    command_id: UUID,
    now: datetime,
    memory: dict[str, object] | None = None,
) -> Moved:
    moves = [
        Move(
            session_id=each.session_id,
            booking_id=each.booking_id,
            family_id=each.family_id,
            books=each.made,
            proof=proof,
            fact=fact,
            group_code=each.group_code,
            offer_id=each.known.waiting_id if each.made and each.known.is_offered(now) else None,
            unit=units[each.session_id],
            edition=each.known.edition,
        )
        for each, proof, fact in records.left_by(changes, acting, command_id, now)
    ]
    return places.move(session, moves, acting.child.child_id, acting.account_id, now, memory)


def _parted(changes: list[Change], moved: Moved) -> tuple[list[Change], list[Change]]:
    """(done, with proof and fact; not done)."""
    return (
        [each for each in changes if each.session_id in moved.done],
        [each for each in changes if each.session_id not in moved.done],
    )


def _answer(
    acting: Acting,
    now: datetime,
    done: Iterable[Change],
    refused: Iterable[RefusedDay],
    more: BookingAnswer | None = None,
) -> BookingAnswer:
    """By day. `more`: what was answered to the rest of the same save."""
    changed = [*map(_changed, done), *(more.changed if more else ())]
    refused = [*refused, *(more.refused if more else ())]
    return BookingAnswer(
        child_id=acting.child.child_id,
        child_name=acting.child.first_name,
        at=now,
        changed=sorted(changed, key=lambda each: (each.day, each.activity_name, each.slot)),
        refused=sorted(refused, key=lambda each: (each.day or date.max, each.activity_name, each.slot)),
    )


def _refusal(change: Change, why: Refusal, needs: Collection[str] = ()) -> RefusedDay:
    return RefusedDay(
        session_id=change.session_id,
        wanted=change.made,
        why=why,
        activity_code=change.terms.code,
        activity_name=change.terms.name,
        day=change.known.day,
        slot=change.known.slot,
        rule_sentence=change.sentence,
        closes_at=change.closes_at,
        opens_at=change.opens_at if why is Refusal.NOT_OPEN else None,
        closed_because=change.known.closed_because,
        needs=sorted(needs),
    )


def _changed(change: Change) -> ChangedDay:
    return ChangedDay(
        session_id=change.session_id,
        activity_code=change.terms.code,
        activity_name=change.terms.name,
        day=change.known.day,
        slot=change.known.slot,
        made=change.made,
        rule_sentence=change.sentence,
        closes_at=change.closes_at,
    )
