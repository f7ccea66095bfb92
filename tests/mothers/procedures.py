"""Démarches: a form small enough to hold in the head."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.clock import PARIS
from contracts.documents.shares import ShareView
from contracts.documents.types import DocumentTypeView
from contracts.documents.vault import DocumentView, VaultView
from contracts.enrolment.drafts import DraftView
from contracts.enrolment.procedure_forms import (
    Answer,
    Answers,
    Condition,
    FieldKind,
    FormField,
    FormPage,
    Option,
    ProcedureForm,
    Test,
)
from enrolment.procedures.asking import shown, whole

DRAFT_ID = UUID("00000000-0000-4000-8000-00000000d4af")


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


def draft(of: ProcedureForm, answers: Answers | None = None, **more: Any) -> DraftView:
    """A draft of this form, with these answers, as the service shows it: nothing is left to do unless it is said."""
    filled, given = whole(of), answers or {}
    pages = {name: [each.name for each in fields] for name, fields in shown(filled, given).items()}
    at = datetime(2026, 11, 26, 10, tzinfo=PARIS)
    known = {"draft_id": DRAFT_ID, "code": "occuper-la-rue", "number": 1, "todo": None, "erased_at": at}
    return DraftView(**{**known, **more}, form=filled, answers=given, pages=pages)


def a_vault(*kinds: tuple[str, UUID | None]) -> VaultView:
    """A closed vault of documents, each of a type, joined to a request of that id or to nothing."""
    at = datetime(2026, 11, 26, 10, tzinfo=PARIS)
    documents = []
    for number, (kind, subject_id) in enumerate(kinds):
        share = ShareView(
            share_id=UUID(int=100 + number),
            subject_kind="request",
            subject_id=subject_id or UUID(int=1),
            shared_at=at,
            readable_until=date(2027, 11, 26),
        )
        documents.append(
            DocumentView(
                document_id=UUID(int=200 + number),
                document_type=kind,
                size=1000,
                stored_at=at,
                valid_until=None,
                sealed_key=b"k" * 80,
                sealed_description=b"d" * 80,
                shares=[share] if subject_id else [],
            )
        )
    return VaultView(
        keys=None,
        types=[DocumentTypeView(code="cv", name="CV"), DocumentTypeView(code="autre", name="Autre")],
        documents=documents,
        used_bytes=0,
        limit_documents=100,
        limit_bytes=10**9,
        requests_public_key=b"t" * 32,
    )


def fill(form: ProcedureForm, answers: Answers, today: date, chance: random.Random) -> None:
    """Answers whatever is shown, as it comes to be shown; now and then not what need not be answered."""
    asked: set[str] = set()
    while new := [
        each
        for fields in shown(form, answers).values()
        for each in fields
        if each.name not in asked and each.kind is not FieldKind.INFORMATION
    ]:
        each = new[0]
        asked.add(each.name)
        if each.required or chance.random() < 0.7:
            answers[each.name] = an_answer(each, today, chance)


def an_answer(to: FormField, today: date, chance: random.Random) -> Answer:
    """One that holds."""
    least, most = to.least, to.most
    match to.kind:
        case FieldKind.TEXT | FieldKind.LONG_TEXT:
            length = max(least or 1, min(most or 20, 20))
            return ("Une-réponse-qui-convient-" * 300)[:length]
        case FieldKind.EMAIL:
            return "line.passage@exemple.fr"
        case FieldKind.PHONE:
            return "06 12 34 56 78"
        case FieldKind.NUMBER:
            return least if least is not None else most if most is not None else 3
        case FieldKind.DATE:
            return (today + timedelta(days=least if least is not None else most or 0)).isoformat()
        case FieldKind.CHOICE:
            return chance.choice(to.options).name
        case FieldKind.CHOICES:
            return [each.name for each in chance.sample(to.options, k=max(least or 1, 1))]
        case FieldKind.YES_NO:
            return chance.choice(("yes", "no"))
        case FieldKind.ADDRESS:
            return {"street": "3 rue Pêcherie", "postcode": "26100", "city": "Romans-sur-Isère"}
        case FieldKind.CHILD:
            return {"first_name": "Zoé", "last_name": "Passage", "birth_date": "2020-05-04"}
        case _:
            return [str(uuid4())]
