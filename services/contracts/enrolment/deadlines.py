"""Enrolment: deadlines, as data."""

from datetime import time
from typing import Annotated, Literal

from pydantic import Field, field_validator

from contracts.enrolment.values import Weekday
from contracts.messages import Message


class _Rule(Message):
    """What the three rules share: an hour of Paris, and days on which nothing may end.

    The skipped days are left out of the count by `DaysBefore`; for the two others they move the deadline back to
    the last day that is not skipped.
    """

    at: time = Field(description="Local time of the deadline, to the minute")
    skip_weekdays: frozenset[Weekday] = frozenset()
    skip_holidays: bool = Field(default=False, description="Public holidays of metropolitan France")

    @field_validator("at")
    @classmethod
    def _to_the_minute(cls, at: time) -> time:
        if at.tzinfo or at.second or at.microsecond:
            raise ValueError("a local time, to the minute")
        return at

    @field_validator("skip_weekdays")
    @classmethod
    def _leaves_a_day(cls, days: frozenset[int]) -> frozenset[int]:
        if len(days) == 7:
            raise ValueError("at least one weekday counts")
        return days


class DaysBefore(_Rule):
    """N days before, at H: « jusqu’à 2 jours avant, 9 h ». 0 is the day itself."""

    kind: Literal["days_before"] = "days_before"
    days: int = Field(ge=0, le=60)


class WeekdayBefore(_Rule):
    """Weekday W of the week before (or `weeks` before), at H: « jusqu’au jeudi de la semaine précédente, 12 h »."""

    kind: Literal["weekday_before"] = "weekday_before"
    weekday: Weekday
    weeks: int = Field(default=1, ge=1, le=8)


class PreviousMonthDay(_Rule):
    """Day N of the month before, at H: « jusqu’au 20 du mois précédent, 18 h ». Never past that month's end."""

    kind: Literal["previous_month_day"] = "previous_month_day"
    day: int = Field(ge=1, le=31)


DeadlineRule = Annotated[DaysBefore | WeekdayBefore | PreviousMonthDay, Field(discriminator="kind")]
