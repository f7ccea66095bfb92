"""What an answer must be, each with the sentence shown when it is not.

A sentence says what to do (« Saisissez votre nom »), not what is wrong (« champ invalide »).
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms.validators import StopValidation, ValidationError

from chassis.clock import PARIS
from gateway.wiring import clock

Validator = Callable[[Any, Any], None]


def required(sentence: str) -> Validator:
    """There must be an answer: a text that is not blank, a choice, a ticked box, a file, a date."""

    def check(_form: Any, field: Any) -> None:
        if field.errors:
            raise StopValidation
        empty = field.data is None or field.data is False or field.data in ("", [])
        if empty:
            raise StopValidation(sentence)

    return check


def at_most(length: int, sentence: str = "") -> Validator:
    """A text of at most `length` signs."""

    def check(_form: Any, field: Any) -> None:
        if field.data and len(field.data) > length:
            raise ValidationError(sentence or f"Saisissez {length} caractères au plus.")

    return check


def no_more_than(number: int, sentence: str = "") -> Validator:
    """A whole number of at most `number`."""

    def check(_form: Any, field: Any) -> None:
        if isinstance(field.data, int) and field.data > number:
            raise ValidationError(sentence or f"Saisissez un nombre jusqu’à {number}.")

    return check


def matching(pattern: str, sentence: str) -> Validator:
    """A text that is, whole, of this pattern."""

    def check(_form: Any, field: Any) -> None:
        if field.data and not re.fullmatch(pattern, field.data):
            raise ValidationError(sentence)

    return check


def email_address(
    sentence: str = "Saisissez une adresse courriel complète, par exemple nom@exemple.fr.",
) -> Validator:
    """A well-formed address, brought to its usual form. Nothing is asked of its domain."""

    def check(_form: Any, field: Any) -> None:
        if not field.data:
            return
        try:
            found = validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError(sentence) from None
        if not found.local_part.isascii():
            raise ValidationError("Vérifiez cette adresse : il n’y a pas d’accent avant l’arobase.")
        field.data = found.normalized

    return check


def in_past(sentence: str = "Cette date doit être passée.") -> Validator:
    """A date before tomorrow, by the town's clock."""

    def check(_form: Any, field: Any) -> None:
        today = clock().now().astimezone(PARIS).date()
        if isinstance(field.data, date) and field.data > today:
            raise ValidationError(sentence)

    return check
