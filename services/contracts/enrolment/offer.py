"""Enrolment: the offer."""

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from contracts.enrolment.absence_terms import AbsenceTerms
from contracts.enrolment.deadlines import DeadlineRule
from contracts.enrolment.terms import (
    Eligibility,
    Grain,
    Group,
    Link,
    Opening,
    Slot,
    SlotHours,
    UsualDays,
    Waiting,
    Window,
)
from contracts.enrolment.values import Code, Weekday
from contracts.messages import Command, Message, Question, View


class PlaceKind(StrEnum):
    """What a place is."""

    SCHOOL = "school"
    LEISURE = "leisure"


class ActivityKind(StrEnum):
    """The five activities of the leaflet; a town may run several of a kind."""

    SCHOOL = "school"
    CANTEEN = "canteen"
    WEDNESDAY = "wednesday"
    EVENING = "evening"
    HOLIDAYS = "holidays"


class Season(StrEnum):
    """On which days of the school calendar an activity runs."""

    TERM = "term"
    HOLIDAYS = "holidays"
    NONE = "none"  # an enrolment without days, such as that in a school


class Where(StrEnum):
    """In which places a child may be enrolled."""

    OWN_SCHOOL = "own_school"
    ANY_OFFERED = "any_offered"


class ActivityTerms(Message):
    """All that defines an activity. Rules absent: bookings are free until the session's day begins."""

    code: Code
    name: str = Field(min_length=2, max_length=80)
    kind: ActivityKind
    unit: str = Field(description="What one booking is called: « repas », « demi-journée »", max_length=40)
    description: str = Field(default="", max_length=400)
    child_care: bool = Field(
        default=False, description="Counts for the child-care tax credit (food does not)"
    )
    at_once: bool = Field(description="Accepted at once, or on an agent's decision")
    documents: tuple[Code, ...] = Field(
        default=(), description="Document types asked for; all of them are needed"
    )
    where: Where = Where.OWN_SCHOOL
    season: Season = Season.TERM
    weekdays: frozenset[Weekday] = frozenset()
    slots: tuple[str, ...] = Field(
        default=("",), min_length=1, description="Parts of a day: (« matin », « après-midi »)"
    )
    adding: DeadlineRule | None = None
    cancelling: DeadlineRule | None = None
    capacity: int = Field(
        default=0, ge=0, description="Places of a session where the place does not say otherwise"
    )
    eligibility: Eligibility = Eligibility()
    enrolling: Window = Field(default=Window(), description="When the enrolment may be asked for")
    openings: tuple[Opening, ...] = Field(
        default=(), description="Periods whose days are booked within a window; other days need none"
    )
    booked_by: Grain = Grain.DAY
    groups: tuple[Group, ...] = Field(
        default=(), description="Where there are any, a child of no group's age has no place"
    )
    waiting: Waiting | None = Field(default=None, description="None: a full session or activity is just full")
    enrolment_places: int | None = Field(
        default=None, ge=0, description="Children enrolled at once in a place; None: as many as ask"
    )
    links: tuple[Link, ...] = ()
    usual_days: tuple[UsualDays, ...] = ()
    meal_slots: frozenset[Slot] = Field(default=frozenset(), description="Parts of the day with a meal")
    hours: tuple[SlotHours, ...] = ()
    absences: AbsenceTerms = AbsenceTerms()
    retired: bool = Field(default=False, description="Takes nobody new; what is enrolled and booked stays")

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        named = {link.slot for link in self.links}.union(*(link.needs for link in self.links))
        named |= (
            {usual.slot for usual in self.usual_days} | {each.slot for each in self.hours} | self.meal_slots
        )
        if named - set(self.slots):
            raise ValueError("unknown_slot")
        if any(link.slot in link.needs for link in self.links):
            raise ValueError("linked_to_itself")
        if len({group.code for group in self.groups}) < len(self.groups):
            raise ValueError("group_twice")
        ages = sorted((group.youngest, group.oldest) for group in self.groups)
        if any(after[0] <= before[1] for before, after in pairwise(ages)):
            raise ValueError("groups_overlap")
        periods = sorted((opening.first, opening.last) for opening in self.openings)
        if any(after[0] <= before[1] for before, after in pairwise(periods)):
            raise ValueError("openings_overlap")
        return self


class ActivityView(View):
    """An activity as a page shows it."""

    terms: ActivityTerms
    adding_sentence: str
    cancelling_sentence: str
    who_sentence: str = Field(default="", description="Who may enrol; empty: all")
    enrolling_sentence: str = Field(default="", description="When one may enrol; empty: always")
    order_sentence: str = Field(
        default="", description="Who comes first on a waiting list; empty: there is none"
    )
    notes: list[str] = Field(
        default_factory=list, description="What else governs its days, in whole sentences"
    )
    version: int = Field(default=0, description="Goes back with a change; 0: not kept yet")


