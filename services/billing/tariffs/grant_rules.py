"""What may be granted beside what a family has, and what an allowance is on a day. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.billing.allowances import AllowanceKind, AllowanceState, GrantAllowance

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """For whom, for what and when. `child_id` None: every child; `activity_code` empty: every activity."""

    kind: AllowanceKind
    name: str
    child_id: UUID | None
    activity_code: str
    since: date
    until: date | None


def overlaps(one: Span, other: Span) -> bool:
    """Both would count for the same units, where one is meant to.

    Two reductions of the same child, or of the whole family: a unit has one, and nobody could say which. A child's
    own beside the family's is meant to be: it comes first. Aids of two names follow one another; the same twice
    would double its cap.
    """
    if one.kind is not other.kind or not _share_days(one, other):
        return False
    if "" not in (one.activity_code, other.activity_code) and one.activity_code != other.activity_code:
        return False
    if one.kind is AllowanceKind.REDUCTION:
        return one.child_id == other.child_id
    same_children = one.child_id == other.child_id or None in (one.child_id, other.child_id)
    return same_children and one.name.casefold() == other.name.casefold()


def problems(ask: GrantAllowance, earliest: date) -> dict[str, str]:
    """What is wrong with what was typed, by field. `earliest`: the first day that a run still corrects."""
    found = {}
    if ask.since < earliest:
        found["since"] = "allowance_too_early"
    if ask.until is not None and ask.until < ask.since:
        found["until"] = "ends_before_it_begins"
    if ask.kind is AllowanceKind.REDUCTION:
        return found if ask.reduction else found | {"reduction": "unknown_reduction"}
    if len(ask.name.strip()) < 2:
        found["name"] = "aid_without_name"
    if not ask.percent and not ask.cents:
        found["percent"] = "aid_takes_nothing_off"
    if not ask.cap_cents and not ask.cap_days:
        found["cap_cents"] = "aid_without_cap"
    if ask.until is None:
        found["until"] = "aid_without_end"
    return found


def end_problem(since: date, until: date | None, last_day: date, earliest: date) -> str | None:
    """Why an allowance cannot end that day; the day before `since` takes it back whole."""
    if until is not None and last_day >= until:
        return "ends_no_earlier"
    if last_day < since - ONE_DAY:
        return "ends_before_it_begins"
    return "allowance_too_early" if last_day < earliest - ONE_DAY else None


def state_on(today: date, since: date, until: date | None, *, ended: bool, used_up: bool) -> AllowanceState:
    """An end that an agent gave is said as such once it has come."""
    if until is not None and (until < today or until < since):
        return AllowanceState.ENDED if ended else AllowanceState.OVER
    if since > today:
        return AllowanceState.TO_COME
    return AllowanceState.USED_UP if used_up else AllowanceState.RUNNING


def _share_days(one: Span, other: Span) -> bool:
    latest = max(one.since, other.since)
    return all(each.until is None or each.until >= latest for each in (one, other))
