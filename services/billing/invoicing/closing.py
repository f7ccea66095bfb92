"""Closing a month: billing's copy of its sheets must be what enrolment counts, sheet by sheet and family by family.

The sheets are those that the run's fund bills. A draft asks for the count (`run.drafted`); it comes as facts, one a
place. Until all are there, and for as long as one sheet differs, the run cannot be checked. A sheet settled again since
the count is newer here: it is no difference, the page says that the draft is outdated. One that is missing, or of an
older version, is asked for again (`sheets.missed`), and one that came after the draft had been worked out is not in it:
both want a new draft.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.invoicing import runs
from billing.invoicing.dates import month_after
from billing.invoicing.fund_scopes import fund_of
from billing.invoicing.models import Run, SheetCount
from chassis.outbox import tell
from contracts.billing.refusals import RunNotChecked, SheetsDiffer, SheetsNotCounted
from contracts.billing.runs import CountState, RunState, SheetDifference
from contracts.events.attendance import AttendanceCounted
from contracts.events.billing import SheetsMissed

_OPEN = (RunState.DRAFT, RunState.CHECKED)

_DIFFERENCES = """
WITH counted AS (
    SELECT c.place_code, sheet.session_id, sheet.activity_code, sheet.day, sheet.slot, sheet.version, sheet.families
    FROM sheet_count c CROSS JOIN LATERAL jsonb_to_recordset(c.sheets) AS sheet (
        session_id uuid, activity_code text, day date, slot text, version integer, families jsonb)
    WHERE c.run_id = :run_id
), ours AS (
    SELECT s.*, seen.version,
           pg_visible_in_snapshot(s.changed_in::text::xid8, CAST(:seen AS pg_snapshot)) AS drafted
    FROM settled_session s
    LEFT JOIN seen ON seen.kind = 'attendance' AND seen.subject = s.session_id::text
    WHERE s.day >= :since AND s.day < :until
), town AS MATERIALIZED (
    SELECT session_id, coalesce(c.place_code, o.place_code) AS place_code,
           coalesce(c.activity_code, o.activity_code) AS activity_code, coalesce(c.day, o.day) AS day,
           coalesce(c.slot, o.slot) AS slot, c.families,
           c.version IS NOT NULL AND (coalesce(c.version > o.version, true) OR NOT o.drafted) AS behind
    FROM counted c FULL JOIN ours o USING (session_id)
    WHERE coalesce(c.version >= o.version, true) AND (c.session_id IS NOT NULL OR o.drafted)
), sheets AS (
    SELECT * FROM town WHERE FUND_OF = :fund
), told AS (
    SELECT s.session_id, f.family_id, f.lines
    FROM sheets s CROSS JOIN LATERAL jsonb_to_recordset(s.families) AS f (family_id uuid, lines integer)
), kept AS (
    SELECT session_id, family_id, count(*) AS lines FROM attendance JOIN sheets USING (session_id) GROUP BY 1, 2
), families AS (
    SELECT session_id, family_id, coalesce(t.lines, 0) AS counted, coalesce(k.lines, 0) AS kept
    FROM told t FULL JOIN kept k USING (session_id, family_id)
)
SELECT s.session_id, coalesce(a.activity_name, s.activity_code) AS activity_name,
       coalesce(p.place_name, s.place_code) AS place_name, s.day, s.slot,
       CASE WHEN f.family_id IS NULL THEN '' ELSE coalesce(fam.label, 'Famille inconnue') END AS family_label,
       coalesce(f.counted, 0) AS counted, coalesce(f.kept, 0) AS kept
FROM sheets s
LEFT JOIN families f USING (session_id)
LEFT JOIN family fam USING (family_id)
LEFT JOIN activity a ON a.activity_code = s.activity_code
LEFT JOIN place p ON p.place_code = s.place_code
WHERE s.behind OR coalesce(f.counted, 0) <> coalesce(f.kept, 0)
ORDER BY s.day, place_name, activity_name, s.slot, family_label, f.family_id
""".replace("FUND_OF", fund_of("town"))


def keep_count(session: Session, fact: AttendanceCounted) -> None:
    """A part of the count of a run; of one that is over by now, nothing is kept."""
    run = session.get(Run, fact.run_id, with_for_update=True)
    if run is None or run.state not in _OPEN:
        return
    values = fact.model_dump(mode="json", include={"part", "parts", "place_code", "sheets"})
    statement = insert(SheetCount).values(run_id=fact.run_id, **values)
    session.execute(statement.on_conflict_do_nothing())


def state(session: Session, run: Run) -> tuple[CountState, list[SheetDifference]]:
    """How the count of a run stands, and every difference. A run that was published agreed when it was checked."""
    if run.state not in _OPEN:
        return CountState.AGREES, []
    parts = session.execute(
        select(func.count(), func.max(SheetCount.parts)).where(SheetCount.run_id == run.run_id)
    ).one()
    if parts[1] is None or parts[0] < parts[1]:
        return CountState.AWAITED, []
    values = {
        "run_id": run.run_id,
        "fund": run.fund,
        "since": run.month,
        "until": month_after(run.month),
        "seen": run.snapshot,
    }
    rows = session.execute(text(_DIFFERENCES), values)
    found = [SheetDifference.model_validate(row, from_attributes=True) for row in rows]
    return (CountState.DIFFERS if found else CountState.AGREES), found


def check(session: Session, run_id: UUID, by: UUID | None, now: datetime) -> Run:
    """The agent has read the run, and its sheets are those of enrolment. Raises SheetsNotCounted, SheetsDiffer."""
    run = runs.lock(session, run_id)
    if run.state is RunState.DRAFT:
        counted, found = state(session, run)
        if counted is CountState.AWAITED:
            raise SheetsNotCounted
        if found:
            raise SheetsDiffer(sheets=len({row.session_id for row in found}))
    return runs.check(session, run_id, by, now)


def replay(session: Session, run_id: UUID, now: datetime) -> Run:
    """Has enrolment tell again the sheets that differ, and drops the draft, which lacks them.

    Raises RunNotChecked when the run is over.
    """
    run = runs.lock(session, run_id)
    if run.state not in _OPEN:
        raise RunNotChecked(state=run.state)
    _, found = state(session, run)
    if found:
        missed = sorted({row.session_id for row in found})
        tell(session, SheetsMissed(run_id=run_id, session_ids=missed), subject=run_id, at=now)
        runs.discard(session, run_id)
    return run
