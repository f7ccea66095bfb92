"""Telephone numbers as people type them, brought to the way they are dialled from France."""

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
    numbers = [number for region in _REGIONS if (number := _parse(text, region)) is not None]
    for number in numbers:
        if phonenumbers.is_valid_number(number):
            return _write(number)
    # The library knows the ranges of the day it was released; a French number of a newer one rings all the same.
    for number in numbers:
        digits = str(number.national_number)
        if number.country_code == _FRANCE and len(digits) == 9 and digits[0] in "1234567":
            return _write(number)
    raise NotATelephone(text)


def _parse(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return None if number.extension else number


def _write(number: phonenumbers.PhoneNumber) -> str:
    shape = phonenumbers.PhoneNumberFormat
    at_home = number.country_code == _FRANCE
    return phonenumbers.format_number(number, shape.NATIONAL if at_home else shape.INTERNATIONAL)