class PlaceView(View):
    """A school or a leisure centre."""

    code: str
    name: str
    kind: PlaceKind
    city: str
    version: int = Field(default=0, description="Goes back with a change; 0: not kept yet")


class OfferingView(View):
    """What a place offers: an activity, its places a session, and what sessions exist."""

    place_code: str
    activity_code: str
    capacity: int
    group_capacity: dict[str, int] = Field(
        default_factory=dict, description="Group code → places, where set here"
    )
    sessions: int = 0
    first: date | None = None
    last: date | None = None


class OfferView(View):
    """The town's offer, whole."""

    activities: list[ActivityView]
    places: list[PlaceView]
    offerings: list[OfferingView]
    school_year: str = Field(description="The one whose sessions are counted: 2026-2027")
    school_year_first: date
    school_year_last: date
    school_years: list[str] = Field(default_factory=list, description="Every one that is known")


class ShowOffer(Question[OfferView]):
    """What the town offers, where, with the sessions of a school year. Anybody may ask. NotFound."""

    label: str = Field(default="", description="2026-2027; empty: the one that runs today")


class SchoolClassView(View):
    """A class of a school, as the school's register says it."""

    class_name: str
    levels: list[str]
    children: int


class PlaceOfferView(View):
    """A place whole: its classes, and what it offers among all the activities."""

    place: PlaceView
    classes: list[SchoolClassView]
    activities: list[ActivityView]
    offerings: list[OfferingView]


class ShowPlace(Question[PlaceOfferView]):
    """One place. Agents of `administration`. NotFound."""

    code: Code


class DefinePlace(Command[PlaceView]):
    """Makes or changes a place. Agents of `administration`, the installation.

    Raises PlaceChanged when it is not in the version that was shown.
    """

    code: Code
    name: str = Field(min_length=2, max_length=80)
    kind: PlaceKind = PlaceKind.SCHOOL
    city: str = Field(default="", max_length=80)
    version: int | None = Field(
        default=None, description="The one shown, 0 for a new one; None: whatever stands"
    )


class DefineActivity(Command[ActivityView]):
    """Makes or changes an activity. The new deadlines hold from now on, for every session. `administration`.

    Raises ActivityChanged when it is not in the version that was shown.
    """

    terms: ActivityTerms
    version: int | None = Field(
        default=None, description="The one shown, 0 for a new one; None: whatever stands"
    )


class OfferingShown(Message):
    """The places that an agent was shown: what they change must still be so. `capacity` None: not offered yet."""

    capacity: int | None = None
    group_capacity: dict[Code, int] = Field(default_factory=dict)


class OfferActivity(Command[OfferingView]):
    """Says that a place offers an activity, with so many places a session. `administration`.

    Sessions to come take the new number, but never less than what is taken; more places serve who waits.
    Raises OfferingChanged when the places are not those that were shown.
    """

    activity_code: Code
    place_code: Code
    capacity: int | None = Field(default=None, ge=0, description="None: the activity's own")
    group_capacity: dict[Code, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, description="Group code → places here; the activity's own for the others"
    )
    shown: OfferingShown | None = Field(default=None, description="None: whatever stands")


class OfferInPlaces(Command[int]):
    """Says that these places offer an activity, each with the activity's own number of places. `administration`.

    Those that offer it already stay as they are. Answers how many are new. NotFound.
    """

    activity_code: Code
    place_codes: tuple[Code, ...] = Field(min_length=1, max_length=200)


class OpenSessions(Command[int]):
    """Creates the sessions of a period from the school calendar; those that exist stay. Answers how many are new.

    `place_code` None: every place that offers the activity. At most two years. `administration`.
    """

    activity_code: Code
    place_code: Code | None = None
    first: date
    last: date


class ExampleDay(View):
    """A day of the activity, and the instants its rules close it."""

    day: date
    adding_closes_at: AwareDatetime
    cancelling_closes_at: AwareDatetime


class ActivityPreview(View):
    """An activity that is not kept yet, in the words that parents will read, with its next days as examples."""

    activity: ActivityView
    examples: list[ExampleDay]


class PreviewActivity(Question[ActivityPreview]):
    """What parents would read of these terms. Nothing is kept. Agents of `administration`."""

    terms: ActivityTerms


class Preview(Question[list[str]]):
    """The sentences that parents would read for these rules. Agents of `administration`."""

    rules: list[DeadlineRule] = Field(max_length=10)
