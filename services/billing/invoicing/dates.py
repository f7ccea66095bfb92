"""The dates of an invoice, in Europe/Paris."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chassis.clock import PARIS

DAYS_TO_PAY = 21
DAYS_ONLINE_AFTER_DUE = 14
LEAST_CLAIM_CENTS = 1500
"""A claim under 15 € is not put into collection (CGCT D1611-1): it waits for the next invoice."""

MONTHS_CORRECTED = 12
"""How far back a run looks for consumption not yet invoiced, or invoiced otherwise than it should be."""


@dataclass(frozen=True)
class InvoiceDates:
    """Published, due, and the last day for paying online."""

    published_on: date
    due_on: date
    pay_online_until: date


def dates_for(published_on: date) -> InvoiceDates:
    """Due three weeks on, never at a week-end; payable online two weeks longer."""
    due_on = published_on + timedelta(days=DAYS_TO_PAY)
    due_on += timedelta(days={5: 2, 6: 1}.get(due_on.weekday(), 0))
    return InvoiceDates(published_on, due_on, due_on + timedelta(days=DAYS_ONLINE_AFTER_DUE))


def paris_day(now: datetime) -> date:
    """The town's calendar day of an instant."""
    return now.astimezone(PARIS).date()


def first_of(day: date) -> date:
    """The month of a day, as its first day."""
    return day.replace(day=1)


def month_after(month: date, count: int = 1) -> date:
    """The month `count` later (or earlier, when negative)."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
