"""Accounts: with which of its two families a child is, day by day.

An agreement speaks of two sides. In what a guardian sends and reads, `first` is their own home and `second` the child's
other one, of which nothing else is told. For agents, and in the database, the sides are the two families in the order
of their ids.
"""

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from contracts.accounts.changes import ChangeState
from contracts.enrolment.values import Weekday
from contracts.errors import Conflict
from contracts.messages import Command, Message, Question, View


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


class Basis(StrEnum):
    """What a calendar rests on."""

    JUDGMENT = "judgment"
    AGREEMENT = "agreement"


class CustodyDraft(Message):
    """A calendar as it is stated: what holds from a day on. `terms` None: no calendar holds any more."""

    terms: CustodyTerms | None
    valid_from: date
    basis: Basis


class Why(StrEnum):
    """What decided a day."""

    WEEK = "week"
    WEEKDAY = "weekday"
    WEEKEND = "weekend"
    ALWAYS = "always"
    HOLIDAY_HALF = "holiday_half"
    HOLIDAY_WHOLE = "holiday_whole"
    SUMMER_HALF = "summer_half"
    SUMMER_FORTNIGHT = "summer_fortnight"
    PERIOD = "period"


class CustodyDays(View):
    """Days on end with one side, for one reason. `part`: of halves 1 or 2, of fortnights 1 and so on."""

    first: date
    last: date
    side: Side
    why: Why
    holiday: str = ""
    part: int = 0


class AgreementView(View):
    """What holds from a day on. `valid_to` None: until another one is decided."""

    draft: CustodyDraft
    valid_to: date | None = None


class Opinion(StrEnum):
    """What a home answers to what the other one stated."""

    AGREES = "agrees"
    OBJECTS = "objects"


class OpinionView(View):
    """An answer; its text is read by the home that wrote it and by agents."""

    opinion: Opinion
    text: str
    at: AwareDatetime


class ProposalView(View):
    """A calendar that one of the two homes has stated and that an agent has yet to decide, or has refused.

    `opinion`: what the reader's home has answered to the other home's.
    """

    change_id: UUID
    draft: CustodyDraft
    state: ChangeState
    by_other_home: bool
    asked_at: AwareDatetime
    reason: str = Field(default="", description="Of a refusal")
    days: list[CustodyDays] = Field(description="What it would give, for eight weeks")
    opinion: OpinionView | None = None


class SchoolYearView(View):
    """A school year that is known."""

    label: str
    first: date
    last: date


class CustodyView(View):
    """The calendar of a child for a school year, as a guardian of one of its homes sees it.

    `days`: of the school year shown; days that no agreement decides are in none. `agreements`: what holds and what
    will, in order.
    """

    child_id: UUID
    family_id: UUID = Field(description="The reader's own home")
    first_name: str
    last_name: str
    years: list[SchoolYearView]
    shown: SchoolYearView | None = Field(description="None while no school year is known")
    days: list[CustodyDays]
    agreements: list[AgreementView]
    proposals: list[ProposalView]


class ShowCustody(Question[CustodyView]):
    """The calendar of a child of two families. Guardians of one of them. `label`: the school year, this one when empty.

    Raises NotFound, also for a child of one family.
    """

    child_id: UUID
    family_id: UUID | None = Field(default=None, description="Which of their homes, for a guardian of both")
    label: str = Field(default="", max_length=9)


class PreviewView(View):
    """The days that a draft would give, from its first day on or from today, for eight weeks."""

    first_name: str
    days: list[CustodyDays]


class PreviewCustody(Question[PreviewView]):
    """What a draft would give. Guardians of one of the child's two families.

    Raises NotFound, Invalid (`valid_from`).
    """

    child_id: UUID
    family_id: UUID | None = None
    draft: CustodyDraft


class StateCustody(Command[ProposalView]):
    """States a calendar; an agent decides, and the other home is written to, so that it can answer.

    A newer one of the same home takes the place of one that awaits: `awaiting` is that one, as the page showed it.
    Guardians of one of the child's two families. Raises NotFound, Invalid (`valid_from`),
    ChangedMeanwhile, CustodyHolds.
    """

    child_id: UUID
    family_id: UUID | None = None
    draft: CustodyDraft
    awaiting: UUID | None = None


class AnswerCustody(Command[ProposalView]):
    """What a home answers to the calendar that the other one stated; a later answer replaces it. Agents read it.

    Raises NotFound, ChangeClosed, Invalid (`text`: an objection says why).
    """

    change_id: UUID
    opinion: Opinion
    text: str = Field(default="", max_length=1000)


class HomeView(View):
    """One of the two homes, as agents see it."""

    family_id: UUID
    number: str
    label: str


class HomeOpinion(View):
    """An answer as agents read it: of whom."""

    side: Side
    by: str
    opinion: Opinion
    text: str
    at: AwareDatetime


class RivalView(View):
    """What the other home has stated for the same child, and that awaits as well."""

    change_id: UUID
    draft: CustodyDraft
    by: str
    asked_at: AwareDatetime


class CustodyFile(View):
    """A stated calendar as an agent decides it. `present`: what holds; `seen`: the same, to be sent back with the
    decision (`DecideChange`). `homes`: first side, second side."""

    change_id: UUID
    state: ChangeState
    child_id: UUID
    child_name: str
    homes: tuple[HomeView, HomeView]
    side: Side = Field(description="The home that stated it")
    by: str
    asked_at: AwareDatetime
    draft: CustodyDraft
    days: list[CustodyDays] = Field(description="What it would give, for eight weeks")
    present: CustodyDraft | None
    present_days: list[CustodyDays] = Field(description="The same days as they are")
    seen: JsonValue
    opinions: list[HomeOpinion]
    rivals: list[RivalView]
    ended_by: str = ""
    ended_at: AwareDatetime | None = None
    reason: str = ""


class OpenCustody(Question[CustodyFile]):
    """Role family_files. The access is recorded with both families. Raises NotFound."""

    change_id: UUID


class CustodyNeedsTwoHomes(Conflict):
    """The child does not belong to exactly two families any more."""

    code = "custody_needs_two_homes"


class CustodyHolds(Conflict):
    """The calendar stated is the one that holds already."""

    code = "custody_holds"
