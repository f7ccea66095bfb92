"""Enrolment: what defines an activity beyond its name: who may enrol, when, in which groups, in what order they wait.

All of it is data that an agent types on a page; `enrolment.catalogue` says what it means, and in which words.
"""

from datetime import time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from contracts.enrolment.values import Code, Period, Weekday
from contracts.messages import Message

Age = Annotated[int, Field(ge=0, le=25)]
Slot = Annotated[str, StringConstraints(max_length=40)]


class Level(StrEnum):
    """The levels of a French school, as ONDE writes them (code de l'éducation, D. 113-1 and D. 311-10)."""

    TPS = "TPS"
    PS = "PS"
    MS = "MS"
    GS = "GS"
    CP = "CP"
    CE1 = "CE1"
    CE2 = "CE2"
    CM1 = "CM1"
    CM2 = "CM2"


class Eligibility(Message):
    """Who may enrol. What is empty is open to all.

    An age is that of the day in question, in full years: `youngest` 3 and `oldest` 5 is from the third birthday to the
    eve of the sixth. A child may be enrolled who has the age on some day of the school year; each booking asks again.
    """

    youngest: Age | None = None
    oldest: Age | None = None
    levels: frozenset[Level] = frozenset()
    schools: frozenset[Code] = frozenset()
    residents_only: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.youngest is not None and self.oldest is not None and self.oldest < self.youngest:
            raise ValueError("oldest_before_youngest")
        return self


class Window(Message):
    """From when until when something may be done. `residents_from`: earlier, for families who live in the town."""

    opens_at: AwareDatetime | None = None
    residents_from: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        given = [at for at in (self.residents_from, self.opens_at, self.closes_at) if at is not None]
        if given != sorted(given):
            raise ValueError("window_out_of_order")
        if self.residents_from is not None and self.opens_at is None:
            raise ValueError("window_without_opening")
        return self


class Opening(Period):
    """The days of a period are booked within a window: « les vacances de Noël ouvrent le 2 décembre à 8 h »."""

    window: Window


class Group(Message):
    """Children of an age who share places of their own: « 3-5 ans », 24 (code de l'action sociale, R. 227-15)."""

    code: Code
    label: str = Field(min_length=1, max_length=40)
    youngest: Age
    oldest: Age
    capacity: int = Field(ge=0, le=10_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.oldest < self.youngest:
            raise ValueError("oldest_before_youngest")
        return self


class WaitingOrder(StrEnum):
    """Who comes first on a waiting list."""

    BY_TIME = "by_time"
    RESIDENTS_FIRST = "residents_first"


class Waiting(Message):
    """A full session, or a full activity, has a waiting list; a freed place is offered for so many hours."""

    order: WaitingOrder = WaitingOrder.BY_TIME
    hours: int = Field(default=48, ge=1, le=336)


class Link(Message):
    """A part of the day that cannot be had alone: « repas » needs « matin » or « après-midi » of the same day."""

    slot: Slot
    needs: frozenset[Slot] = Field(min_length=1)


class Grain(StrEnum):
    """What is booked at once."""

    DAY = "day"
    WEEK = "week"


class SlotHours(Message):
    """When a part of the day begins and ends, in Paris."""

    slot: Slot = ""
    begins: time
    ends: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.begins:
            raise ValueError("hours_out_of_order")
        return self


class UsualDays(Message):
    """The weekdays that the page proposes for a part of the day."""

    slot: Slot = ""
    weekdays: frozenset[Weekday]
