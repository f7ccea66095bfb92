"""What a person should look at before a run is published, family by family."""

from statistics import median
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.invoicing.dates import month_after
from billing.invoicing.models import Invoice, LeftOutDay, Run, RunFamily
from billing.models import Family, Guardian
from contracts.billing.runs import Anomaly, AnomalyKind, LeftOutReason

FACTOR, LEAST_CENTS = 2, 5000
"""A sum moved sharply when it is twice, or half, what it was, and by 50 € at least."""

_MOST_ROWS = 300
_SHARP = (AnomalyKind.JUMP, AnomalyKind.DROP)


def of_run(session: Session, run: Run) -> tuple[list[Anomaly], int]:
    """The first of every kind, and how many there are: one statement, however many families.

    A family is compared by what the whole month costs it, earlier runs of the month included; one that had an
    invoice last month and has none now is among them.
    """
    before, earlier = _invoiced(run, -1), _invoiced(run, 0)
    unchecked = select(LeftOutDay.family_id).where(
        LeftOutDay.run_id == run.run_id,
        LeftOutDay.reason.in_([LeftOutReason.NOT_CHECKED, LeftOutReason.NOT_ON_SHEET]),
    )
    with_account = select(Guardian.family_id).where(Guardian.account_id.is_not(None))
    month = func.coalesce(RunFamily.cents, 0) + func.coalesce(earlier.c.cents, 0)
    rows = session.execute(
        select(
            Family.family_id,
            Family.label,
            Family.number,
            Family.city,
            RunFamily.outcome,
            RunFamily.quotient_unknown,
            func.coalesce(RunFamily.cents, 0).label("cents"),
            month.label("month"),
            before.c.cents.label("before"),
            Family.family_id.in_(with_account).label("reachable"),
            Family.family_id.in_(unchecked).label("unchecked"),
        )
        .outerjoin(RunFamily, (RunFamily.family_id == Family.family_id) & (RunFamily.run_id == run.run_id))
        .outerjoin(before, before.c.family_id == Family.family_id)
        .outerjoin(earlier, earlier.c.family_id == Family.family_id)
        .where(or_(RunFamily.family_id.is_not(None), before.c.cents >= LEAST_CENTS))
        .order_by(Family.label, Family.number)
    ).all()
    share = _town_share(rows)
    found = [
        Anomaly(
            kind=kind,
            family_id=row.family_id,
            family_label=row.label,
            family_number=row.number,
            cents=int(row.month if kind in _SHARP else row.cents),
            before_cents=None if row.before is None else int(row.before),
        )
        for row in rows
        for kind in _kinds(row, share)
    ]
    found.sort(key=lambda anomaly: list(AnomalyKind).index(anomaly.kind))
    return found[:_MOST_ROWS], len(found)


def moved(before: int, cents: int, share: float = 1) -> AnomalyKind | None:
    """A sum that jumps, or falls more sharply than the town's. `share`: of the town, this month by last month's.

    At most 1. A month with holidays lowers every bill: it is no news of any family.
    """
    if cents - before >= LEAST_CENTS and cents > FACTOR * before:
        return AnomalyKind.JUMP
    expected = before * share
    if expected - cents >= LEAST_CENTS and FACTOR * cents < expected:
        return AnomalyKind.DROP
    return None


def _kinds(row: Any, share: float) -> list[AnomalyKind]:
    sharp = None if row.before is None else moved(int(row.before), int(row.month), share)
    if row.outcome is None:
        return [AnomalyKind.DROP] if sharp is AnomalyKind.DROP else []
    odd = {
        AnomalyKind.QUOTIENT_UNKNOWN: row.quotient_unknown,
        AnomalyKind.NO_ACCOUNT: not row.reachable,
        AnomalyKind.JUMP: sharp is AnomalyKind.JUMP,
        AnomalyKind.DROP: sharp is AnomalyKind.DROP,
        AnomalyKind.UNCHECKED: row.unchecked,
        AnomalyKind.CREDIT: row.outcome == "credit_note",
        AnomalyKind.NO_ADDRESS: not row.city,
    }
    return [kind for kind, is_odd in odd.items() if is_odd]


def _town_share(rows: Any) -> float:
    """This month by last month's, of the family in the middle: a few that leave do not move it."""
    shares = [int(row.month) / int(row.before) for row in rows if row.before is not None and row.before > 0]
    return min(1.0, max(0.0, median(shares))) if shares else 1.0


def _invoiced(run: Run, months: int) -> Any:
    """What other runs of the fund invoiced each family for a month near the run's."""
    return (
        select(Invoice.family_id, func.sum(Invoice.total_cents).label("cents"))
        .where(
            Invoice.fund == run.fund,
            Invoice.month == month_after(run.month, months),
            Invoice.run_id.is_distinct_from(run.run_id),
        )
        .group_by(Invoice.family_id)
        .subquery()
    )
