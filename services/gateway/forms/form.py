"""What all forms share: French, an error summary, an idempotency key, « Vérifiez vos réponses »."""

from typing import Any
from uuid import UUID, uuid4

from flask import g
from flask_wtf import FlaskForm
from wtforms import Field as WtField
from wtforms import HiddenField as WtHiddenField

from contracts.errors import DomainError
from gateway.french import typeset
from gateway.metrics import REFUSALS
from gateway.sentences import problem, sentence_of


class Form(FlaskForm):
    """A form of the site. `status` is the HTTP status of the page that shows it."""

    class Meta:
        """WTForms' own messages in French too."""

        locales = ("fr_FR", "fr")

    form_errors: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status = 200

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks the answers; the layout is told when some must be corrected."""
        valid = bool(super().validate(extra_validators=extra_validators))
        if not valid:
            self._blame(422)
        return valid

    def show(self, refusal: DomainError, **fields: str) -> None:
        """Puts a service's refusal on the page: on a field, or above the form.

        `Invalid` names its fields (`problems`: {field: problem code}). Other codes go to the field given:
        `form.show(refusal, key="key")` puts every refusal on `key`; `form.show(refusal, key_unknown="key")` only
        that code.
        """
        REFUSALS.labels(refusal.code).inc()
        sentence = sentence_of(refusal)
        placed = False
        problems = refusal.details.get("problems")
        for name, code in (problems if isinstance(problems, dict) else {}).items():
            if name in self._fields:
                self._add(self._fields[name], problem(str(code)))
                placed = True
        target = fields.get(refusal.code) or (next(iter(fields)) if _same(fields) else None)
        if not placed and target and refusal.code != "service_unavailable":
            self._add(self._fields[target], sentence.text)
            placed = True
        if not placed:
            self.form_errors = [*self.form_errors, sentence.text]
        self._blame(sentence.status)

    @property
    def error_list(self) -> list[dict[str, str]]:
        """The errors for the summary, each with the address of the control it speaks of."""
        found = [{"text": text} for text in self.form_errors]
        for field in self:
            if field.errors and field.type != "CSRFTokenField":
                first = field.errors[0]
                found.append({"text": str(first), "href": f"#{getattr(field, 'first_id', field.id)}"})
        return found

    def visible(self) -> list[WtField]:
        """The fields that the reader sees, in order."""
        return [field for field in self if not isinstance(field, WtHiddenField)]

    def hidden(self) -> list[WtField]:
        """The fields that the reader does not see, CSRF token included."""
        return [field for field in self if isinstance(field, WtHiddenField)]

    @property
    def has_file(self) -> bool:
        """Must be sent as multipart."""
        return any(getattr(field, "component", "") == "file-upload" for field in self)

    def _add(self, field: WtField, text: str) -> None:
        field.errors = [*field.errors, text]

    def _blame(self, status: int) -> None:
        self.status = status
        for field in self:
            field.errors = [typeset(str(error)) for error in field.errors]
        faulty: list[Form] = g.setdefault("faulty_forms", [])
        if self not in faulty:
            faulty.append(self)


class CommandIdField(WtHiddenField):
    """A UUID made with the page and kept when it comes back; `data` is a UUID."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default=uuid4, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keeps what was sent; something else than a UUID is replaced."""
        try:
            self.data = UUID(valuelist[0])
        except (ValueError, IndexError):
            self.data = uuid4()


class CommandForm(Form):
    """A form that orders something: carries the idempotency key of its command."""

    command_id = CommandIdField()


class CheckedForm(CommandForm):
    """A form whose answers are shown once more before anything binding is done."""

    step = WtHiddenField(default="answer")

    def _blame(self, status: int) -> None:
        self.step.data = "answer"
        super()._blame(status)

    def must_be_checked(self) -> bool:
        """Call once valid. True until the reader has confirmed the page « Vérifiez vos réponses ».

        if form.validate_on_submit() and not form.to_be_changed():
            if form.must_be_checked():
                return render_template("check_answers.html", form=form, heading="Vérifiez vos réponses")
            ask(…)
        """
        if self.step.data == "confirm":
            return False
        self.step.data = "confirm"
        return True

    def to_be_changed(self) -> bool:
        """The reader pressed « Modifier »: show the form again."""
        if self.step.data != "change":
            return False
        self.step.data = "answer"
        return True

    def answers(self) -> list[tuple[str, str]]:
        """(label, answer in words) of each visible field."""
        return [(field.label.text, field.shown or "Non renseigné") for field in self.visible()]

    def kept(self) -> list[tuple[str, str]]:
        """(name, value) of every hidden input that carries the answers."""
        return [pair for field in self.visible() for pair in field.kept()]


def _same(fields: dict[str, str]) -> bool:
    return len(fields) == 1 and next(iter(fields)) == next(iter(fields.values()))
