"""What enrolment tells: places, activities, enrolments, bookings, roll-calls."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.events.event import Event
from contracts.messages import View


class PlaceUpdated(Event):
    """A school or a leisure centre."""

    name = "place.updated"
    told_by = "enrolment"

    place_code: str
    place_name: str
    kind: str = "school"
    city: str = ""


class SchoolHolidays(View):
    """Days on end without school; `summer`: those between two school years. A bridge is one too, of a few days."""

    holiday_name: str
    first: date
    last: date
    summer: bool = False


class PublicHoliday(View):
    """A public holiday of metropolitan France."""

    day: date
    holiday_name: str


class SchoolYearUpdated(Event):
    """A school year of the town's zone: everything between the holidays is term, but for public holidays."""

    name = "school_year.updated"
    told_by = "enrolment"

    label: str = Field(description="2026-2027")
    first: date
    last: date
    holidays: list[SchoolHolidays] = Field(description="In order; each begins in this school year")
    public_holidays: list[PublicHoliday]


class ActivityUpdated(Event):
    """An activity of the town's offer, as billing and kitchens need to call it."""

    name = "activity.updated"
    told_by = "enrolment"

    activity_code: str
    activity_name: str
    unit: str = Field(description="What one booking is called on an invoice: « repas », « demi-journée »")
    child_care: bool = Field(description="Counts for the child-care tax credit (food does not)")
    retired: bool = Field(default=False, description="Takes nobody new; what is enrolled and booked stays")


class EnrolmentState(StrEnum):
    """Where an enrolment stands."""

    REQUESTED = "requested"
    WAITING = "waiting"  # nothing against it but that there is no place
    OFFERED = "offered"  # a freed place is held for it
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the offer was not taken in its time


class EnrolmentFact(View):
    """What every enrolment fact says."""

    enrolment_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    account_id: UUID | None = Field(default=None, description="Who asked; None when an agent did")
    activity_code: str
    activity_name: str
    place_code: str
    school_year: str = Field(description="2026-2027")


class GivenBefore(View):
    """A document that serves again: given to the town by this household, and still valid."""

    share_id: UUID = Field(description="Of the share to be made, for what it is given with now")
    given_with: UUID = Field(description="The share it was given with")
    document_id: UUID
    document_type: str
    account_id: UUID = Field(description="Whose document it is")


class EnrolmentRequested(EnrolmentFact, Event):
    """A parent asked; the receipt (CRPA L112-11) is due."""

    name = "enrolment.requested"
    told_by = "enrolment"

    awaits_decision: bool
    given_before: list[GivenBefore] = Field(
        default_factory=list, description="What the parent chose not to give again"
    )


class GivenReused(Event):
    """What the town was given before is given again with something else, by the act of whoever asks for that: documents
    passes the town's key on, or withholds it (`document.withheld`)."""

    name = "given.reused"
    told_by = "enrolment"

    subject_kind: str = Field(description="As in `document.shared`: what it is given with now")
    subject_id: UUID
    given_before: list[GivenBefore]


class EnrolmentAccepted(EnrolmentFact, Event):
    """The child may be booked."""

    name = "enrolment.accepted"
    told_by = "enrolment"


class EnrolmentRefused(EnrolmentFact, Event):
    """An agent refused, with a reason the parent reads."""

    name = "enrolment.refused"
    told_by = "enrolment"

    reason: str


class EnrolmentWithdrawn(EnrolmentFact, Event):
    """The family gave it up; no day to come was booked."""

    name = "enrolment.withdrawn"
    told_by = "enrolment"


class EnrolmentWaiting(EnrolmentFact, Event):
    """There is no place: the child waits in the line of the activity."""

    name = "enrolment.waiting"
    told_by = "enrolment"


class EnrolmentDocumentAsked(EnrolmentFact, Event):
    """A document that was to serve again cannot (`document.withheld`): the enrolment waits for another one."""

    name = "enrolment.document_asked"
    told_by = "enrolment"

    document_type: str


class EnrolmentOffered(EnrolmentFact, Event):
    """A freed place is held for the child until then."""

    name = "enrolment.offered"
    told_by = "enrolment"

    offer_ends_at: AwareDatetime


class EnrolmentLapsed(EnrolmentFact, Event):
    """The offer was not taken in its time: the place went to the next."""

    name = "enrolment.lapsed"
    told_by = "enrolment"


class WaitingState(StrEnum):
    """Where somebody in the line of a session stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"  # by the family, before or after an offer
    LAPSED = "lapsed"
    CLOSED = "closed"  # the session does not run
    OVER = "over"  # no place came while it could be booked


class WaitingFact(View):
    """A child in the line of a full session; of all of a week's where the activity is booked by week."""

    waiting_id: UUID
    session_ids: list[UUID]
    child_id: UUID
    child_name: str
    family_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    days: list[date]
    slot: str = ""


