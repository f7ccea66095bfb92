"""What an agent does to a form being composed: each edit gives a new form. Names are made here and never change.

A name that stays lets the answers of those who are filling go over to the next version.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeVar

from contracts.enrolment.procedure_forms import MOST_OPTIONS, FormField, FormPage, Option, ProcedureForm

T = TypeVar("T")
_LONGEST_NAME = 34
"""Leaves room for the number that tells two alike apart."""


def name_for(label: str, taken: Iterable[str]) -> str:
    """« Quel jour ? » → `quel_jour`, `quel_jour_2` when there is one."""
    plain = unicodedata.normalize("NFD", label.casefold())
    words = re.sub(r"[^a-z0-9]+", "_", "".join(sign for sign in plain if not unicodedata.combining(sign)))
    base = words.strip("_")[:_LONGEST_NAME].strip("_")
    if not base or not base[0].isalpha():
        base = f"q_{base}".strip("_")
    known, name, number = set(taken), base, 1
    while name in known:
        number += 1
        name = f"{base}_{number}"
    return name


def add_page(form: ProcedureForm, title: str) -> ProcedureForm:
    """An empty page, last."""
    name = name_for(title, [*(page.name for page in form.pages), "contact"])
    return _with(form, [*form.pages, FormPage(name=name, title=title)])


def change_page(form: ProcedureForm, changed: FormPage) -> ProcedureForm:
    """The page of that name, replaced."""
    return _with(form, [changed if page.name == changed.name else page for page in form.pages])


def move_page(form: ProcedureForm, name: str, by: int) -> ProcedureForm:
    """Up (-1) or down (1)."""
    return _with(form, _moved(form.pages, _place(form.pages, name), by))


def remove_page(form: ProcedureForm, name: str) -> ProcedureForm:
    """With its fields."""
    return _with(form, [page for page in form.pages if page.name != name])


def add_field(form: ProcedureForm, page_name: str, field: FormField) -> ProcedureForm:
    """At the end of a page."""
    page = form.page(page_name)
    return change_page(form, page.model_copy(update={"fields": (*page.fields, field)})) if page else form


def change_field(form: ProcedureForm, changed: FormField) -> ProcedureForm:
    """The field of that name, replaced where it stands."""
    pages = [
        page.model_copy(
            update={
                "fields": tuple(changed if field.name == changed.name else field for field in page.fields)
            }
        )
        for page in form.pages
    ]
    return _with(form, pages)


def move_field(form: ProcedureForm, name: str, by: int) -> ProcedureForm:
    """Up or down; past the end of its page, to the neighbouring page."""
    page = page_of(form, name)
    if page is None:
        return form
    place = _place(page.fields, name)
    if 0 <= place + by < len(page.fields):
        return change_page(form, page.model_copy(update={"fields": tuple(_moved(page.fields, place, by))}))
    beside = _place(form.pages, page.name) + by
    if not 0 <= beside < len(form.pages):
        return form
    field, other = page.fields[place], form.pages[beside]
    without = remove_field(form, name)
    fields = (*other.fields, field) if by < 0 else (field, *other.fields)
    return change_page(without, other.model_copy(update={"fields": fields}))


def remove_field(form: ProcedureForm, name: str) -> ProcedureForm:
    """Of whatever page it is on."""
    pages = [
        page.model_copy(update={"fields": tuple(field for field in page.fields if field.name != name)})
        for page in form.pages
    ]
    return _with(form, pages)


def page_of(form: ProcedureForm, field_name: str) -> FormPage | None:
    """The page that a field is on."""
    return next((page for page in form.pages if any(field.name == field_name for field in page.fields)), None)


def read_options(text: str, before: Sequence[Option]) -> tuple[Option, ...]:
    """One a line, « Libellé | précision »; one that keeps its words keeps its name. Raises ValueError, in French."""
    known = {option.label: option.name for option in before}
    found: list[Option] = []
    for line in text.splitlines():
        label, _, hint = (part.strip() for part in line.partition("|"))
        if not label:
            continue
        if len(label) > 150 or len(hint) > 200:
            raise ValueError(f"Raccourcissez ce choix : « {label[:40]}… ».")
        taken = {*known.values(), *(option.name for option in found)}
        found.append(Option(name=known.get(label) or name_for(label, taken), label=label, hint=hint))
    if len(found) > MOST_OPTIONS:
        raise ValueError(f"{MOST_OPTIONS} choix au plus : regroupez-en.")
    if len({option.label for option in found}) < len(found):
        raise ValueError("Deux choix ont les mêmes mots : distinguez-les.")
    return tuple(found)


def write_options(options: Sequence[Option]) -> str:
    """One a line."""
    return "\n".join(f"{option.label} | {option.hint}" if option.hint else option.label for option in options)


def _with(form: ProcedureForm, pages: Iterable[FormPage]) -> ProcedureForm:
    return form.model_copy(update={"pages": tuple(pages)})


def _place(things: Sequence[FormPage | FormField], name: str) -> int:
    return next((place for place, thing in enumerate(things) if thing.name == name), -1)


def _moved(things: Sequence[T], place: int, by: int) -> list[T]:
    moved = list(things)
    if 0 <= place < len(moved) and 0 <= place + by < len(moved):
        moved.insert(place + by, moved.pop(place))
    return moved
