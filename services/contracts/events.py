"""The facts. Named noun.verb in the past tense; that name is the routing key, `<name>.v<version>` the type.

A published fact is never changed in place, only extended with optional fields; a breaking change is a new class
with a higher `version`, told beside the old one. Snapshots (`family.updated` …) carry everything a listener may
keep, so that one message is enough to catch up. Amounts are integer euro cents; a quotient familial is in euros.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.envelope import TYPE_PREFIX
from contracts.messages import View


class Event(View):
    """A fact. `told_by`: the service that owns the subject."""

    name: ClassVar[str]
    told_by: ClassVar[str]
    version: ClassVar[int] = 1
    registry: ClassVar[dict[str, type["Event"]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        if cls.event_type() in Event.registry:
            raise TypeError(f"two events are called {cls.event_type()}")
        Event.registry[cls.event_type()] = cls

    @classmethod
    def event_type(cls) -> str:
        """The CloudEvents `type`: `fr.espace-citoyens.booking.made.v1`."""
        return f"{TYPE_PREFIX}{cls.name}.v{cls.version}"


# ---------------------------------------------------------------- accounts


class GuardianFact(View):
    """An adult of a family. `account_id` is None until the activation key was redeemed."""

    guardian_id: UUID
    account_id: UUID | None = None
    title: str = ""
    first_name: str
    last_name: str
    email: str | None = None


class QuotientFact(View):
    """A quotient familial, in euros, of a month (its first day), as the CAF computed it."""

    month: date
    euros: int = Field(ge=0)
    source: str = ""


class FamilyUpdated(Event):
    """Everything the other services may know of a family, after any change of it."""

    name = "family.updated"
    told_by = "accounts"

    family_id: UUID
    number: str = Field(description="File number printed on letters and invoices")
    label: str = Field(description="How the family is called on staff pages: its guardians' surnames")
    street: str = ""
    postcode: str = ""
    city: str = ""
    resident: bool = Field(description="Lives in the town: decides some tariffs and priorities")
    guardians: list[GuardianFact]
    child_ids: list[UUID]
    quotients: list[QuotientFact] = Field(
        default_factory=list, description="Newest last; empty is unknown, not zero"
    )


class ChildUpdated(Event):
    """A child, its school, and the families it belongs to (two when the parents live apart)."""

    name = "child.updated"
    told_by = "accounts"

    child_id: UUID
    first_name: str
    last_name: str
    birth_date: date
    place_code: str | None = Field(default=None, description="UAI of the school; None when the child left")
    class_name: str = ""
    level: str = ""
    family_ids: list[UUID]


class AccountRegistered(Event):
    """A citizen confirmed an e-mail address: the account exists."""

    name = "account.registered"
    told_by = "accounts"

    account_id: UUID


class ActivationKeyRedeemed(Event):
    """A guardian's account is now linked to the family's file."""

    name = "activation_key.redeemed"
    told_by = "accounts"

    family_id: UUID
    guardian_id: UUID
    account_id: UUID


# ---------------------------------------------------------------- enrolment


class PlaceUpdated(Event):
    """A school or a leisure centre."""

    name = "place.updated"
    told_by = "enrolment"

    place_code: str
    place_name: str
    kind: str = "school"
    city: str = ""


class ActivityUpdated(Event):
    """An activity of the town's offer, as billing and kitchens need to call it."""

    name = "activity.updated"
    told_by = "enrolment"

    activity_code: str
    activity_name: str
    unit: str = Field(description="What one booking is called on an invoice: « repas », « demi-journée »")
    child_care: bool = Field(description="Counts for the child-care tax credit (food does not)")


class EnrolmentState(StrEnum):
    """Where an enrolment stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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


class EnrolmentRequested(EnrolmentFact, Event):
    """A parent asked; the receipt (CRPA L112-11) is due."""

    name = "enrolment.requested"
    told_by = "enrolment"

    awaits_decision: bool


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


class BookingMade(BookingFact, Event):
    """A place was taken."""

    name = "booking.made"
    told_by = "enrolment"


class BookingCancelled(BookingFact, Event):
    """A place was given back in time: nothing is due."""

    name = "booking.cancelled"
    told_by = "enrolment"


class Mark(StrEnum):
    """The named check kinds of a roll-call; each carries a billing effect (see billing)."""

    PRESENT = "present"
    ABSENT_IN_TIME = "absent_in_time"
    ABSENT_JUSTIFIED = "absent_justified"
    ABSENT_UNJUSTIFIED = "absent_unjustified"
    PRESENT_WITHOUT_BOOKING = "present_without_booking"


class AttendanceLine(View):
    """One child of a sheet."""

    child_id: UUID
    family_id: UUID
    mark: Mark
    booking_id: UUID | None = None


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


# ---------------------------------------------------------------- billing


class InvoicePublished(Event):
    """A family's invoice of a month can be read and paid."""

    name = "invoice.published"
    told_by = "billing"

    invoice_id: UUID
    number: str
    family_id: UUID
    fund: str
    month: date = Field(description="First day of the month of consumption")
    total_cents: int
    due_on: date
    kind: str = Field(default="invoice", description="`invoice`, or `credit_note` with a negative total")
    left_cents: int | None = Field(
        default=None, description="Still to pay once earlier credits are taken off"
    )
    pay_online_until: date | None = None


class PaymentReceived(Event):
    """Money arrived. The receipt is due (CRPA L112-11)."""

    name = "payment.received"
    told_by = "billing"

    payment_id: UUID
    invoice_id: UUID
    invoice_number: str
    family_id: UUID
    account_id: UUID | None
    amount_cents: int
    method: str = "card"
    receipt_number: str = ""


class PaymentFailed(Event):
    """A payment was tried and did not happen; nothing was taken."""

    name = "payment.failed"
    told_by = "billing"

    payment_id: UUID
    invoice_id: UUID
    family_id: UUID
    account_id: UUID | None
    reason: str


# ---------------------------------------------------------------- documents


class DocumentStored(Event):
    """A parent put a document into the vault. Nothing is said of what it is beyond its type and size."""

    name = "document.stored"
    told_by = "documents"

    document_id: UUID
    account_id: UUID
    document_type: str
    size: int = Field(description="Bytes")
    valid_until: date | None = None


class DocumentDeleted(Event):
    """A parent took a document out of the vault."""

    name = "document.deleted"
    told_by = "documents"

    document_id: UUID
    account_id: UUID


class DocumentExpiring(Event):
    """A document of a vault will soon serve no more. Told once, thirty days ahead."""

    name = "document.expiring"
    told_by = "documents"

    document_id: UUID
    account_id: UUID
    document_type: str
    type_name: str
    valid_until: date


class DocumentShared(Event):
    """A parent attached a document to something filed: agents who handle it may open that one."""

    name = "document.shared"
    told_by = "documents"

    share_id: UUID
    document_id: UUID
    document_type: str
    account_id: UUID
    subject_kind: str = Field(description="`enrolment`, `request`")
    subject_id: UUID


class DocumentOpened(Event):
    """An agent read a shared document."""

    name = "document.opened"
    told_by = "documents"

    share_id: UUID
    document_id: UUID
    agent_id: UUID
    agent_name: str