class PlaceOffered(WaitingFact, Event):
    """A freed place is held for the child until then; booking the session takes it."""

    name = "place.offered"
    told_by = "enrolment"

    offer_ends_at: AwareDatetime


class WaitingEnded(WaitingFact, Event):
    """The child is not in the line any more: the place was taken, or given up, or the offer ran out."""

    name = "waiting.ended"
    told_by = "enrolment"

    state: WaitingState


class BookingFact(View):
    """One child on one session, for one family (the one that is billed)."""

    booking_id: UUID
    session_id: UUID
    child_id: UUID
    family_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str = Field(
        default="", description="Part of the day where an activity has several; empty otherwise"
    )
    changed_by: UUID | None = Field(default=None, description="Account; None when the town did")
    handed_over: bool = Field(
        default=False,
        description="The custody calendar gave the day to the child's other home: one booking ends, another begins, "
        "and the child stays expected",
    )


class BookingMade(BookingFact, Event):
    """A place was taken."""

    name = "booking.made"
    told_by = "enrolment"


class BookingCancelled(BookingFact, Event):
    """A place was given back in time, or its session was closed: nothing is due."""

    name = "booking.cancelled"
    told_by = "enrolment"

    cancelled_because: str = Field(
        default="", description="Why the town closed the session, in French; empty when it was given back"
    )


class HandedDay(View):
    """A booking that is another home's from now on."""

    activity_name: str
    day: date
    slot: str = ""


class DaysHandedOver(Event):
    """Booked days of a child that a new custody calendar gives to a family or takes from it: it is written to once."""

    name = "days.handed_over"
    told_by = "enrolment"

    child_id: UUID
    family_id: UUID
    gained: list[HandedDay] = Field(
        default_factory=list, description="In order of day: billed to this family now"
    )
    lost: list[HandedDay] = Field(
        default_factory=list, description="In order of day: billed to the other one"
    )


class ClosureFact(View):
    """Days on which sessions do not run. Without place, activity or slot: all of them."""

    closure_id: UUID
    reason: str = Field(description="As parents read it: « Grève : la cantine est fermée »")
    first: date
    last: date
    place_code: str | None = None
    activity_code: str | None = None
    slot: str | None = None


class ClosureDeclared(ClosureFact, Event):
    """Sessions are closed: a strike, a bridge day, works. Each booking lost has its own `booking.cancelled`."""

    name = "closure.declared"
    told_by = "enrolment"


class ClosureLifted(ClosureFact, Event):
    """The sessions are open again; nobody was booked again."""

    name = "closure.lifted"
    told_by = "enrolment"


class ClosedDay(View):
    """A booking that a closure ended."""

    child_id: UUID
    activity_name: str
    day: date
    slot: str = ""


class DaysClosed(Event):
    """All that a family loses by a closure: it is written to once."""

    name = "days.closed"
    told_by = "enrolment"

    closure_id: UUID
    family_id: UUID
    reason: str
    days: list[ClosedDay] = Field(description="In order of day")


class DaysReopened(Event):
    """A closure was lifted: what the family had booked of it can be booked again, as far as the deadlines allow."""

    name = "days.reopened"
    told_by = "enrolment"

    closure_id: UUID
    family_id: UUID
    reason: str
    days: list[ClosedDay] = Field(description="In order of day; none is past")


class MealsOfPlace(View):
    """The meals of a place: diet → meals to cook. A lunch box is not one."""

    place_code: str
    place_name: str
    counts: dict[str, int] = Field(description="`usual`, `without_pork`, `without_meat`, `vegetarian`")
    lunch_boxes: int = 0


class MealsCounted(Event):
    """The meals that a kitchen cooks on a day, once its bookings have closed; again when a late change alters them.

    The subject is the kitchen and the day; a later version supersedes. Foods that some children avoid are not told: so
    small a number points at a child. The kitchen reads them on its page.
    """

    name = "meals.counted"
    told_by = "enrolment"

    kitchen_code: str
    kitchen_name: str
    day: date
    total: int = Field(description="Meals to cook, all diets and places")
    places: list[MealsOfPlace]


class Mark(StrEnum):
    """The named check kinds of a roll-call; each carries a billing effect (see billing)."""

    PRESENT = "present"
    ABSENT_IN_TIME = "absent_in_time"
    ABSENT_JUSTIFIED = "absent_justified"
    ABSENT_UNJUSTIFIED = "absent_unjustified"
    PRESENT_WITHOUT_BOOKING = "present_without_booking"


