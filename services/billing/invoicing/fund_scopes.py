"""Which fund (« régie ») bills what: by activity and place, dated by month of consumption.

A day has one fund for good once a run of its month is published: scopes change only from a month on that no run has
published and none is preparing. What a fund bills, corrects, credits and carries over is then always its own.
"""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoicing.dates import first_of, month_after, paris_day
from billing.invoicing.models import Fund, FundScope, Run
from billing.models import Activity, Place
from contracts.billing import funds as told
from contracts.billing.refusals import FundMonthBilled, RunOpen
from contracts.billing.runs import RunState
from contracts.errors import NotFound

FUND_OF = """(
    SELECT fund FROM fund_scope
    WHERE fund_scope.activity_code IN ('', DAY.activity_code) AND fund_scope.place_code IN ('', DAY.place_code)
      AND fund_scope.since <= DAY.day
    ORDER BY fund_scope.activity_code = '', fund_scope.place_code = '', fund_scope.since DESC LIMIT 1)"""
"""The fund of a row with an activity, a place and a day: the activity's own before the place's, the newest first."""


def fund_of(row: str) -> str:
    """`FUND_OF` for rows of that name in a statement."""
    return FUND_OF.replace("DAY", row)


def usual(session: Session) -> str:
    """The fund that bills what no activity and no place is named for."""
    return session.scalars(
        select(FundScope.fund)
        .where(FundScope.activity_code == "", FundScope.place_code == "")
        .order_by(FundScope.since.desc())
        .limit(1)
    ).one()


def names(session: Session) -> dict[str, str]:
    """Every fund's name by its code."""
    return {row.code: row.name for row in session.scalars(select(Fund).order_by(Fund.code))}


def billing(session: Session) -> dict[str, str]:
    """The funds that bill something: name by code."""
    scopes = select(FundScope.fund)
    return {
        row.code: row.name
        for row in session.scalars(select(Fund).where(Fund.code.in_(scopes)).order_by(Fund.code))
    }


def name_if_several(session: Session, fund: str) -> str:
    """A fund's name where others bill too: a family then has an invoice a month of each. Else empty."""
    found = billing(session)
    return found.get(fund, "") if len(found) > 1 else ""


def lock_all(session: Session) -> None:
    """Every fund, in the order of codes, until the transaction ends: runs of two funds reckon the same aids."""
    session.scalars(select(Fund.code).order_by(Fund.code).with_for_update()).all()


def read(session: Session, now: datetime) -> told.FundScopes:
    """See `contracts.billing.funds`."""
    found = session.scalars(select(Fund).order_by(Fund.code)).all()
    funds, today = {row.code: row.name for row in found}, first_of(paris_day(now))
    activities = {
        row.activity_code: row.activity_name
        for row in session.scalars(select(Activity).order_by(Activity.activity_name))
    }
    places = {
        row.place_code: row.place_name for row in session.scalars(select(Place).order_by(Place.place_name))
    }
    rows = session.scalars(select(FundScope).order_by(FundScope.since.desc())).all()
    replaced: set[tuple[str, str]] = set()
    scopes = []
    for row in rows:
        key = (row.activity_code, row.place_code)
        scopes.append(
            told.FundScope(
                activity_code=row.activity_code,
                activity_name=activities.get(row.activity_code, row.activity_code),
                place_code=row.place_code,
                place_name=places.get(row.place_code, row.place_code),
                since=row.since,
                fund=row.fund,
                fund_name=funds[row.fund],
                over=key in replaced,
                coming=row.since > today,
                set_by_name=row.set_by_name,
            )
        )
        if row.since <= today:
            replaced.add(key)
    scopes.sort(key=lambda each: (each.activity_name, each.place_name, each.since))
    return told.FundScopes(
        funds=[told.FundView.model_validate(row, from_attributes=True) for row in found],
        scopes=scopes,
        activities=activities,
        places=places,
        free_from=free_from(session, today),
    )


def free_from(session: Session, month: date) -> date:
    """The first month after those that are published; the month given where none is."""
    published = session.scalar(select(func.max(Run.month)).where(Run.state == RunState.PUBLISHED))
    return month if published is None else month_after(published)


def set_scope(session: Session, ask: told.SetFundScope, by: str, now: datetime) -> told.FundScopes:
    """See `contracts.billing.funds`. Holds every fund: a draft came before, and stands in the way, or sees it."""
    lock_all(session)
    since = first_of(ask.since)
    for table, code in ((Fund, ask.fund), (Activity, ask.activity_code), (Place, ask.place_code)):
        if code and session.get(table, code) is None:
            raise NotFound(code=code)
    billed = session.scalar(
        select(func.max(Run.month)).where(Run.state == RunState.PUBLISHED, Run.month >= since)
    )
    if billed is not None:
        raise FundMonthBilled(first=month_after(billed).isoformat())
    prepared = select(Run.month).where(Run.state.in_([RunState.DRAFT, RunState.CHECKED]), Run.month >= since)
    if (month := session.scalar(prepared.limit(1))) is not None:
        raise RunOpen(month=month.isoformat())
    row = session.get(FundScope, (ask.activity_code, ask.place_code, since))
    if row is None:
        row = FundScope(activity_code=ask.activity_code, place_code=ask.place_code, since=since)
        session.add(row)
    row.fund, row.set_at, row.set_by_name = ask.fund, now, by
    session.flush()
    return read(session, now)
