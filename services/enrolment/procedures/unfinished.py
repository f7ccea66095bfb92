"""What was typed and is no answer yet: half an address, a day without its year; as it stood in the controls. Pure."""

from collections.abc import Iterable, Mapping

from contracts.enrolment.drafts import Typed
from contracts.enrolment.procedure_forms import Answers, FieldKind, FormField, ProcedureForm

_IN_PARTS = (FieldKind.ADDRESS, FieldKind.CHILD)


def told(typed: Typed, names: Iterable[str]) -> Typed:
    """Of these fields, those in whose controls something stands. PostgreSQL's JSON holds no NUL."""
    found = {}
    for name in names:
        controls = {
            part: [value.replace("\x00", "") for value in values]
            for part, values in typed.get(name, {}).items()
        }
        if any(value.strip() for values in controls.values() for value in values):
            found[name] = controls
    return found


def unread(asked: Iterable[FormField], typed: Typed, answers: Answers) -> dict[str, str]:
    """{field: problem} of those in which something was typed that could not be read as an answer at all."""
    return {
        field.name: "incomplete" if field.kind in _IN_PARTS else "malformed"
        for field in asked
        if field.name in typed and field.name not in answers
    }


def carried(old: ProcedureForm, new: ProcedureForm, typed: Typed, answers: Answers) -> Typed:
    """What is kept of it in a newer form: where that asks for the same kind of thing under the same name."""
    kept = {}
    for field in new.fields():
        before = old.field(field.name)
        if before and before.kind is field.kind and field.name in typed and field.name not in answers:
            kept[field.name] = typed[field.name]
    return kept


def text_of(controls: Mapping[str, list[str]]) -> str:
    """On one line, for whoever takes their data away."""
    return " ".join(value for values in controls.values() for value in values if value.strip())
