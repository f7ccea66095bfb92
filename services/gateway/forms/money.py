"""A sum of money that is typed."""

import re
from typing import Any

from wtforms import StringField

from gateway import french
from gateway.forms.component import Component, Params
from gateway.forms.fields import tidy

_SUM = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?")
_NOISE = str.maketrans("", "", " \u00a0\u202f€")


class EurosField(Component, StringField):
    """Euros, typed as people write them (`12`, `12,5`, `1 234,50 €`); `data` is whole cents or None."""

    data: int | None

    def __init__(self, label: str, validators: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("classes", "govuk-input--width-5")
        super().__init__(label, validators, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the sum; an empty box is no answer."""
        self.data = None
        text = tidy(valuelist[0] if valuelist else "").translate(_NOISE)
        if not text:
            return
        found = _SUM.fullmatch(text)
        if found is None or not text.isascii():
            raise ValueError("Saisissez une somme en euros, par exemple 24,50.")
        euros, cents = found.groups()
        self.data = int(euros) * 100 + int((cents or "0").ljust(2, "0"))

    def own_params(self) -> Params:
        typed = self.raw_data[0] if self.raw_data else self._value()
        return {"type": "text", "inputmode": "decimal", "value": typed, "suffix": {"text": "€"}}

    @property
    def shown(self) -> str:
        return "" if self.data is None else french.euros(self.data)

    def _value(self) -> str:
        return "" if self.data is None else f"{self.data // 100},{self.data % 100:02d}"