class Held(StrEnum):
    """Why a line may not be billed yet."""

    ABSENCE = "absence"  # reported; the town has not decided whether it is justified
    OBJECTION = "objection"  # the parent contests the line; the town has not answered


class AbsenceState(StrEnum):
    """Where a reported absence stands, for one day."""

    REPORTED = "reported"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
    WITHDRAWN = "withdrawn"


class AttendanceLine(View):
    """One child of a sheet. `family_id`: the one that booked, by the custody calendar; it is billed."""

    child_id: UUID
    family_id: UUID
    mark: Mark
    booking_id: UUID | None = None
    absence: AbsenceState | None = Field(
        default=None, description="Where the absence reported for this booking stands; null: none was"
    )
    held: Held | None = Field(
        default=None, description="Not to be billed until a later version of the session says otherwise"
    )


class AttendanceSettled(Event):
    """The whole roll-call of a session. A correction is a later version of the session and supersedes it."""

    name = "attendance.settled"
    told_by = "enrolment"

    session_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str = ""
    lines: list[AttendanceLine]


class CountedFamily(View):
    """How many lines of a sheet a family has."""

    family_id: UUID
    lines: int


class CountedSheet(View):
    """The version of a session's sheet that holds, and its lines by family. An empty sheet has none."""

    session_id: UUID
    activity_code: str
    day: date
    slot: str = ""
    version: int
    families: list[CountedFamily]


class AttendanceCounted(Event):
    """The sheets of a month at one place, counted because a run asked (`run.drafted`).

    `part` of `parts`: one fact a place, all told at once; a month without a sheet is one part without a place.
    """

    name = "attendance.counted"
    told_by = "enrolment"

    run_id: UUID
    month: date
    place_code: str
    part: int
    parts: int
    sheets: list[CountedSheet]


class AbsenceEffect(StrEnum):
    """What a reported absence does to the bill, for one day."""

    FREE = "free"
    BILLED = "billed"
    IF_CERTIFICATE = "if_certificate"  # not billed if the certificate is accepted
    IF_ACCEPTED = "if_accepted"  # not billed if the town accepts the reason
    ROLL_CALL = "roll_call"  # withdrawn: the roll-call decides, as if nothing had been reported


class AbsentDay(View):
    """A booked day of a report. Never why the child was away: that may say something of its health."""

    booking_id: UUID
    session_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    day: date
    slot: str = ""
    state: AbsenceState
    effect: AbsenceEffect


class AbsenceFact(View):
    """What every fact of a report says. `family_id`: the one that booked."""

    absence_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    account_id: UUID | None = Field(default=None, description="Who reported; null when an agent did")
    days: list[AbsentDay]


class AbsenceReported(AbsenceFact, Event):
    """A parent says, after the deadline, that a child does not come; the receipt (CRPA L112-11) is due."""

    name = "absence.reported"
    told_by = "enrolment"

    certificate_until: date | None = Field(
        default=None, description="Last day to give a certificate; null: none is needed"
    )


class AbsenceDecided(AbsenceFact, Event):
    """An agent qualified the days of a report, or the time to give a certificate ran out."""

    name = "absence.decided"
    told_by = "enrolment"

    lapsed: bool = Field(default=False, description="True: no certificate came in time")


class AbsenceWithdrawn(AbsenceFact, Event):
    """Whoever reported takes it back: the child comes after all."""

    name = "absence.withdrawn"
    told_by = "enrolment"


class ObjectionFact(View):
    """What both facts of an objection say: one child's line of a roll-call."""

    objection_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    account_id: UUID
    session_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    mark: Mark = Field(description="The mark that is contested")


class AttendanceContested(ObjectionFact, Event):
    """A parent contests a line; the receipt (CRPA L112-11) is due. Until it is answered, the line is held."""

    name = "attendance.contested"
    told_by = "enrolment"


class ObjectionAnswered(ObjectionFact, Event):
    """An agent answered. A correction is also a new version of the session's roll-call."""

    name = "attendance.objection_answered"
    told_by = "enrolment"

    corrected: bool
    corrected_to: Mark | None = Field(default=None, description="Null: maintained, or taken off the sheet")
    answer: str


class Consulted(StrEnum):
    """What an agent opened of a child."""

    ENROLMENT = "enrolment"
    BOOKINGS = "bookings"
    ABSENCE = "absence"
    OBJECTION = "objection"


class ChildConsulted(Event):
    """An agent opened a child's enrolment or bookings. Told for the record of accesses."""

    name = "child.consulted"
    told_by = "enrolment"

    what: Consulted
    family_id: UUID
    child_id: UUID
    agent_id: UUID
    agent_name: str
    detail: str = Field(description="What was opened, in French: « Léa Martin, Restauration scolaire »")
