"""The import of a school, step by step: read, looked at, decided, applied (or given up).

The plan is made again at every step from the rows as they were read, the answers given so far and the register as it
is now: what the preview says is what applying does.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.household import places
from accounts.school_register import import_rows
from accounts.school_register.doubts import Doubt
from accounts.school_register.households import Plan, adult_key, plan_import
from accounts.school_register.import_changes import fingerprint
from accounts.school_register.import_models import SchoolImport
from accounts.school_register.import_pages import load, view
from accounts.school_register.leavers import need_confirmation
from accounts.school_register.merge import Merged, merge
from accounts.school_register.onde import FileProblem, GuardianRow, PupilRow
from accounts.school_register.register import known_homes
from accounts.staff.agents import record_access
from contracts.accounts.accesses import Access
from contracts.accounts.imports import (
    ApplyImport,
    DecideImport,
    DoubtView,
    HomeView,
    ImportClosed,
    ImportMoved,
    ImportState,
    ImportUnconfirmed,
    ImportUndecided,
    ImportUnreadable,
    ImportView,
    OptionView,
    SourceFile,
    StartImport,
)
from contracts.caller import Caller
from contracts.errors import NotFound

R = TypeVar("R")
_LOCK = 0x6F6E6465  # one merge at a time: two schools may name the same adult
_KEPT = timedelta(days=90)


def read_file(file: str, read: Callable[[], list[R]]) -> list[R]:
    """The rows. Raises ImportUnreadable, which says why the file is not the export it should be."""
    try:
        return read()
    except FileProblem as problem:
        raise ImportUnreadable(file=file, why=problem.why, columns=list(problem.columns)) from None
    except NotFound:
        raise ImportUnreadable(file=file, why="empty", columns=[]) from None


def start(
    session: Session,
    ask: StartImport,
    pupils: list[PupilRow],
    guardians: list[GuardianRow],
    caller: Caller,
    now: datetime,
) -> ImportView:
    """Keeps what the files say as a plan. Raises NotFound for an unknown school."""
    place = places.school(session, ask.place_code)
    kept = SchoolImport(
        import_id=uuid4(),
        place_code=place.place_code,
        state=ImportState.PREVIEW,
        started_at=now,
        started_by=caller.name,
        files=[ask.pupils.key, ask.guardians.key],
        counts={},
        doubts=[],
        homes=[],
    )
    session.add(kept)
    session.flush()
    plan = _plan(session, pupils, guardians, remembered(session))
    import_rows.store(session, kept.import_id, pupils, guardians, plan)
    merged = merge(session, plan, kept.place_code, now, {}, dry=True)
    _note(session, kept, plan, merged, set(remembered(session)))
    return view(kept, place.name)


def decide(session: Session, ask: DecideImport, now: datetime) -> ImportView:
    """Takes the agent's answers. Raises NotFound, ImportClosed."""
    kept, name = _open(session, ask.import_id)
    choices = _choices(kept) | ask.choices
    _revise(session, kept, choices, now)
    return view(kept, name)


def refresh(session: Session, import_id: UUID, now: datetime) -> None:
    """Makes the plan again, since the register may have changed under it: new doubts are to be seen, not met."""
    kept = session.get(SchoolImport, import_id, with_for_update=True)
    if kept is not None and kept.state == ImportState.PREVIEW:
        _revise(session, kept, _choices(kept), now)


