"""A page of a démarche as a form: its fields made from data, filled with answers, read back into answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from wtforms import Field as WtField

from contracts.accounts.families import HouseholdView
from contracts.enrolment.drafts import LONGEST_TYPED, GivenAnswer, Typed
from contracts.enrolment.procedure_forms import Answer, Answers, FieldKind, FormField, Prefill
from gateway import french
from gateway.forms import (
    CheckboxesField,
    CommandForm,
    DateField,
    EmailField,
    NumberField,
    PhoneField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    email_address,
)
from gateway.forms.fields import HALF, tidy
from gateway.procedures import procedure_words
from gateway.vault import given as given_words

_MANY = 8
"""More choices than this are a list rather than buttons."""

OTHER = "other"
_OPTIONAL = " (facultatif)"
_AUTOCOMPLETE = {
    Prefill.FIRST_NAME: "given-name",
    Prefill.LAST_NAME: "family-name",
    Prefill.EMAIL: "email",
    Prefill.PHONE: "tel",
}


@dataclass(frozen=True)
class Attached:
    """A document joined to the draft."""

    document_id: str
    name: str


@dataclass(frozen=True)
class Known:
    """What is known of whoever fills the form. `attached`: document field → its documents. `given`: document field →
    what the town has already, and which answers it."""

    household: HouseholdView | None = None
    attached: Mapping[str, list[Attached]] | None = field(default=None)
    given: Mapping[str, GivenAnswer] = field(default_factory=dict)

    def prefill(self, source: Prefill) -> Answer | None:
        """The answer that a field opens with."""
        if self.household is None:
            return None
        account = self.household.account
        match source:
            case Prefill.FIRST_NAME:
                return account.first_name
            case Prefill.LAST_NAME:
                return account.last_name
            case Prefill.EMAIL:
                return account.email
            case Prefill.PHONE:
                return account.phone
            case Prefill.ADDRESS:
                for family in self.household.families:
                    return {"street": family.street, "postcode": family.postcode, "city": family.city}
                return None

    def given_sentence(self, name: str) -> str:
        """« Déjà fourni le … », of a document field that is in `given`."""
        return given_words.sentence(self.given[name].given)

    def children(self) -> list[tuple[str, str]]:
        """(id, name) of each child of the families, once."""
        found = {}
        for family in self.household.families if self.household else []:
            for child in family.children:
                found[str(child.child_id)] = f"{child.first_name} {child.last_name}"
        return list(found.items())


class PageForm(CommandForm):
    """One page. Each question is one field, or several: an address, a child that is not in the list."""

    questions: Sequence[FormField] = ()
    known: Known = Known()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_documents: dict[str, str] = {}

    def fill(self, answers: Answers, typed: Typed) -> None:
        """Opens with what was typed, else with the answers kept, else with what is known of whoever fills it."""
        if not self.is_submitted():
            self.open(answers, typed)

    def open(self, answers: Answers, typed: Typed | None = None) -> None:
        """The same, whatever was sent."""
        for question in self.questions:
            if typed and question.name in typed:
                self._type(question, typed[question.name])
                continue
            answer = answers.get(question.name)
            if answer is None and question.prefill:
                answer = self.known.prefill(question.prefill)
            if answer is not None:
                _PARTS[question.kind].fill(self, question, answer)

    def read(self) -> Answers:
        """The answers of the page; what is not answered is not there."""
        found: Answers = {}
        for question in self.questions:
            answer = _PARTS[question.kind].read(self, question)
            if answer not in (None, "", [], {}):
                found[question.name] = cast("Answer", answer)
        return found

    def typed(self) -> Typed:
        """What was sent for each question, as it stood in its controls; not what was left blank."""
        found: Typed = {}
        for question in self.questions:
            sent = {
                _part_of(question, control): [
                    tidy(str(value))[:LONGEST_TYPED] for value in control.raw_data or []
                ]
                for control in self.controls(question.name)
            }
            if any(value for values in sent.values() for value in values):
                found[question.name] = sent
        return found

    def _type(self, question: FormField, typed: Mapping[str, list[str]]) -> None:
        """As if it was typed now; what is wrong with it is said when the page is sent."""
        for control in self.controls(question.name):
            values = typed.get(_part_of(question, control), [])
            control.process(MultiDict([(control.name, value) for value in values]))

    def place(self, problems: Mapping[str, Any], today: date) -> None:
        """Says on each question what to correct, unless its own words say it already."""
        for question in self.questions:
            code = problems.get(question.name)
            controls = self.controls(question.name)
            if not code or any(control.errors for control in controls):
                continue
            sentence = procedure_words.problem(question, str(code), today)
            if not controls:
                self.on_documents[question.name] = sentence
            elif code == "incomplete":
                self._add(next((each for each in controls if _is_lacking(each)), controls[0]), sentence)
            else:
                self._add(controls[0], sentence)
        self._blame(422)

    @property
    def error_list(self) -> list[dict[str, str]]:
        """The summary's errors, those on documents last."""
        own = [{"text": text, "href": f"#f_{name}"} for name, text in self.on_documents.items()]
        return super().error_list + own

    def controls(self, name: str) -> list[WtField]:
        """The controls of a question, in order."""
        return [
            each for key, each in self._fields.items() if key == f"f_{name}" or key.startswith(f"f_{name}__")
        ]

    def part(self, question: FormField, part: str) -> WtField:
        """One of the controls of a question."""
        return cast("WtField", self[f"f_{question.name}__{part}"])


