"""Accounts: with which of its two families a child is, day by day.

An agreement speaks of two sides. `first` and `second` are the child's two families in the order of their ids, so that
the same words mean the same homes for whoever reads them; a page says « chez vous » and « dans l’autre foyer ».
"""

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.enrolment.values import Weekday
from contracts.messages import Message


class Side(StrEnum):
    """One of the two families."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> "Side":
        """The other one."""
        return Side.SECOND if self is Side.FIRST else Side.FIRST


class EvenWeeks(Message):
    """`side` has the even weeks of the calendar (ISO 8601), the other the odd ones.

    After a year of 53 weeks two odd weeks follow one another: whoever has the odd ones has both, as the words say.
    """

    kind: Literal["even_weeks"] = "even_weeks"
    side: Side


class EveryOtherWeek(Message):
    """`side` has the week of `reference`, then one week in two, without a break at the turn of the year."""

    kind: Literal["every_other_week"] = "every_other_week"
    side: Side
    reference: date


AlternationRule = EvenWeeks | EveryOtherWeek
Alternation = Annotated[AlternationRule, Field(discriminator="kind")]


class AlternateWeeks(Message):
    """A week with each. The child changes home on `changeover`: in the morning, that day is already the arriving
    home's; after school, it is still the home's that brought the child there."""

    kind: Literal["alternate_weeks"] = "alternate_weeks"
    weeks: Alternation
    changeover: Weekday = 5
    after_school: bool = True


class ChosenDays(Message):
    """Each weekday, Monday to Friday, with a side; the week-ends always with one, or alternating."""

    kind: Literal["chosen_days"] = "chosen_days"
    days: tuple[Side, Side, Side, Side, Side]
    weekends: Side | Alternation


class AlwaysWith(Message):
    """Every school week with one side."""

    kind: Literal["always"] = "always"
    side: Side


SchoolWeeks = Annotated[AlternateWeeks | ChosenDays | AlwaysWith, Field(discriminator="kind")]


class HolidayRule(StrEnum):
    """How the small holidays (autumn, Christmas, winter, spring) are shared."""

    AS_WEEKS = "as_weeks"
    HALVES = "halves"
    WHOLE = "whole"


class SummerRule(StrEnum):
    """How the summer is shared."""

    AS_WEEKS = "as_weeks"
    HALVES = "halves"
    FORTNIGHTS = "fortnights"


class NamedPeriod(Message):
    """Days decided by their date, whatever the rest says."""

    first: date
    last: date
    side: Side

    @model_validator(mode="after")
    def _in_order(self) -> "NamedPeriod":
        if self.last < self.first:
            raise ValueError("the last day precedes the first")
        return self


class CustodyTerms(Message):
    """All that an agreement says. `even_years`: the side that has the first part of the small holidays (or, when they
    are shared whole, the autumn ones) in an even year; `summer_even_years`, the first part of the summer. The sides
    change places in odd years. The year is that of the day on which the holidays (whole ones: the school year) begin.
    """

    weeks: SchoolWeeks
    holidays: HolidayRule = HolidayRule.AS_WEEKS
    even_years: Side = Side.FIRST
    summer: SummerRule = SummerRule.AS_WEEKS
    summer_even_years: Side = Side.FIRST
    periods: tuple[NamedPeriod, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _periods_apart(self) -> "CustodyTerms":
        ordered = sorted(self.periods, key=lambda period: period.first)
        if any(before.last >= after.first for before, after in pairwise(ordered)):
            raise ValueError("two periods share a day")
        return self
