"""Agents compose a procedure: made, changed as a draft, published, retired.

The procedure's row is locked first by whatever changes it; `revision` tells an agent that another was faster.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.procedure_forms import ProcedureForm
from contracts.enrolment.procedures import (
    DropProcedureDraft,
    FormUnsound,
    MakeProcedure,
    ProcedureChanged,
    ProcedureDesk,
    ProcedureExists,
    ProcedureLine,
    PublishProcedure,
    RetireProcedure,
    SaveProcedureForm,
    TrialView,
    TryProcedure,
)
from contracts.errors import NotFound
from enrolment.procedures import versions
from enrolment.procedures.asking import shown, whole
from enrolment.procedures.checking import check, clean
from enrolment.procedures.models import FormVersion, Procedure
from enrolment.procedures.soundness import faults


def lines(session: Session, caller: Caller) -> list[ProcedureLine]:
    """Every procedure: as its draft says when it has no version yet, else as its version in use does."""
    caller.staff(Role.ADMINISTRATION)
    rows = session.execute(
        select(Procedure, FormVersion.content).outerjoin(
            FormVersion,
            (FormVersion.procedure_code == Procedure.code) & (FormVersion.number == Procedure.current),
        )
    )
    found = []
    for procedure, content in rows:
        said = {key: (content or procedure.draft)[key] for key in ("title", "category", "department")}
        found.append(
            ProcedureLine(
                code=procedure.code,
                number=procedure.current,
                is_draft=procedure.draft is not None,
                retired=procedure.retired,
                **said,
            )
        )
    return sorted(found, key=lambda line: (line.category, line.title))


def show(session: Session, code: str, caller: Caller) -> ProcedureDesk:
    """One procedure to compose. Raises NotFound."""
    caller.staff(Role.ADMINISTRATION)
    procedure = session.get(Procedure, code)
    if procedure is None:
        raise NotFound
    return _desk(session, procedure)


def try_out(session: Session, ask: TryProcedure, caller: Caller, today: date) -> TrialView:
    """The form as those who fill it would see it, for answers that nobody keeps."""
    form = whole(show(session, ask.code, caller).form)
    answers = clean(form, ask.answers)
    pages = {name: [field.name for field in fields] for name, fields in shown(form, answers).items()}
    problems = check(form, answers, today, pages.get(ask.page, []))
    return TrialView(form=form, answers=answers, pages=pages, problems=problems)


def make(session: Session, ask: MakeProcedure, caller: Caller) -> ProcedureDesk:
    """A new one. Raises ProcedureExists; of two agents at once, the second is told so."""
    caller.staff(Role.ADMINISTRATION)
    values = {"draft": ask.form.model_dump(mode="json"), "revision": 1, "retired": False}
    made = session.execute(
        insert(Procedure).values(code=ask.code, **values).on_conflict_do_nothing().returning(Procedure.code)
    ).first()
    if made is None:
        raise ProcedureExists(procedure=ask.code)
    return _desk(session, session.get_one(Procedure, ask.code))


def save(session: Session, ask: SaveProcedureForm, caller: Caller) -> ProcedureDesk:
    """The draft, replaced."""
    procedure = _lock(session, ask.code, caller, ask.revision)
    procedure.draft = ask.form.model_dump(mode="json")
    procedure.revision += 1
    session.flush()
    return _desk(session, procedure)


def publish(session: Session, ask: PublishProcedure, caller: Caller, now: datetime) -> ProcedureDesk:
    """The draft is the version in use; those who fill the one before are told when they go on."""
    procedure = _lock(session, ask.code, caller, ask.revision)
    form = ProcedureForm.model_validate(procedure.draft) if procedure.draft else None
    if form is None or faults(form):
        raise FormUnsound
    procedure.draft = None
    procedure.edition = None
    versions.publish(session, procedure, form, caller.name, now)
    return _desk(session, procedure)


def drop(session: Session, ask: DropProcedureDraft, caller: Caller) -> bool:
    """Forgets the draft. False when nothing is left of the procedure."""
    procedure = _lock(session, ask.code, caller, ask.revision)
    if procedure.current is None:
        session.delete(procedure)
        return False
    procedure.draft = None
    procedure.revision += 1
    return True


def retire(session: Session, ask: RetireProcedure, caller: Caller) -> ProcedureDesk:
    """Off the list, or on it again. Said twice, it is once."""
    procedure = _lock(session, ask.code, caller)
    procedure.retired = ask.retired
    procedure.revision += 1
    session.flush()
    return _desk(session, procedure)


def _lock(session: Session, code: str, caller: Caller, revision: int | None = None) -> Procedure:
    caller.staff(Role.ADMINISTRATION)
    procedure = session.get(Procedure, code, with_for_update=True)
    if procedure is None:
        raise NotFound
    if revision is not None and revision != procedure.revision:
        raise ProcedureChanged
    return procedure


def _desk(session: Session, procedure: Procedure) -> ProcedureDesk:
    content = procedure.draft
    if content is None:
        content = session.get_one(FormVersion, (procedure.code, procedure.current)).content
    form = ProcedureForm.model_validate(content)
    return ProcedureDesk(
        code=procedure.code,
        form=form,
        is_draft=procedure.draft is not None,
        revision=procedure.revision,
        faults=faults(form),
        versions=versions.history(session, procedure.code),
        retired=procedure.retired,
    )