def apply(session: Session, ask: ApplyImport, caller: Caller, now: datetime) -> ImportView:
    """Writes the plan, exactly as it was shown. Applied before: changes nothing.

    Raises NotFound, ImportUndecided, ImportClosed, ImportMoved when another preview is due first, ImportUnconfirmed.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    row = load(session, ask.import_id)
    if row[0].state == ImportState.APPLIED:
        return view(*row)
    kept, name = _open(session, ask.import_id)
    pupils, guardians = import_rows.load(session, kept.import_id)
    choices = _choices(kept)
    plan = _plan(session, pupils, guardians, choices)
    if plan.open_doubts:
        raise ImportUndecided(count=len(plan.open_doubts))
    merged = merge(session, plan, kept.place_code, now, choices)
    read = fingerprint(kept.changes)
    if fingerprint(_lines(merged)) != read or ask.shown not in (None, read):
        raise ImportMoved
    if need_confirmation(merged.present, merged.leaving) and not ask.confirmed:
        raise ImportUnconfirmed(leaving=merged.leaving, present=merged.present)
    record_access(session, sorted(merged.touched), caller, Access.IMPORT, now)
    import_rows.revise(session, kept.import_id, plan)
    _note(session, kept, plan, merged, _remembered_ids(kept))
    kept.state, kept.closed_at = ImportState.APPLIED, now
    return view(kept, name)


def abandon(session: Session, import_id: UUID, now: datetime) -> ImportView:
    """Gives the import up; what was read of people is forgotten. Raises NotFound, ImportClosed."""
    kept, name = _open(session, import_id)
    kept.state, kept.closed_at = ImportState.ABANDONED, now
    kept.doubts, kept.homes, kept.changes = [], [], []
    import_rows.forget_content(session, [import_id])
    return view(kept, name)


def files_to_delete(session: Session) -> dict[UUID, list[str]]:
    """Files of closed imports that are still in the bucket."""
    rows = session.scalars(
        select(SchoolImport).where(
            SchoolImport.state != ImportState.PREVIEW, func.cardinality(SchoolImport.files) > 0
        )
    )
    return {row.import_id: row.files for row in rows}


def note_deleted(session: Session, import_id: UUID) -> None:
    """The files are gone."""
    session.get_one(SchoolImport, import_id).files = []


def tidy_up(session: Session, now: datetime) -> None:
    """Gives up previews nobody applied, and forgets the rows of imports closed long ago."""
    for import_id in session.scalars(
        select(SchoolImport.import_id)
        .where(SchoolImport.state == ImportState.PREVIEW, SchoolImport.started_at < now - _KEPT)
        .with_for_update(skip_locked=True)
    ).all():
        abandon(session, import_id, now)
    old = session.scalars(
        select(SchoolImport.import_id).where(SchoolImport.closed_at < now - _KEPT, SchoolImport.homes != [])
    ).all()
    import_rows.forget_content(session, list(old))
    for import_id in old:
        forgotten = session.get_one(SchoolImport, import_id)
        forgotten.homes, forgotten.changes = [], []


def remembered(session: Session) -> dict[str, str]:
    """Answers given in imports that were applied: the same doubt is not asked twice."""
    found: dict[str, str] = {}
    for doubts in session.scalars(
        select(SchoolImport.doubts)
        .where(SchoolImport.state == ImportState.APPLIED)
        .order_by(SchoolImport.closed_at)
    ):
        found.update({doubt["doubt_id"]: doubt["choice"] for doubt in doubts if doubt["choice"]})
    return found


def _plan(
    session: Session, pupils: list[PupilRow], guardians: list[GuardianRow], choices: dict[str, str]
) -> Plan:
    names = {adult_key(row) for row in guardians if row.problem is None}
    return plan_import(pupils, guardians, known_homes(session, names), choices)


def _revise(session: Session, kept: SchoolImport, choices: dict[str, str], now: datetime) -> None:
    pupils, guardians = import_rows.load(session, kept.import_id)
    plan = _plan(session, pupils, guardians, choices)
    import_rows.revise(session, kept.import_id, plan)
    merged = merge(session, plan, kept.place_code, now, choices, dry=True)
    _note(session, kept, plan, merged, _remembered_ids(kept))


def _note(session: Session, kept: SchoolImport, plan: Plan, merged: Merged, from_before: set[str]) -> None:
    homes_of_child = Counter(line for home in plan.homes for line in home.children)
    kept.counts = {
        "pupils": import_rows.count(plan, SourceFile.PUPILS).model_dump(),
        "guardians": import_rows.count(plan, SourceFile.GUARDIANS).model_dump(),
        "families": dict(merged.families),
        "children": dict(merged.children),
        "adults": dict(merged.adults),
        "two_homes": sum(count > 1 for count in homes_of_child.values()),
        "present": merged.present,
        "leaving": merged.leaving,
    }
    kept.changes = _lines(merged)
    kept.doubts = [_doubt(doubt, doubt.doubt_id in from_before).model_dump() for doubt in plan.doubts]
    kept.homes = [
        HomeView(
            address=str(home.address),
            guardians=[adult.name for adult in home.adults],
            children=[plan.pupils[line].first_name for line in home.children],
            state=state,
        ).model_dump()
        for home, state in zip(plan.homes, merged.states, strict=True)
    ]
    session.flush()


def _doubt(doubt: Doubt, from_before: bool) -> DoubtView:
    return DoubtView(
        doubt_id=doubt.doubt_id,
        kind=doubt.kind,
        name=doubt.name,
        facts=list(doubt.facts),
        lines=list(doubt.lines),
        options=[
            OptionView(value=option.value, code=option.code, label=option.label) for option in doubt.options
        ],
        choice=doubt.choice if doubt.taken else None,
        remembered=from_before and doubt.taken is not None,
    )


def _lines(merged: Merged) -> list[dict[str, Any]]:
    return [change.model_dump(mode="json") for change in merged.changes]


def _choices(kept: SchoolImport) -> dict[str, str]:
    """Answers to doubts, and what was chosen of the changes."""
    answers = {doubt["doubt_id"]: doubt["choice"] for doubt in kept.doubts if doubt["choice"]}
    return answers | {change["change_id"]: change["choice"] for change in kept.changes if change["choice"]}


def _remembered_ids(kept: SchoolImport) -> set[str]:
    return {doubt["doubt_id"] for doubt in kept.doubts if doubt["remembered"]}


def _open(session: Session, import_id: UUID) -> tuple[SchoolImport, str]:
    """The import, locked. Raises NotFound, ImportClosed."""
    kept, name = load(session, import_id)
    session.refresh(kept, with_for_update=True)
    if kept.state != ImportState.PREVIEW:
        raise ImportClosed(state=kept.state)
    return kept, name
