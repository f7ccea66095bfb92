"""Fields that are typed or picked: text, e-mail, telephone, password, number, date, file."""

import unicodedata
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field as WtField
from wtforms import HiddenField as WtHiddenField
from wtforms import StringField

from gateway import french
from gateway.forms.component import Component, Params

NARROW = "govuk-!-width-one-third"
HALF = "govuk-!-width-one-half"

_JOINERS = "\u200c\u200d"
_KEPT = f"\n\r\t{_JOINERS}"


def tidy(text: str | None) -> str:
    """Composed, without control or invisible signs, or spaces around: what people paste is rarely what they see.

    The two joiners stay within: Persian and Indian words are spelled with them.
    """
    composed = unicodedata.normalize("NFC", text or "")
    kept = (sign for sign in composed if sign in _KEPT or unicodedata.category(sign) not in {"Cc", "Cf"})
    return "".join(kept).strip().strip(_JOINERS)


class TextField(Component, StringField):
    """One line of text, tidied."""

    kind = "text"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keeps the tidy text."""
        if valuelist:
            self.data = tidy(valuelist[0])

    def own_params(self) -> Params:
        return {"type": self.kind, "value": self.data or ""}


class EmailField(TextField):
    """An e-mail address. Give it `email_address()`."""

    kind = "email"

    def __init__(self, label: str = "Adresse courriel", validators: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "email")
        super().__init__(label, validators, **kwargs)

    def own_params(self) -> Params:
        return {**super().own_params(), "spellcheck": False, "autocapitalize": "none"}


class PhoneField(TextField):
    """A telephone number."""

    kind = "tel"

    def __init__(self, label: str = "Téléphone", validators: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "tel")
        kwargs.setdefault("classes", HALF)
        super().__init__(label, validators, **kwargs)


class NumberField(Component, StringField):
    """A whole number, typed with a numeric keyboard; `data` is an int or None."""

    data: int | None

    def __init__(self, label: str, validators: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("classes", "govuk-input--width-5")
        super().__init__(label, validators, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the number, with or without spaces between thousands."""
        self.data = None
        text = "".join(tidy(valuelist[0] if valuelist else "").split()).replace(french.NARROW, "")
        if not text:
            return
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise ValueError("Saisissez un nombre entier, avec des chiffres seulement.")
        self.data = int(text)

    def own_params(self) -> Params:
        typed = self.raw_data[0] if self.raw_data else ("" if self.data is None else str(self.data))
        return {"type": "text", "inputmode": "numeric", "value": typed}

    @property
    def shown(self) -> str:
        return "" if self.data is None else str(self.data)

    def _value(self) -> str:
        return self.shown


class PasswordField(Component, StringField):
    """A password, with a button to show it. Never sent back to the page; not tidied: every sign counts."""

    component = "password-input"
    macro = "govukPasswordInput"

    def __init__(self, label: str = "Mot de passe", validators: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "current-password")
        super().__init__(label, validators, **kwargs)

    def own_params(self) -> Params:
        return {
            "showPasswordText": "Afficher",
            "hidePasswordText": "Masquer",
            "showPasswordAriaLabelText": "Afficher le mot de passe",
            "hidePasswordAriaLabelText": "Masquer le mot de passe",
            "passwordShownAnnouncementText": "Votre mot de passe est visible",
            "passwordHiddenAnnouncementText": "Votre mot de passe est masqué",
        }

    @property
    def shown(self) -> str:
        return "••••••••"

    def kept(self) -> list[tuple[str, str]]:
        """A password is not carried in a page: a checked form has none."""
        raise TypeError("a password cannot be carried through a page")


class TextareaField(TextField):
    """Several lines of text."""

    component = "textarea"
    macro = "govukTextarea"

    def __init__(self, label: str, validators: Any = (), *, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.rows = rows

    def own_params(self) -> Params:
        return {"value": self.data or "", "rows": str(self.rows)}


class DateField(Component, WtField):
    """A date in three boxes, day, month, year; `data` is a date or None.

    The three share the field's name and come in that order. `birth=True` lets the browser fill a birth date.
    """

    component = "date-input"
    macro = "govukDateInput"
    grouped = True
    _PARTS = (("day", "Jour", 2), ("month", "Mois", 2), ("year", "Année", 4))

    def __init__(self, label: str, validators: Any = (), *, birth: bool = False, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.birth = birth
        self.typed: list[str] = []

    @property
    def first_id(self) -> str:
        return f"{self.id}-day"

    @property
    def shown(self) -> str:
        return french.day(self.data) if self.data else ""

    def kept(self) -> list[tuple[str, str]]:
        return [(self.name, part) for part in self._boxes()]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Reads the three boxes; empty boxes are no answer."""
        self.data = None
        self.typed = [tidy(part) for part in valuelist[:3]]
        if not any(self.typed):
            return
        if len(self.typed) != 3 or not all(part.isascii() and part.isdigit() for part in self.typed):
            raise ValueError("Saisissez une date complète : jour, mois et année, en chiffres.")
        number, month, year = (int(part) for part in self.typed)
        if year < 1900:
            raise ValueError("Saisissez l’année avec quatre chiffres.")
        try:
            self.data = date(year, month, number)
        except ValueError:
            raise ValueError("Cette date n’existe pas : vérifiez le jour et le mois.") from None

    def own_params(self) -> Params:
        boxes = self._boxes()
        items = []
        for (part, label, width), value in zip(self._PARTS, boxes, strict=True):
            faulty = " govuk-input--error" if self.errors else ""
            items.append(
                {
                    "id": f"{self.id}-{part}",
                    "name": self.name,
                    "label": label,
                    "value": value,
                    "classes": f"govuk-input--width-{width}{faulty}",
                    "autocomplete": f"bday-{part}" if self.birth else None,
                }
            )
        return {"items": items}

    def _boxes(self) -> list[str]:
        if self.typed:
            return [*self.typed, "", "", ""][:3]
        if self.data:
            return [str(self.data.day), str(self.data.month), str(self.data.year)]
        return ["", "", ""]


class FileField(Component, WtField):
    """One file; `data` is a werkzeug FileStorage or None. `accept`: what the picker offers first."""

    component = "file-upload"
    macro = "govukFileUpload"

    def __init__(
        self,
        label: str,
        validators: Any = (),
        *,
        accept: str = "image/jpeg,image/png,image/heic,application/pdf",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.accept = accept

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Takes the file, if one was chosen."""
        files = [part for part in valuelist if isinstance(part, FileStorage) and part.filename]
        self.data = files[0] if files else None

    @property
    def shown(self) -> str:
        return str(self.data.filename) if self.data else ""

    def kept(self) -> list[tuple[str, str]]:
        """A file is not carried in a page: store it first, carry its reference."""
        raise TypeError("a file cannot be carried through a page")

    def own_params(self) -> Params:
        return {"attributes": {"accept": self.accept}}


class HiddenField(WtHiddenField):
    """A value the reader does not see."""
