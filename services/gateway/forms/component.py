"""The bridge from a WTForms field to a component's macro."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import get_template_attribute
from markupsafe import Markup

if TYPE_CHECKING:
    from wtforms import Field as _Field
else:
    _Field = object

Params = dict[str, Any]


class Component(_Field):
    """Mixed into a field: draws it with the macro `macro` of the component `component`.

    `hint`, `classes`, `autocomplete` and anything in `params` reach the component; a template may add more when it
    draws the field: `{{ form.email(label={"classes": "govuk-label--l", "isPageHeading": true}) }}`.
    """

    component = "input"
    macro = "govukInput"
    grouped = False
    """Drawn as a fieldset, whose legend is the label."""

    def __init__(
        self,
        label: str,
        validators: Any = (),
        *,
        hint: str = "",
        classes: str = "",
        autocomplete: str = "",
        params: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.hint = hint
        self.classes = classes
        self.autocomplete = autocomplete
        self.extra_params = dict(params or {})

    @property
    def first_id(self) -> str:
        """Where the error summary's link leads: the first control of the field."""
        return str(self.id)

    @property
    def shown(self) -> str:
        """The answer in words, for « Vérifiez vos réponses »."""
        return str(self.data or "")

    def kept(self) -> list[tuple[str, str]]:
        """(name, value) of the hidden inputs that carry the answer to the next step."""
        value = self._value() if hasattr(self, "_value") else self.data
        return [(self.name, str(value))] if value not in (None, "") else []

    def own_params(self) -> Params:
        """What this kind of field adds."""
        return {}

    def widget(self, _field: Any, **overrides: Any) -> Markup:
        """Called by WTForms to draw the field."""
        params: Params = {"id": self.id, "name": self.name, "classes": self.classes}
        text = {"text": self.label.text}
        if self.grouped:
            params["idPrefix"] = self.id
            params["fieldset"] = {"legend": {**text, "classes": "govuk-fieldset__legend--s"}}
        else:
            params["label"] = {**text, "classes": "govuk-label--s"}
        if self.hint:
            params["hint"] = {"text": self.hint}
        if self.autocomplete:
            params["autocomplete"] = self.autocomplete
        if self.errors:
            params["errorMessage"] = {"text": self.errors[0], "visuallyHiddenText": "Erreur"}
        params.update(self.own_params())
        for more in (self.extra_params, overrides):
            _merge(params, more)
        macro = get_template_attribute(
            f"govuk_frontend_jinja/components/{self.component}/macro.html", self.macro
        )
        return Markup(str(macro(params)).strip())  # noqa: S704 - the macro escapes what it is given


def _merge(params: Params, more: Mapping[str, Any]) -> None:
    """Adds `more` into `params`, dictionaries into dictionaries."""
    for name, value in more.items():
        if isinstance(value, Mapping) and isinstance(params.get(name), dict):
            _merge(params[name], value)
        else:
            params[name] = value
