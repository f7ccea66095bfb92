"""Answers as other systems and letters read them. Pure."""

from datetime import date

from contracts.enrolment.procedure_forms import (
    Answer,
    Answers,
    FieldKind,
    FormField,
    Prefill,
    ProcedureForm,
)
from contracts.events.requests import AnsweredField
from enrolment.procedures.asking import Shown
from enrolment.wording import day

UNTOLD = frozenset({FieldKind.LONG_TEXT, FieldKind.DOCUMENT, FieldKind.INFORMATION})
"""What no fact carries: a free text may say anything, somebody's health included."""


def told(shown: Shown, answers: Answers) -> list[AnsweredField]:
    """The answers that `request.submitted` carries, in the form's order."""
    return [
        AnsweredField(
            field=field.name,
            label=field.label,
            text=text_of(field, answers[field.name]),
            value=_value_of(answers[field.name]),
        )
        for fields in shown.values()
        for field in fields
        if field.kind not in UNTOLD and field.name in answers
    ]


def documents_in(shown: Shown, answers: Answers) -> dict[str, list[str]]:
    """Field → ids of the documents given in answer."""
    return {
        field.name: [str(each) for each in answers[field.name]]  # type: ignore[union-attr]
        for fields in shown.values()
        for field in fields
        if field.kind is FieldKind.DOCUMENT and isinstance(answers.get(field.name), list)
    }


def children_in(shown: Shown, answers: Answers) -> dict[str, str]:
    """Field → id of the child of the file that was chosen; a child typed in has none."""
    found = {}
    for fields in shown.values():
        for field in fields:
            answer = answers.get(field.name)
            if field.kind is FieldKind.CHILD and isinstance(answer, dict) and answer.get("child_id"):
                found[field.name] = answer["child_id"]
    return found


def name_of(form: ProcedureForm, answers: Answers) -> str:
    """First and last name, where the form asks for them as a family's file has them."""
    names = {
        field.prefill: answers[field.name]
        for field in form.fields()
        if field.prefill in (Prefill.FIRST_NAME, Prefill.LAST_NAME) and field.name in answers
    }
    ordered = (names.get(each) for each in (Prefill.FIRST_NAME, Prefill.LAST_NAME))
    return " ".join(each for each in ordered if isinstance(each, str))


def text_of(field: FormField, answer: Answer) -> str:
    """An answer in words, on one line."""
    labels = {option.name: option.label for option in field.options}
    match answer:
        case dict() if field.kind is FieldKind.CHILD:
            born = answer.get("birth_date", "")
            name = f"{answer.get('first_name', '')} {answer.get('last_name', '')}".strip()
            return f"{name}, né(e) le {day(date.fromisoformat(born))}" if born else name
        case dict():
            town = f"{answer.get('postcode', '')} {answer.get('city', '')}".strip()
            return ", ".join(part for part in (answer.get("street"), answer.get("more"), town) if part)
        case list():
            return ", ".join(labels.get(each, each) for each in answer)
        case str() if field.kind is FieldKind.DATE:
            return day(date.fromisoformat(answer))
        case str() if field.kind is FieldKind.YES_NO:
            return "Oui" if answer == "yes" else "Non"
        case _:
            return labels.get(str(answer), str(answer))


def _value_of(answer: Answer) -> str:
    """The choice's name, the date, the number; of what has parts, the child's id if there is one."""
    if isinstance(answer, dict):
        return answer.get("child_id", "")
    return ",".join(answer) if isinstance(answer, list) else str(answer)
