"""The town's delay to answer a request: when it ends, what makes it stand still, when somebody is warned. Pure.

Two delays run. The department's own (`answer_days` of the form) is a promise; at the end of the law's, two months
(CRPA L231-1, L231-4), silence becomes a decision. Both are counted from filing and their last day counts. While
information that is missing is awaited they stand still (CRPA L114-5): their ends move by as many days.
"""

from datetime import date, timedelta
from enum import StrEnum

SOON_DAYS = 3
SILENCE_MONTHS = 2


class Notice(StrEnum):
    """What the department has been told of a delay."""

    NONE = ""
    SOON = "soon"
    LATE = "late"


def ends_on(filed: date, days: int) -> date:
    """The last day of a delay of so many days."""
    return filed + timedelta(days=days)


def silent_on(filed: date) -> date:
    """When no answer counts as one: two months later."""
    return months_later(filed, SILENCE_MONTHS)


def resumed(due_on: date, paused_on: date | None, today: date) -> date:
    """The last day once the answer has come; the same when nothing was awaited."""
    return due_on if paused_on is None else due_on + max(today - paused_on, timedelta())


def notice(due_on: date, today: date) -> Notice:
    """What there is to say of a delay that runs."""
    if today > due_on:
        return Notice.LATE
    return Notice.SOON if today >= due_on - timedelta(days=SOON_DAYS) else Notice.NONE


def to_tell(told: Notice, now: Notice) -> bool:
    """Each is told once, and « soon » not after « late »."""
    order = list(Notice)
    return order.index(now) > order.index(told)


def months_later(start: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter one."""
    year, month = divmod(start.month - 1 + months, 12)
    first = date(start.year + year, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=start.day - 1), following - timedelta(days=1))
