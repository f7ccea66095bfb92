"""Whether a form holds together: what an agent must mend before it is published.

A form without faults can always be filled. Conditions may speak of earlier fields only, so that nothing depends on
itself, however far round.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from contracts.enrolment.procedure_forms import (
    CONTACT_EMAIL,
    CONTACT_PAGE,
    Condition,
    FieldKind,
    FormField,
    Prefill,
    ProcedureForm,
    Test,
)
from contracts.enrolment.procedures import Fault
from enrolment.procedures.checking import LONGEST

_CHOSEN = (FieldKind.CHOICE, FieldKind.CHOICES)
_COUNTED = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.CHOICES, FieldKind.DOCUMENT)
_PREFILLED = {
    Prefill.FIRST_NAME: (FieldKind.TEXT,),
    Prefill.LAST_NAME: (FieldKind.TEXT,),
    Prefill.EMAIL: (FieldKind.EMAIL,),
    Prefill.PHONE: (FieldKind.PHONE,),
    Prefill.ADDRESS: (FieldKind.ADDRESS,),
}
"""What a field must be to open with what is known of the account."""

MOST_FILES = 5
FARTHEST_NUMBER = 999_999_999
_FARTHEST = {FieldKind.DATE: 150 * 366}  # days


def faults(form: ProcedureForm) -> list[Fault]:
    """Everything to mend, in the order of the form. Fields of conditions and names are checked too."""
    found = [] if form.pages else [Fault(code="no_page")]
    found += [Fault(code="page_twice", page=name) for name in _twice(page.name for page in form.pages)]
    found += [Fault(code="field_twice", field=name) for name in _twice(field.name for field in form.fields())]
    earlier: dict[str, FormField] = {}
    every = {field.name for field in form.fields()}
    for page in form.pages:
        if page.name == CONTACT_PAGE:
            found.append(Fault(code="name_reserved", page=page.name))
        if not page.fields:
            found.append(Fault(code="page_empty", page=page.name))
        found += [Fault(code=code, page=page.name) for code in _of_condition(page.shown_when, earlier, every)]
        for field in page.fields:
            codes = [*_of_field(field), *_of_condition(field.shown_when, earlier, every)]
            found += [Fault(code=code, page=page.name, field=field.name) for code in codes]
            earlier[field.name] = field
    return found


def _of_field(field: FormField) -> Iterator[str]:
    if field.name == CONTACT_EMAIL:
        yield "name_reserved"
    if field.kind is FieldKind.INFORMATION and not field.help:
        yield "information_blank"
    if field.kind in _CHOSEN:
        if len(field.options) < (2 if field.kind is FieldKind.CHOICE else 1):
            yield "options_few"
        if _twice(option.name for option in field.options):
            yield "option_twice"
    if field.prefill and field.kind not in _PREFILLED[field.prefill]:
        yield "prefill_unfit"
    yield from _of_limits(field)


def _of_limits(field: FormField) -> Iterator[str]:
    least, most = field.least, field.most
    if least is not None and most is not None and least > most:
        yield "limits_reversed"
    if field.kind in _COUNTED and ((least or 0) < 0 or (most is not None and most < 1)):
        yield "limit_negative"
    if field.kind is FieldKind.NUMBER and most is not None and most < 0:
        yield "limit_negative"
    if max(abs(least or 0), abs(most or 0)) > _FARTHEST.get(field.kind, FARTHEST_NUMBER):
        yield "limit_too_far"
    if field.kind is FieldKind.CHOICES and (least or 0) > len(field.options):
        yield "least_above_options"
    if field.kind in LONGEST and max(least or 0, most or 0) > LONGEST[field.kind]:
        yield "limit_too_long"
    if field.kind is FieldKind.DOCUMENT and (most or 1) > MOST_FILES:
        yield "files_many"


def _of_condition(
    condition: Condition | None, earlier: dict[str, FormField], every: set[str]
) -> Iterator[str]:
    for test in condition.tests if condition else ():
        field = earlier.get(test.field)
        if field is None:
            yield "condition_later" if test.field in every else "condition_unknown"
        elif code := _of_test(test, field):
            yield code


def _of_test(test: Test, field: FormField) -> str:
    if field.kind is FieldKind.INFORMATION:
        return "condition_information"
    if not test.one_of:
        return ""
    if field.kind is FieldKind.YES_NO:
        allowed = {"yes", "no"}
    elif field.kind in _CHOSEN:
        allowed = {option.name for option in field.options}
    else:
        return "condition_value"
    return "" if allowed.issuperset(test.one_of) else "condition_value"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
