"""Fields that are chosen from: radios, checkboxes, a list.

Choices are (value, label) or (value, label, hint).
"""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField
from wtforms import Field as WtField
from wtforms.validators import ValidationError

from gateway.forms.component import Component, Params

Choice = tuple[str, str] | tuple[str, str, str]


class _Choices(Component, WtField):
    """What the fields with choices share."""

    def __init__(
        self, label: str, validators: Any = (), *, choices: Sequence[Choice] = (), **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.choices: list[Choice] = list(choices)

    def labels(self) -> dict[str, str]:
        """value → label."""
        return {choice[0]: choice[1] for choice in self.choices}

    def items(self) -> list[Params]:
        """The choices as the component takes them."""
        items = []
        for choice in self.choices:
            item: Params = {"value": choice[0], "text": choice[1]}
            if len(choice) > 2 and choice[2]:
                item["hint"] = {"text": choice[2]}
            items.append(item)
        return items


class RadiosField(_Choices):
    """One of a few, all visible; `data` is the value or None. `field.choices = […]` before validation is fine."""

    component = "radios"
    macro = "govukRadios"
    grouped = True

    def process_data(self, value: Any) -> None:
        """None stays None rather than the word « None »."""
        self.data = None if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The empty value is no answer."""
        self.data = (valuelist[0] if valuelist else None) or None

    @property
    def shown(self) -> str:
        return self.labels().get(str(self.data), "")

    def kept(self) -> list[tuple[str, str]]:
        return [(self.name, str(self.data))] if self.data else []

    def pre_validate(self, _form: Any) -> None:
        """An answer must be one of those offered; none at all is for `required` to refuse."""
        if self.data is not None and self.data not in self.labels():
            raise ValidationError("Choisissez l’une des réponses proposées.")

    def own_params(self) -> Params:
        return {"items": self.items(), "value": self.data}


class SelectField(RadiosField):
    """One of many, in a native list that opens on « Choisissez »."""

    component = "select"
    macro = "govukSelect"
    grouped = False

    def __init__(
        self, label: str, validators: Any = (), *, prompt: str = "Choisissez dans la liste", **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.prompt = prompt

    def own_params(self) -> Params:
        prompt = [{"value": "", "text": self.prompt}] if self.prompt else []
        return {"items": prompt + self.items(), "value": self.data or ""}


class CheckboxesField(_Choices):
    """Any number of a few; `data` is a list of values."""

    component = "checkboxes"
    macro = "govukCheckboxes"
    grouped = True

    def process_data(self, value: Any) -> None:
        """Nothing is an empty list."""
        self.data = [str(each) for each in value or []]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Every ticked value, once."""
        self.data = list(dict.fromkeys(valuelist))

    @property
    def shown(self) -> str:
        return ", ".join(self.labels().get(value, "") for value in self.data or [])

    def kept(self) -> list[tuple[str, str]]:
        return [(self.name, value) for value in self.data or []]

    def pre_validate(self, _form: Any) -> None:
        """Every answer must be one of those offered."""
        if not set(self.data or []) <= self.labels().keys():
            raise ValidationError("Choisissez parmi les réponses proposées.")

    def own_params(self) -> Params:
        return {"items": self.items(), "values": self.data or []}


class CheckboxField(Component, BooleanField):
    """One box to tick: « J’ai lu … »; `data` is a bool. The label is the box's; `legend` says what is asked."""

    component = "checkboxes"
    macro = "govukCheckboxes"

    def __init__(self, label: str, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)

    @property
    def shown(self) -> str:
        return "Oui" if self.data else "Non"

    def kept(self) -> list[tuple[str, str]]:
        return [(self.name, "y")] if self.data else []

    def own_params(self) -> Params:
        return {
            "idPrefix": self.id,
            "items": [{"value": "y", "text": self.label.text, "checked": bool(self.data)}],
        }
