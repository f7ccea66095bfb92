"""Kinds of documents, and until when one of a kind usually serves."""

import calendar
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from contracts.documents.refusals import UnknownDocumentType
from contracts.documents.types import DefineDocumentType, DocumentTypeView, Validity
from contracts.serving import Reach
from documents.models import DocumentType


def usual_end(validity: Validity, today: date) -> date | None:
    """The last day a document given today usually serves; None: no end.

    A school year ends on 31 August; a CAF index is set anew each January; a month after the 31st is its last day.
    """
    if validity is Validity.SCHOOL_YEAR:
        return date(today.year if today.month < 9 else today.year + 1, 8, 31)
    if validity is Validity.CIVIL_YEAR:
        return date(today.year, 12, 31)
    if validity is Validity.TWELVE_MONTHS:
        return months_later(today, 12)
    if validity is Validity.THREE_MONTHS:
        return months_later(today, 3)
    return None


def counts_until(own: date | None, validity: Validity, today: date) -> date | None:
    """The last day a document given today counts as given: its own date or its kind's, whichever comes first."""
    return min((each for each in (own, usual_end(validity, today)) if each is not None), default=None)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def list_types(session: Session) -> list[DocumentTypeView]:
    """All of them, in the order pages list them."""
    return [DocumentTypeView.model_validate(row, from_attributes=True) for row in session.execute(ALL)]


ALL = (
    select(
        DocumentType.code, DocumentType.name, DocumentType.hint, DocumentType.validity, DocumentType.serves
    )
    .order_by(DocumentType.position, DocumentType.name)
    .execution_options(**PREPARED)
)
"""All kinds, as `DocumentTypeView`."""


def find_type(session: Session, code: str) -> DocumentTypeView:
    """One kind. Raises UnknownDocumentType."""
    row = session.get(DocumentType, code)
    if row is None:
        raise UnknownDocumentType(document_type=code)
    return _view(row)


def define(session: Session, command: DefineDocumentType) -> DocumentTypeView:
    """Makes or changes a kind."""
    values = {
        "name": command.name,
        "hint": command.hint,
        "validity": command.validity.value,
        "position": command.position,
        "serves": command.serves.value,
    }
    statement = insert(DocumentType).values(code=command.type_code, **values)
    session.execute(statement.on_conflict_do_update(index_elements=[DocumentType.code], set_=values))
    return DocumentTypeView(
        code=command.type_code,
        name=command.name,
        hint=command.hint,
        validity=command.validity,
        serves=command.serves,
    )


def _view(row: DocumentType) -> DocumentTypeView:
    return DocumentTypeView(
        code=row.code,
        name=row.name,
        hint=row.hint,
        validity=Validity(row.validity),
        serves=Reach(row.serves),
    )
