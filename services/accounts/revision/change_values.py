"""What may be written into a family's file: each reader gives the value as it is kept, or says what is wrong.

    read_all(values, {"first_name": name, "phone": optional(telephone)})

Problems are codes; the gateway has their sentences. A reader of several parts names the part that is wrong.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from uuid import UUID

from pydantic import JsonValue

from accounts import telephones
from accounts.names import is_blank, proper, tidy
from contracts.errors import Invalid

Reader = Callable[[JsonValue], JsonValue]


class Unusable(ValueError):
    """The value cannot be used: `problems` by part, or one code for the whole."""

    def __init__(self, code: str = "", **parts: str) -> None:
        super().__init__(code)
        self.code, self.parts = code, parts


def read_all(
    values: Mapping[str, JsonValue], readers: Mapping[str, Reader], *, whole: bool = False
) -> dict[str, JsonValue]:
    """The values as they are kept; with `whole`, every field must be there. Raises Invalid, with every problem."""
    problems: dict[str, str] = {field: "invalid" for field in values if field not in readers}
    found: dict[str, JsonValue] = {}
    for field, reader in readers.items():
        if field not in values:
            if whole:
                problems[field] = "missing"
            continue
        try:
            found[field] = reader(values[field])
        except Unusable as fault:
            problems.update(fault.parts or {field: fault.code})
    if problems:
        raise Invalid(problems=dict(problems))
    return found


def parts(readers: Mapping[str, Reader]) -> Reader:
    """Several answers that make sense together only: {part: value}."""

    def read(value: JsonValue) -> JsonValue:
        if not isinstance(value, dict):
            raise Unusable("invalid")
        try:
            return read_all(value, readers, whole=True)
        except Invalid as fault:
            problems = fault.details["problems"]
            raise Unusable(**{str(k): str(v) for k, v in dict(problems).items()}) from None  # type: ignore[arg-type]

    return read


def text(at_most: int = 300) -> Reader:
    """One line, not empty."""

    def read(value: JsonValue) -> JsonValue:
        line = tidy(value) if isinstance(value, str) else ""
        if is_blank(line):
            raise Unusable("missing")
        if len(line) > at_most:
            raise Unusable("too_long")
        return line

    return read


def name(value: JsonValue) -> JsonValue:
    """A name, in any alphabet; « D'ARC » as « D’Arc »."""
    line = proper(str(text()(value)))
    if not any(sign.isalpha() for sign in line):
        raise Unusable("not_a_name")
    return line


def optional(reader: Reader, empty: JsonValue = "") -> Reader:
    """The same, or nothing."""
    return lambda value: empty if value in (None, "") or value == empty else reader(value)


def telephone(value: JsonValue) -> JsonValue:
    """A number that can ring."""
    try:
        return telephones.read(str(text(40)(value)))
    except telephones.NotATelephone:
        raise Unusable("not_a_telephone") from None


def one_of(choices: Collection[str]) -> Reader:
    """One of a few codes."""

    def read(value: JsonValue) -> JsonValue:
        if value in (None, ""):
            raise Unusable("missing")
        if value not in choices:
            raise Unusable("invalid")
        return value

    return read


def flag(value: JsonValue) -> JsonValue:
    """Yes or no."""
    if not isinstance(value, bool):
        raise Unusable("invalid")
    return value


def some_of(ids: Collection[UUID]) -> Reader:
    """At least one of these, in the order of their ids."""

    def read(value: JsonValue) -> JsonValue:
        chosen = {str(each) for each in value} if isinstance(value, list) else set()
        if not chosen:
            raise Unusable("missing")
        if not chosen <= {str(each) for each in ids}:
            raise Unusable("invalid")
        return [*sorted(chosen)]

    return read


def day(value: JsonValue) -> JsonValue:
    """A date, as « 2018-05-04 »."""
    if value in (None, ""):
        raise Unusable("missing")
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Unusable("invalid") from None


def birth_date(today: date, oldest: int = 25) -> Reader:
    """The day somebody was born who may be on a school's register: not to come, not `oldest` years ago."""

    def read(value: JsonValue) -> JsonValue:
        born = date.fromisoformat(str(day(value)))
        if born > today:
            raise Unusable("in_future")
        if born.year < today.year - oldest:
            raise Unusable("too_long_ago")
        return born.isoformat()

    return read


def postcode(value: JsonValue) -> JsonValue:
    """Five digits, with or without a space."""
    code = str(text(10)(value)).replace(" ", "")
    if len(code) != 5 or not (code.isascii() and code.isdigit()):
        raise Unusable("not_a_postcode")
    return code
