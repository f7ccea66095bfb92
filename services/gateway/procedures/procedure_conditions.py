"""When a page or a question is shown: as boxes to tick, and as a sentence.

A box is `field` (it was answered) or `field=value` (with that answer).
"""

from collections.abc import Iterable

from contracts.enrolment.procedure_forms import Condition, FieldKind, FormField, ProcedureForm, Test
from gateway import french

_ANSWERS = {"yes": "Oui", "no": "Non"}


def boxes(form: ProcedureForm, page_name: str, field_name: str = "") -> list[tuple[str, str]]:
    """(value, label) for every answer of the fields that come before this page, or this field of it."""
    found: list[tuple[str, str]] = []
    for page in form.pages:
        for field in page.fields if page.name != page_name or field_name else ():
            if field.name == field_name:
                return found
            found += _of(field)
        if page.name == page_name:
            return found
    return found


def ticked(condition: Condition | None) -> list[str]:
    """The boxes of a condition."""
    return [
        f"{test.field}={value}" if value else test.field
        for test in (condition.tests if condition else ())
        for value in (test.one_of or ("",))
    ]


def read(values: Iterable[str], all_of: bool) -> Condition | None:
    """The condition of these boxes; several answers of one field are one test."""
    found: dict[str, list[str]] = {}
    for each in values:
        name, _, value = each.partition("=")
        found.setdefault(name, []).append(value)
    tests = tuple(
        Test(field=name, one_of=() if "" in answers else tuple(answers)) for name, answers in found.items()
    )
    return Condition(all_of=all_of, tests=tests[:10]) if tests else None


def sentence(condition: Condition | None, form: ProcedureForm) -> str:
    """« Montrée si « Pourquoi ? » : Des travaux ou Un tournage »; empty without a condition."""
    if condition is None:
        return ""
    parts = []
    for test in condition.tests:
        field = form.field(test.field)
        label = field.label if field else "question supprimée"
        answers = " ou ".join(_answer(field, value) for value in test.one_of)
        parts.append(f"« {label} » : {answers}" if answers else f"« {label} » a une réponse")
    return french.typeset("Seulement si " + (" et " if condition.all_of else " ou si ").join(parts))


def _of(field: FormField) -> list[tuple[str, str]]:
    if field.kind is FieldKind.INFORMATION:
        return []
    if field.kind is FieldKind.YES_NO:
        values = list(_ANSWERS.items())
    else:
        values = [(option.name, option.label) for option in field.options]
    if not values:
        return [(field.name, french.typeset(f"« {field.label} » a une réponse"))]
    return [
        (f"{field.name}={name}", french.typeset(f"« {field.label} » : {label}")) for name, label in values
    ]


def _answer(field: FormField | None, value: str) -> str:
    options = field.options if field else ()
    return next((option.label for option in options if option.name == value), _ANSWERS.get(value, value))
