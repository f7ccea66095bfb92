"""What is shown of imports: the list, and the preview of one."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.household import places
from accounts.models import Place
from accounts.school_register import import_rows
from accounts.school_register.import_changes import fingerprint
from accounts.school_register.import_models import ImportRow, SchoolImport
from accounts.school_register.leavers import need_confirmation
from contracts.accounts.imports import (
    ChangeCounts,
    DoubtView,
    HomeView,
    ImportChange,
    ImportPage,
    ImportsPage,
    ImportState,
    ImportView,
    OpenImport,
    Outcome,
    SourceFile,
)
from contracts.errors import NotFound

PER_PAGE = 50


def list_imports(session: Session) -> ImportsPage:
    """The schools and the thirty last imports."""
    rows = session.execute(
        select(SchoolImport, Place.name)
        .outerjoin(Place, Place.place_code == SchoolImport.place_code)
        .order_by(SchoolImport.started_at.desc())
        .limit(30)
    ).all()
    return ImportsPage(
        places=places.list_schools(session), imports=[view(kept, name or "") for kept, name in rows]
    )


def open_page(session: Session, ask: OpenImport) -> ImportPage:
    """The counts, the doubts, the changes and one page of rows or households. Raises NotFound."""
    kept, name = load(session, ask.import_id)
    shown: dict[str, Any] = {
        "summary": view(kept, name),
        "doubts": [DoubtView.model_validate(doubt) for doubt in kept.doubts],
        "changes": [ImportChange.model_validate(change) for change in kept.changes],
    }
    if ask.show == "homes":
        page, pages = _turn(ask.page, len(kept.homes))
        homes = kept.homes[(page - 1) * PER_PAGE : page * PER_PAGE]
        return ImportPage(
            **shown,
            homes=[HomeView.model_validate(home) for home in homes],
            page=page,
            pages=pages,
            total=len(kept.homes),
        )
    wanted = [ImportRow.import_id == ask.import_id]
    if ask.show in set(Outcome):
        wanted.append(ImportRow.outcome == ask.show)
    elif ask.show in set(SourceFile):
        wanted.append(ImportRow.file == ask.show)
    elif ask.show == "remarks":
        wanted.append(func.cardinality(ImportRow.remarks) > 0)
    total = session.scalar(select(func.count()).select_from(ImportRow).where(*wanted)) or 0
    page, pages = _turn(ask.page, total)
    rows = session.scalars(
        select(ImportRow)
        .where(*wanted)
        .order_by(ImportRow.file.desc(), ImportRow.line)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return ImportPage(
        **shown, rows=[import_rows.view(row) for row in rows], page=page, pages=pages, total=total
    )


def load(session: Session, import_id: UUID) -> tuple[SchoolImport, str]:
    """The import and the name of its school. Raises NotFound."""
    kept = session.get(SchoolImport, import_id)
    if kept is None:
        raise NotFound
    place = session.get(Place, kept.place_code)
    return kept, place.name if place else kept.place_code


def view(kept: SchoolImport, place_name: str) -> ImportView:
    """An import in short."""
    present, leaving = kept.counts.get("present", 0), kept.counts.get("leaving", 0)
    return ImportView(
        import_id=kept.import_id,
        place_code=kept.place_code,
        place_name=place_name,
        state=ImportState(kept.state),
        started_at=kept.started_at,
        started_by=kept.started_by,
        applied_at=kept.closed_at if kept.state == ImportState.APPLIED else None,
        doubts=len(kept.doubts),
        doubts_open=sum(doubt["choice"] is None for doubt in kept.doubts),
        present=present,
        leaving=leaving,
        to_confirm=need_confirmation(present, leaving),
        fingerprint=fingerprint(kept.changes),
        **{
            "pupils": kept.counts["pupils"],
            "guardians": kept.counts["guardians"],
            **{name: ChangeCounts(**kept.counts[name]) for name in ("families", "children", "adults")},
            "two_homes": kept.counts["two_homes"],
        },
    )


def _turn(page: int, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PER_PAGE))
    return min(page, pages), pages
