"""Telephone numbers as people type them: brought to the way they are dialled from France, or kept as E.164."""

import phonenumbers

_REGIONS = ("FR", "GP", "GF", "MQ", "RE", "YT")
"""Numbers that begin with 0 are those of France; the overseas departments number apart."""
_FRANCE = 33


class NotATelephone(ValueError):
    """No number that could ring."""


def read(text: str) -> str:
    """« 0639981234 », « +33 (0)6 39 98 12 34 » → « 06 39 98 12 34 »; a foreign number → « +41 44 668 18 00 ».

    Raises NotATelephone.
    """
    return _write(_find(text))


def read_e164(text: str) -> str:
    """« 06 39 98 12 34 » → `+33639981234`. Raises NotATelephone."""
    return phonenumbers.format_number(_find(text), phonenumbers.PhoneNumberFormat.E164)


def shown(kept: str) -> str:
    """A number kept as E.164, as it is dialled from here; anything else as it stands."""
    number = _parse(kept, None)
    return kept if number is None else _write(number)


def gateway_address(pattern: str, kept: str) -> str:
    """The mail address that becomes a text message: `{number}@sms.example` → `33639981234@sms.example`."""
    return pattern.replace("{number}", kept.removeprefix("+"))


def _find(text: str) -> phonenumbers.PhoneNumber:
    numbers = [number for region in _REGIONS if (number := _parse(text, region)) is not None]
    for number in numbers:
        if phonenumbers.is_valid_number(number):
            return number
    # The library knows the ranges of the day it was released; a French number of a newer one rings all the same.
    for number in numbers:
        digits = str(number.national_number)
        if number.country_code == _FRANCE and len(digits) == 9 and digits[0] in "1234567":
            return number
    raise NotATelephone(text)


def _parse(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return None if number.extension else number


def _write(number: phonenumbers.PhoneNumber) -> str:
    shape = phonenumbers.PhoneNumberFormat
    at_home = number.country_code == _FRANCE
    return phonenumbers.format_number(number, shape.NATIONAL if at_home else shape.INTERNATIONAL)
