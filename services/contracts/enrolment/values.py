"""Enrolment: what its parts share."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.messages import Message

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Weekday = Annotated[int, Field(ge=1, le=7)]

LONGEST_PERIOD_DAYS = 366


class Period(Message):
    """Days on end, first and last included; a year at most."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("period_out_of_order")
        if (self.last - self.first).days > LONGEST_PERIOD_DAYS:
            raise ValueError("period_too_long")
        return self
