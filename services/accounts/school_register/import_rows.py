"""The rows of an import as they are kept: enough to make the plan again when a doubt is answered."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from accounts.school_register.households import Plan, Row
from accounts.school_register.import_models import ImportRow
from accounts.school_register.onde import GuardianRow, NamedChild, Problem, PupilRow
from contracts.accounts.imports import Outcome, RowCounts, RowView, SourceFile


def store(
    session: Session, import_id: UUID, pupils: list[PupilRow], guardians: list[GuardianRow], plan: Plan
) -> None:
    """Writes every row of both files once."""
    content = {(SourceFile.PUPILS, row.line): _dump(row) for row in pupils}
    content |= {(SourceFile.GUARDIANS, row.line): _dump(row) for row in guardians}
    session.execute(
        insert(ImportRow),
        [
            {
                "import_id": import_id,
                "file": row.file.value,
                "line": row.line,
                "content": content[(row.file, row.line)],
                **_result(row),
            }
            for row in plan.rows
        ],
    )


def load(session: Session, import_id: UUID) -> tuple[list[PupilRow], list[GuardianRow]]:
    """The rows of both files, as they were read."""
    rows = session.execute(
        select(ImportRow.file, ImportRow.content)
        .where(ImportRow.import_id == import_id)
        .order_by(ImportRow.file, ImportRow.line)
    ).all()
    return (
        [_pupil(content) for file, content in rows if file == SourceFile.PUPILS],
        [_guardian(content) for file, content in rows if file == SourceFile.GUARDIANS],
    )


def revise(session: Session, import_id: UUID, plan: Plan) -> None:
    """Brings the outcomes up to a plan made again; only the rows that differ are written."""
    stored = {
        (row.file, row.line): row
        for row in session.scalars(select(ImportRow).where(ImportRow.import_id == import_id))
    }
    for row in plan.rows:
        kept, result = stored[(row.file.value, row.line)], _result(row)
        for name, value in result.items():
            if getattr(kept, name) != value:
                setattr(kept, name, value)


def forget_content(session: Session, import_ids: list[UUID]) -> None:
    """Empties what was read of people; the account of outcomes by line stays."""
    session.execute(
        update(ImportRow).where(ImportRow.import_id.in_(import_ids)).values(content={}, label="", detail="")
    )


def count(plan: Plan, file: SourceFile) -> RowCounts:
    """Adds up to the rows of the file."""
    outcomes = [row.outcome for row in plan.rows if row.file is file]
    return RowCounts(
        total=len(outcomes),
        understood=outcomes.count(Outcome.UNDERSTOOD),
        doubtful=outcomes.count(Outcome.DOUBTFUL),
        rejected=outcomes.count(Outcome.REJECTED),
    )


def view(row: ImportRow) -> RowView:
    """The row as the preview shows it."""
    return RowView(
        file=SourceFile(row.file),
        line=row.line,
        outcome=Outcome(row.outcome),
        label=row.label,
        detail=row.detail,
        reason=row.reason,
        remarks=row.remarks,
    )


def _result(row: Row) -> dict[str, Any]:
    return {
        "outcome": row.outcome.value,
        "label": row.label[:1000],
        "detail": row.detail[:4000],
        "reason": str(row.reason),
        "remarks": list(row.remarks),
    }


def _dump(row: PupilRow | GuardianRow) -> dict[str, Any]:
    content = asdict(row)
    content["problem"] = row.problem.value if row.problem else None
    if isinstance(row, PupilRow):
        content["birth_date"] = row.birth_date.isoformat() if row.birth_date else None
    return content


def _pupil(content: dict[str, Any]) -> PupilRow:
    born = content["birth_date"]
    return PupilRow(
        **{**content, "birth_date": date.fromisoformat(born) if born else None, **_problem(content)}
    )


def _guardian(content: dict[str, Any]) -> GuardianRow:
    children = tuple(NamedChild(**child) for child in content["children"])
    return GuardianRow(**{**content, "children": children, **_problem(content)})


def _problem(content: dict[str, Any]) -> dict[str, Problem | None]:
    return {"problem": Problem(content["problem"]) if content["problem"] else None}
