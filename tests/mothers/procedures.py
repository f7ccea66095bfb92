"""Démarches: a form small enough to hold in the head."""

from typing import Any

from contracts.enrolment.procedures import (
    Condition,
    FieldKind,
    FormField,
    FormPage,
    Option,
    ProcedureForm,
    Test,
)


def field(name: str, kind: FieldKind = FieldKind.TEXT, **more: Any) -> FormField:
    """Labelled by its name."""
    return FormField(name=name, kind=kind, label=more.pop("label", name.capitalize()), **more)


def choice(name: str, *options: str, **more: Any) -> FormField:
    """One of these."""
    offered = tuple(Option(name=option, label=option.capitalize()) for option in options)
    return field(name, FieldKind.CHOICE, options=offered, **more)


def when(name: str, *one_of: str) -> Condition:
    """Shown when `name` was answered, with one of these if any is given."""
    return Condition(tests=(Test(field=name, one_of=one_of),))


def page(name: str, *fields: FormField, **more: Any) -> FormPage:
    """Titled by its name."""
    return FormPage(name=name, title=more.pop("title", f"Page {name}"), fields=fields, **more)


def form(*pages: FormPage, **more: Any) -> ProcedureForm:
    """Said shortly."""
    said = {"title": "Occuper la rue", "summary": "Pour un déménagement.", "category": "Voirie"}
    return ProcedureForm(**{**said, "department": "Voirie", **more}, pages=pages)


def removal(**more: Any) -> ProcedureForm:
    """Two pages: a removal (with its day) or works (with their length), then who asks."""
    return form(
        page(
            "what",
            choice("why", "removal", "works", label="Pourquoi ?"),
            field("day", FieldKind.DATE, label="Quel jour ?", least=0, shown_when=when("why", "removal")),
            field(
                "weeks",
                FieldKind.NUMBER,
                label="Combien de semaines ?",
                least=1,
                most=52,
                shown_when=when("why", "works"),
            ),
        ),
        page("who", field("name", label="Votre nom"), field("remark", FieldKind.LONG_TEXT, required=False)),
        **more,
    )
