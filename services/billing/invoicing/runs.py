"""The life of a month's run: draft → checked → published, or discarded. One is open at a time per fund."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from billing.contesting.models import WaivedDay
from billing.invoicing import drafting, fund_scopes, publishing
from billing.invoicing.dates import InvoiceDates, dates_for, first_of, paris_day
from billing.invoicing.models import DraftCharge, Fund, LeftOutDay, Run, RunFamily, SheetCount
from billing.models import Attendance
from chassis.outbox import tell
from contracts.billing.refusals import MonthNotBegun, RunContested, RunNotChecked, RunNotFound, RunOpen
from contracts.billing.runs import PublishRun, RunState
from contracts.errors import Invalid, NotFound
from contracts.events.billing import RunDrafted

TRANSITIONS: frozenset[tuple[RunState, RunState]] = frozenset(
    {
        (RunState.DRAFT, RunState.CHECKED),
        (RunState.DRAFT, RunState.DISCARDED),
        (RunState.CHECKED, RunState.PUBLISHED),
        (RunState.CHECKED, RunState.DISCARDED),
    }
)


def draft(session: Session, month: date, by: UUID | None, now: datetime, fund: str = "") -> Run:
    """A fund's new draft of the month; an unpublished one of it is discarded for it. Its sheets are asked for.

    Without a fund, the usual one's. Holds the funds' rows to the end: two agents who press at once get one draft after
    the other, of one fund or of two. Raises NotFound, MonthNotBegun, RunOpen (another month's run of the fund is not
    finished), Invalid (a later month is published: its next run already looks back).
    """
    month, today = first_of(month), paris_day(now)
    if month > first_of(today):
        raise MonthNotBegun(month=month.isoformat())
    fund_scopes.lock_all(session)
    kept = session.get(Fund, fund or fund_scopes.usual(session))
    if kept is None:
        raise NotFound(code=fund)
    later = session.scalar(
        select(func.max(Run.month)).where(
            Run.fund == kept.code, Run.state == RunState.PUBLISHED, Run.month > month
        )
    )
    if later is not None:
        raise Invalid(problems={"month": "later_month_published"}, later=later.isoformat())
    standing = session.scalars(
        select(Run).where(Run.fund == kept.code, Run.state.in_([RunState.DRAFT, RunState.CHECKED]))
    ).first()
    if standing is not None:
        if standing.month != month:
            raise RunOpen(month=standing.month.isoformat(), run_id=str(standing.run_id))
        _discard(session, standing)
    dates = dates_for(today)
    run = Run(
        fund=kept.code,
        month=month,
        state=RunState.DRAFT,
        drafted_at=now,
        drafted_by=by,
        snapshot=_snapshot(session),
        due_on=dates.due_on,
        pay_online_until=dates.pay_online_until,
    )
    session.add(run)
    session.flush()
    drafting.draft(session, run, kept.least_claim_cents, today)
    tell(session, RunDrafted(run_id=run.run_id, month=month), subject=run.run_id, at=now)
    session.refresh(run)
    return run


def check(session: Session, run_id: UUID, by: UUID | None, now: datetime) -> Run:
    """The agent has read it. Checking again changes nothing."""
    run = lock(session, run_id)
    if run.state is not RunState.CHECKED:
        _move(run, RunState.CHECKED)
        run.checked_at, run.checked_by = now, by
    return run


def publish(session: Session, ask: PublishRun, by: UUID | None, now: datetime) -> tuple[Run, int]:
    """Publishes what was checked: (run, cents newly invoiced). A published run stays as it is.

    The fund is locked before the run, as a draft locks them; a second publication waits, and finds it published.
    Raises RunNotChecked, RunContested, Invalid (dates).
    """
    session.execute(select(Fund).where(Fund.code == find(session, ask.run_id).fund).with_for_update())
    run = lock(session, ask.run_id)
    if run.state is RunState.PUBLISHED:
        return run, 0
    if run.state is not RunState.CHECKED:
        raise RunNotChecked(state=run.state)
    today = paris_day(now)
    usual = dates_for(today)
    dates = InvoiceDates(today, ask.due_on or usual.due_on, ask.pay_online_until or usual.pay_online_until)
    if not today < dates.due_on <= dates.pay_online_until:
        raise Invalid(problems={"due_on": "dates_out_of_order"})
    if since := _held_since(session, run) + _waived_since(session, run):
        raise RunContested(children=since)
    cents = publishing.publish(session, run, dates, now)
    _move(run, RunState.PUBLISHED)
    run.published_at, run.published_by = now, by
    run.due_on, run.pay_online_until = dates.due_on, dates.pay_online_until
    session.flush()
    return run, cents


def discard(session: Session, run_id: UUID) -> Run:
    """Drops a run; what it worked out is forgotten, the fact that it was made is kept."""
    run = lock(session, run_id)
    if run.state is not RunState.DISCARDED:
        _discard(session, run)
    return run


def find(session: Session, run_id: UUID) -> Run:
    """The run, to be read. Raises RunNotFound."""
    run = session.get(Run, run_id)
    if run is None:
        raise RunNotFound(run_id=str(run_id))
    return run


def lock(session: Session, run_id: UUID) -> Run:
    """The run, locked until the transaction ends. Raises RunNotFound."""
    run = session.get(Run, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise RunNotFound(run_id=str(run_id))
    return run


def _held_since(session: Session, run: Run) -> int:
    """The charges of a draft that a later roll-call holds: what is contested since is not billed. What an answer waived
    is given back all the same.
    """
    held = (
        select(func.count())
        .select_from(DraftCharge)
        .join(
            Attendance,
            (Attendance.session_id == DraftCharge.session_id)
            & (Attendance.child_id == DraftCharge.child_id)
            & (Attendance.family_id == DraftCharge.family_id),
        )
        .outerjoin(
            WaivedDay,
            (WaivedDay.session_id == DraftCharge.session_id)
            & (WaivedDay.child_id == DraftCharge.child_id)
            & (WaivedDay.family_id == DraftCharge.family_id),
        )
        .where(DraftCharge.run_id == run.run_id, Attendance.held.is_not(None), WaivedDay.session_id.is_(None))
    )
    return session.scalar(held) or 0


def _waived_since(session: Session, run: Run) -> int:
    """The charges of a draft whose day an answer waived since: what was given back is not given back again."""
    unseen = text(
        """
        SELECT count(*) FROM draft_charge JOIN waived_day w USING (family_id, session_id, child_id)
        WHERE run_id = :run_id AND NOT pg_visible_in_snapshot(w.changed_in::text::xid8, CAST(:seen AS pg_snapshot))
        """
    )
    return session.scalar(unseen, {"run_id": run.run_id, "seen": run.snapshot}) or 0


def _discard(session: Session, run: Run) -> None:
    _move(run, RunState.DISCARDED)
    for table in (DraftCharge, LeftOutDay, RunFamily, SheetCount):
        session.execute(delete(table).where(table.run_id == run.run_id))
    session.flush()


def _move(run: Run, to: RunState) -> None:
    if (run.state, to) not in TRANSITIONS:
        raise RunNotChecked(state=run.state)
    run.state = to


def _snapshot(session: Session) -> str:
    return str(session.execute(select(func.pg_current_snapshot())).scalar_one())
