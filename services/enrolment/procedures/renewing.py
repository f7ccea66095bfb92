"""A form that has changed while it was being filled: what stays of the answers, and what has to be gone through."""

from datetime import date

from contracts.enrolment.drafts import FormChange
from contracts.enrolment.procedure_forms import Answers, FieldKind, FormField, ProcedureForm
from enrolment.procedures.asking import shown
from enrolment.procedures.checking import clean, problem_of


def carry(old: ProcedureForm, new: ProcedureForm, answers: Answers, today: date) -> Answers:
    """What the new form takes of the answers: to a field of that name and kind, and good there."""
    kept: Answers = {}
    for field in new.fields():
        before = old.field(field.name)
        answer = answers.get(field.name)
        if before is None or before.kind is not field.kind or answer is None:
            continue
        if not problem_of(field, answer, today):
            kept[field.name] = answer
    return clean(new, kept)


def still_asked(old: ProcedureForm, new: ProcedureForm, asked: set[str]) -> set[str]:
    """The fields that need not be gone through again: asked already, in the same words and terms."""
    return {
        field.name for field in new.fields() if field.name in asked and _same(old.field(field.name), field)
    }


def compare(old: ProcedureForm, new: ProcedureForm, answers: Answers, today: date) -> FormChange:
    """What whoever filled `answers` is told: of what the new form shows them, and of their own answers lost."""
    kept = carry(old, new, answers, today)
    added: list[str] = []
    altered: list[str] = []
    for fields in shown(new, kept).values():
        for field in fields:
            before = old.field(field.name)
            if field.kind is FieldKind.INFORMATION or _same(before, field):
                continue
            (altered if before else added).append(field.label)
    removed = [
        field.label for field in old.fields() if field.name in answers and new.field(field.name) is None
    ]
    return FormChange(added=added, altered=altered, removed=removed)


def _same(before: FormField | None, after: FormField) -> bool:
    """Asks the same thing: where it stands, when it is shown and what it opens with do not count."""
    if before is None:
        return False
    aside = {"prefill": None, "shown_when": None}
    return before.model_copy(update=aside) == after.model_copy(update=aside)
