"""What is wrong with answers, in codes, and what is kept of them.

A problem is the code of what is to be corrected: `missing`, `too_short`, `too_long`, `too_low`, `too_high`,
`too_early`, `too_late`, `too_few`, `too_many`, `malformed` (an address, a number, a date that is not one), `incomplete`
(a part of it is missing), `postcode` (not like one).
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from contracts.enrolment.procedure_forms import Answer, Answers, FieldKind, FormField, ProcedureForm
from enrolment.procedures.asking import shown

LONGEST = {FieldKind.TEXT: 200, FieldKind.LONG_TEXT: 5000, FieldKind.EMAIL: 254, FieldKind.PHONE: 30}
"""Signs of a text, where the form says no less."""

ADDRESS_PARTS = ("street", "more", "postcode", "city")
CHILD_PARTS = ("child_id", "first_name", "last_name", "birth_date")
_LONGEST_PART = 120

_EMAIL = re.compile(r"[!#-'*+./0-9=?A-Z^_`a-z{|}~-]{1,64}@\w[\w-]*(\.\w[\w-]*)+")  # a domain may have accents
_PHONE = re.compile(r"(\+\d{1,3}|0)[\d .()-]{6,24}")
_POSTCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{2,9}")  # those who ask may live abroad


def check(
    form: ProcedureForm, answers: Answers, today: date, only: Iterable[str] | None = None
) -> dict[str, str]:
    """{field: problem} of the fields shown, in order; `only`: of these fields."""
    names = None if only is None else set(only)
    found = {}
    for fields in shown(form, answers).values():
        for field in fields:
            if names is None or field.name in names:
                problem = problem_of(field, answers.get(field.name), today)
                if problem:
                    found[field.name] = problem
    return found


def clean(form: ProcedureForm, answers: Answers) -> Answers:
    """The answers that are kept: tidied, of shown fields only, without those that say nothing.

    Tidying comes first, because a blank answer must not show what depends on an answer.
    """
    tidy = {
        field.name: _tidied(field, answers[field.name]) for field in form.fields() if field.name in answers
    }
    told: Answers = {name: answer for name, answer in tidy.items() if answer not in ("", [], {})}
    names = [field.name for fields in shown(form, told).values() for field in fields]
    return {name: told[name] for name in names if name in told}


def problem_of(field: FormField, answer: Answer | None, today: date) -> str:
    """The problem of one answer, empty when there is none."""
    if field.kind is FieldKind.INFORMATION:
        return ""
    if answer is None or answer in ("", [], {}):
        return "missing" if field.required else ""
    match answer:
        case str():
            return _problem_of_text(field, answer, today)
        case int():
            return (
                _outside(field, answer, "too_low", "too_high")
                if field.kind is FieldKind.NUMBER
                else "malformed"
            )
        case list():
            return _problem_of_list(field, answer)
        case dict():
            return _problem_of_parts(field, answer, today)


def _problem_of_text(field: FormField, answer: str, today: date) -> str:
    match field.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            if len(answer) > LONGEST[field.kind]:
                return "too_long"
            return _outside(field, len(answer), "too_short", "too_long")
        case FieldKind.EMAIL:
            fits = len(answer) <= LONGEST[field.kind] and _EMAIL.fullmatch(answer)
            return "" if fits else "malformed"
        case FieldKind.PHONE:
            figures = sum(sign.isdigit() for sign in answer)
            return "" if _PHONE.fullmatch(answer) and 9 <= figures <= 15 else "malformed"
        case FieldKind.DATE:
            day = _day(answer)
            return _outside(field, (day - today).days, "too_early", "too_late") if day else "malformed"
        case FieldKind.CHOICE:
            return "" if answer in {option.name for option in field.options} else "malformed"
        case FieldKind.YES_NO:
            return "" if answer in {"yes", "no"} else "malformed"
        case _:
            return "malformed"


def _problem_of_list(field: FormField, answer: list[str]) -> str:
    match field.kind:
        case FieldKind.CHOICES:
            if not {option.name for option in field.options}.issuperset(answer):
                return "malformed"
            return _outside(field, len(answer), "too_few", "too_many")
        case FieldKind.DOCUMENT:
            if not all(_is_id(each) for each in answer):
                return "malformed"
            return "too_many" if len(answer) > (field.most or 1) else ""
        case _:
            return "malformed"


def _problem_of_parts(field: FormField, answer: dict[str, str], today: date) -> str:
    if any(len(part) > _LONGEST_PART for part in answer.values()):
        return "too_long"
    match field.kind:
        case FieldKind.ADDRESS:
            if not all(answer.get(part) for part in ("street", "postcode", "city")):
                return "incomplete"
            return "" if _POSTCODE.fullmatch(answer["postcode"]) else "postcode"
        case FieldKind.CHILD:
            if not all(answer.get(part) for part in ("first_name", "last_name", "birth_date")):
                return "incomplete"
            born = _day(answer["birth_date"])
            if born is None:
                return "malformed"
            return "too_late" if born > today else ""
        case _:
            return "malformed"


def _outside(field: FormField, value: int, below: str, above: str) -> str:
    if field.least is not None and value < field.least:
        return below
    if field.most is not None and value > field.most:
        return above
    return ""


def _tidied(field: FormField, answer: Answer) -> Answer:
    """The answer without blanks around, double values and unknown parts; its kind is not judged here."""
    match answer:
        case str():
            return _line(answer, field.kind is FieldKind.LONG_TEXT)
        case list():
            return list(dict.fromkeys(answer))
        case dict():
            parts = CHILD_PARTS if field.kind is FieldKind.CHILD else ADDRESS_PARTS
            told = {part: _line(answer.get(part, "")) for part in parts}
            return {part: text for part, text in told.items() if text}
        case _:
            return answer


def _line(text: str, has_lines: bool = False) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\x00", "")
    return text.strip() if has_lines else " ".join(text.split())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