def _part_of(question: FormField, control: WtField) -> str:
    """Which part of its question it is; empty: the only one."""
    return str(control.name).removeprefix(f"f_{question.name}").removeprefix("__")


def _is_lacking(control: WtField) -> bool:
    return not control.data and not str(control.name).endswith(("__more", "__child_id"))


def page_form(questions: Sequence[FormField], known: Known, *, blank: bool = False) -> PageForm:
    """The form of these questions. `blank`: what was sent belongs to another page."""
    controls: dict[str, Any] = {"questions": questions, "known": known}
    for question in questions:
        controls.update(_PARTS[question.kind].make(question, known))
    made: type[PageForm] = type("PageForm", (PageForm,), controls)
    return made(formdata=None) if blank else made()


# ---------------------------------------------------------------- by kind


@dataclass(frozen=True)
class _Part:
    """How a kind of question becomes controls, and back."""

    make: Callable[[FormField, Known], dict[str, WtField]]
    fill: Callable[[PageForm, FormField, Any], None]
    read: Callable[[PageForm, FormField], Any]


def _label(question: FormField) -> str:
    return french.typeset(question.label + ("" if question.required else _OPTIONAL))


def _said(question: FormField) -> dict[str, Any]:
    autocomplete = _AUTOCOMPLETE.get(question.prefill, "") if question.prefill else ""
    return {"hint": french.typeset(question.help), "autocomplete": autocomplete}


def _single(kind: Any, **more: Any) -> _Part:
    def make(question: FormField, _known: Known) -> dict[str, WtField]:
        given = {key: value for key, value in _said(question).items() if value}
        return {f"f_{question.name}": kind(_label(question), **{**more, **given})}

    def fill(form: PageForm, question: FormField, answer: Any) -> None:
        form[f"f_{question.name}"].data = answer

    return _Part(make, fill, lambda form, question: form[f"f_{question.name}"].data)


def _chosen(question: FormField, _known: Known) -> dict[str, WtField]:
    choices: list[Any] = [
        (each.name, french.typeset(each.label), french.typeset(each.hint)) for each in question.options
    ]
    if question.kind is FieldKind.YES_NO:
        choices = [("yes", "Oui"), ("no", "Non")]
    kind: Any = CheckboxesField if question.kind is FieldKind.CHOICES else RadiosField
    if question.kind is FieldKind.CHOICE and len(choices) > _MANY:
        kind = SelectField
    return {f"f_{question.name}": kind(_label(question), choices=choices, hint=french.typeset(question.help))}


def _fill_one(form: PageForm, question: FormField, answer: Any) -> None:
    form[f"f_{question.name}"].data = answer


def _read_one(form: PageForm, question: FormField) -> Any:
    return form[f"f_{question.name}"].data


def _fill_date(form: PageForm, question: FormField, answer: Any) -> None:
    form[f"f_{question.name}"].data = date.fromisoformat(answer)


