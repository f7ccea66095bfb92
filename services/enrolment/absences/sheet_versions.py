"""What the versions of a sheet said of one child."""

from collections.abc import Sequence
from uuid import UUID

from contracts.enrolment.objections import SheetVersionView
from contracts.events.attendance import AttendanceLine
from enrolment.attending.settled import lines_of
from enrolment.models import Sheet


def line_of(sheet: Sheet | None, child_id: UUID) -> AttendanceLine | None:
    """The child's line of a version; None when it is not on it."""
    return next((line for line in lines_of(sheet) if line.child_id == child_id), None)


def versions(sheets: Sequence[Sheet], child_id: UUID) -> list[SheetVersionView]:
    """What agents settled, newest first as the sheets are given; a version that a parent's act alone made says nothing
    new of the child.
    """
    found: list[SheetVersionView] = []
    for sheet in reversed(sheets):
        line = line_of(sheet, child_id)
        view = SheetVersionView(
            version=sheet.version,
            settled_at=sheet.settled_at,
            settled_by=sheet.settled_by_name,
            mark=line.mark if line else None,
        )
        if not found or found[-1] != view.model_copy(update={"version": found[-1].version}):
            found.append(view)
    return found[::-1]
