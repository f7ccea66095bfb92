"""The versions of procedures: read as they were published, and published."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from contracts.enrolment.procedure_forms import ProcedureForm
from contracts.enrolment.procedures import ProcedureCard, VersionCard
from contracts.errors import NotFound
from enrolment.procedures.asking import whole
from enrolment.procedures.models import FormVersion, Procedure


def form_of(session: Session, code: str, number: int) -> ProcedureForm:
    """The form as it is filled, contact page included. Raises NotFound."""
    row = session.get(FormVersion, (code, number))
    if row is None:
        raise NotFound
    return whole(ProcedureForm.model_validate(row.content))


def forms_of(session: Session, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], ProcedureForm]:
    """(code, number) → the form, without its contact page. One statement."""
    rows = session.scalars(
        select(FormVersion).where(tuple_(FormVersion.procedure_code, FormVersion.number).in_(wanted))
    )
    return {(row.procedure_code, row.number): ProcedureForm.model_validate(row.content) for row in rows}


def offered(session: Session, code: str) -> tuple[int, ProcedureForm]:
    """(number, form as it is filled) of the version in use. Raises NotFound when there is none, or it is retired."""
    row = session.scalars(_offered().where(Procedure.code == code)).first()
    if row is None:
        raise NotFound
    return row.number, whole(ProcedureForm.model_validate(row.content))


def cards(session: Session) -> list[ProcedureCard]:
    """What is offered, by category and title."""
    found = []
    for row in session.scalars(_offered()):
        form = ProcedureForm.model_validate(row.content)
        said = form.model_dump(include={"title", "summary", "category", "audience", "answer_days"})
        found.append(ProcedureCard(code=row.procedure_code, **said))
    return sorted(found, key=lambda card: (card.category, card.title))


def history(session: Session, code: str) -> list[VersionCard]:
    """The versions of one, newest first."""
    rows = session.execute(
        select(FormVersion.number, FormVersion.published_at, FormVersion.published_by)
        .where(FormVersion.procedure_code == code)
        .order_by(FormVersion.number.desc())
    )
    return [VersionCard(number=number, published_at=at, published_by=by) for number, at, by in rows]


def publish(session: Session, procedure: Procedure, form: ProcedureForm, by: str, now: datetime) -> None:
    """The next version, in use from now on. The procedure's row is locked, or new."""
    number = (procedure.current or 0) + 1
    session.add(
        FormVersion(
            procedure_code=procedure.code,
            number=number,
            content=form.model_dump(mode="json"),
            published_at=now,
            published_by=by[:200],
        )
    )
    procedure.current = number
    procedure.revision += 1
    session.flush()


def _offered() -> Select[FormVersion]:
    return (
        select(FormVersion)
        .join(
            Procedure,
            (Procedure.code == FormVersion.procedure_code) & (Procedure.current == FormVersion.number),
        )
        .where(~Procedure.retired)
    )