def _read_date(form: PageForm, question: FormField) -> Any:
    data = form[f"f_{question.name}"].data
    return data.isoformat() if data else None


def _address(question: FormField, _known: Known) -> dict[str, WtField]:
    name = f"f_{question.name}__"
    fills = question.prefill is Prefill.ADDRESS
    return {
        f"{name}street": TextField("Numéro et rue", autocomplete="address-line1" if fills else ""),
        f"{name}more": TextField(
            "Complément (facultatif)",
            hint="Bâtiment, étage, lieu-dit, pays",
            autocomplete="address-line2" if fills else "",
        ),
        f"{name}postcode": TextField(
            "Code postal", classes="govuk-input--width-5", autocomplete="postal-code" if fills else ""
        ),
        f"{name}city": TextField("Ville", classes=HALF, autocomplete="address-level2" if fills else ""),
    }


_ADDRESS = ("street", "more", "postcode", "city")


def _fill_address(form: PageForm, question: FormField, answer: Any) -> None:
    for part in _ADDRESS:
        form.part(question, part).data = answer.get(part, "")


def _read_address(form: PageForm, question: FormField) -> Any:
    found = {part: form.part(question, part).data or "" for part in _ADDRESS}
    return {part: text for part, text in found.items() if text}


def _child(question: FormField, known: Known) -> dict[str, WtField]:
    name = f"f_{question.name}__"
    found: dict[str, WtField] = {}
    if known.children():
        choices = [*known.children(), (OTHER, "Un autre enfant")]
        found[f"{name}child_id"] = RadiosField(
            _label(question), choices=choices, hint=french.typeset(question.help)
        )
    found[f"{name}first_name"] = TextField("Prénom de l’enfant", classes=HALF)
    found[f"{name}last_name"] = TextField("Nom de l’enfant", classes=HALF)
    found[f"{name}birth_date"] = DateField("Date de naissance de l’enfant", hint="Par exemple 4 5 2021.")
    return found


def _fill_child(form: PageForm, question: FormField, answer: Any) -> None:
    offered = [child_id for child_id, _ in form.known.children()]
    if answer.get("child_id") in offered:
        form.part(question, "child_id").data = answer["child_id"]
        return
    if offered:
        form.part(question, "child_id").data = OTHER
    form.part(question, "first_name").data = answer.get("first_name", "")
    form.part(question, "last_name").data = answer.get("last_name", "")
    form.part(question, "birth_date").data = date.fromisoformat(answer["birth_date"])


def _read_child(form: PageForm, question: FormField) -> Any:
    chosen = form.part(question, "child_id").data if form.known.children() else OTHER
    if chosen != OTHER:
        return {"child_id": chosen} if chosen else None
    born = form.part(question, "birth_date").data
    typed = {
        "first_name": form.part(question, "first_name").data or "",
        "last_name": form.part(question, "last_name").data or "",
        "birth_date": born.isoformat() if born else "",
    }
    return {part: text for part, text in typed.items() if text}


def _read_documents(form: PageForm, question: FormField) -> Any:
    return [each.document_id for each in (form.known.attached or {}).get(question.name, [])]


_NOTHING = _Part(lambda _question, _known: {}, lambda *_: None, lambda *_: None)
_CHOSEN = _Part(_chosen, _fill_one, _read_one)
_PARTS: dict[FieldKind, _Part] = {
    FieldKind.TEXT: _single(TextField),
    FieldKind.LONG_TEXT: _single(TextareaField),
    FieldKind.EMAIL: _single(EmailField, validators=[email_address()]),
    FieldKind.PHONE: _single(PhoneField),
    FieldKind.NUMBER: _single(NumberField),
    FieldKind.DATE: _Part(_single(DateField, hint="Par exemple 4 5 2026.").make, _fill_date, _read_date),
    FieldKind.CHOICE: _CHOSEN,
    FieldKind.CHOICES: _CHOSEN,
    FieldKind.YES_NO: _CHOSEN,
    FieldKind.ADDRESS: _Part(_address, _fill_address, _read_address),
    FieldKind.CHILD: _Part(_child, _fill_child, _read_child),
    FieldKind.DOCUMENT: _Part(lambda _question, _known: {}, lambda *_: None, _read_documents),
    FieldKind.INFORMATION: _NOTHING,
}
