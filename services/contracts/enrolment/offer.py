"""Enrolment: the offer."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from contracts.enrolment.deadlines import DeadlineRule
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


class ActivityView(View):
    """An activity as a page shows it."""

    terms: ActivityTerms
    adding_sentence: str
    cancelling_sentence: str


class PlaceView(View):
    """A school or a leisure centre."""

    code: str
    name: str
    kind: PlaceKind
    city: str


class OfferingView(View):
    """What a place offers: an activity, its places a session, and what sessions exist."""

    place_code: str
    activity_code: str
    capacity: int
    sessions: int = 0
    first: date | None = None
    last: date | None = None


class OfferView(View):
    """The town's offer, whole."""

    activities: list[ActivityView]
    places: list[PlaceView]
    offerings: list[OfferingView]
    school_year: str = Field(description="The one that runs today: 2026-2027")
    school_year_first: date
    school_year_last: date


class ShowOffer(Question[OfferView]):
    """What the town offers, where. Anybody may ask."""


class DefinePlace(Command[PlaceView]):
    """Makes or changes a place. Agents of `administration`, the installation."""

    code: Code
    name: str = Field(min_length=2, max_length=80)
    kind: PlaceKind = PlaceKind.SCHOOL
    city: str = ""


class DefineActivity(Command[ActivityView]):
    """Makes or changes an activity. The new deadlines hold from now on, for every session. `administration`."""

    terms: ActivityTerms


class OfferActivity(Command[OfferingView]):
    """Says that a place offers an activity, with so many places a session. `administration`.

    Sessions to come take the new number, but never less than what is taken.
    """

    activity_code: Code
    place_code: Code
    capacity: int | None = Field(default=None, ge=0, description="None: the activity's own")


class OpenSessions(Command[int]):
    """Creates the sessions of a period from the school calendar; those that exist stay. Answers how many are new.

    `place_code` None: every place that offers the activity. At most two years. `administration`.
    """

    activity_code: Code
    place_code: Code | None = None
    first: date
    last: date


class Preview(Question[list[str]]):
    """The sentences that parents would read for these rules. Agents of `administration`."""

    rules: list[DeadlineRule] = Field(max_length=10)
