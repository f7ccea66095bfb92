"""Billing: SEPA direct debit: mandates of families, collections made by agents, what banks send back."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.billing.payments import PaymentState
from contracts.messages import Command, Question, View


class MandateState(StrEnum):
    """Whether money may be asked for under a mandate: only while it is active."""

    ACTIVE = "active"
    SUSPENDED = "suspended"  # a bank sent a debit back for a reason that will hold
    REVOKED = "revoked"
    LAPSED = "lapsed"  # not used for 36 months (SEPA rulebook)
    REPLACED = "replaced"  # the family signed another


class MandateView(View):
    """A mandate, its account masked: `iban_end` is the last four signs. `mine`: the caller signed it."""

    mandate_id: UUID
    reference: str = Field(description="Unique mandate reference (RUM)")
    fund: str
    fund_name: str
    creditor_id: str = Field(description="SEPA creditor identifier (ICS)")
    family_id: UUID
    family_label: str
    holder: str
    iban_end: str
    bic: str
    state: MandateState
    reason: str = Field(default="", description="Why it is no more active: a bank's code, or a word")
    signed_by: str
    signed_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    mine: bool = False
    resumable: bool = Field(default=False, description="Suspended for a reason that the debtor can lift")


class DebitOffer(View):
    """A fund that collects by direct debit, and a family of the caller's without an active mandate for it."""

    fund: str
    fund_name: str
    creditor_id: str
    notice_days: int = Field(description="A debit is announced so many days before")
    family_id: UUID
    family_label: str


class ComingDebit(View):
    """A debit that was announced. `filed`: the bank has the order, revoking stops it no more."""

    payment_id: UUID
    mandate_id: UUID
    collect_on: date
    cents: int
    invoices: list[str] = Field(description="Numbers")
    filed: bool


class MandateList(View):
    """« Prélèvement automatique »."""

    offers: list[DebitOffer]
    mandates: list[MandateView] = Field(description="Newest first")
    coming: list[ComingDebit]
    family_known: bool = Field(description="False until an activation key was redeemed")


class MyMandates(Question[MandateList]):
    """The mandates of every family the caller is a guardian of. Citizens."""


class SignMandate(Command[MandateView]):
    """Signs a mandate for a family of the caller's. Citizens.

    One that was suspended gives way to it. Raises NotFound, DebitNotOffered, MandateExists, Invalid (of `iban`, `bic`).
    """

    family_id: UUID
    fund: str = Field(max_length=10)
    holder: str = Field(min_length=2, max_length=70, description="As the bank knows the account's holder")
    iban: str = Field(max_length=50)
    bic: str = Field(max_length=20)


class RevokeMandate(Command[MandateView]):
    """Ends a mandate; what was announced and not sent to the bank is given up. Who signed it, or role billing.

    Raises NotFound, MandateOver.
    """

    mandate_id: UUID


class ResumeMandate(Command[MandateView]):
    """A suspended mandate serves again: its bank accepts it. Who signed it, or role billing.

    Raises NotFound, DebitNotOffered, MandateOver (36 months unused, or ended), MandateNotResumable, MandateExists.
    """

    mandate_id: UUID


class MandatePaper(View):
    """The mandate as a paper. `iban`: whole for who signed it and for role billing; masked for others."""

    mandate: MandateView
    iban: str
    address: list[str] = Field(description="Of the debtor, as signed")


class OpenMandate(Question[MandatePaper]):
    """A mandate to print. Guardians of the family, role billing. Raises NotFound."""

    mandate_id: UUID


class MandatePage(View):
    """Mandates, newest first. `total`: of all that were found."""

    mandates: list[MandateView]
    total: int
    page: int


class FindMandates(Question[MandatePage]):
    """The mandates whose family, holder, file number or reference contains a text, fifty a page. Role billing."""

    text: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


class CollectionState(StrEnum):
    """How far a collection is: told to the families, sent to the bank, given up."""

    ANNOUNCED = "announced"
    FILED = "filed"
    CANCELLED = "cancelled"


class CollectionSummary(View):
    """A collection (« prélèvement ») of a fund on a day; counts and cents leave out what was given up."""

    collection_id: UUID
    number: str
    fund: str
    fund_name: str
    collect_on: date
    state: CollectionState
    announced_at: AwareDatetime
    announced_by_name: str
    filed_at: AwareDatetime | None = None
    file_until: date = Field(description="The last day on which the bank takes the file")
    debits: int
    cents: int
    paid: int
    rejected: int
    file_kept: bool


class DebitLine(View):
    """A family's debit. `reason`: a bank's code when rejected, a word when given up before."""

    payment_id: UUID
    family_id: UUID
    family_label: str
    family_number: str
    reference: str
    iban_end: str
    sequence: str = Field(description="FRST, RCUR; empty before the file")
    invoices: list[str]
    cents: int
    state: PaymentState
    reason: str = ""


class CollectionView(View):
    """A collection with its debits, by family."""

    summary: CollectionSummary
    lines: list[DebitLine]


class DebitFund(View):
    """A fund that collects by direct debit. `proposed`: the date of the next, as its invoices fall due."""

    fund: str
    fund_name: str
    creditor_id: str
    mandates: int = Field(description="Active ones")
    earliest: date
    proposed: date


class DebitDeskView(View):
    """« Prélèvements »: what was collected, newest first; the funds that may."""

    funds: list[DebitFund]
    collections: list[CollectionSummary]


class OpenDebitDesk(Question[DebitDeskView]):
    """The agents' page. Role billing."""


class CollectionPlan(View):
    """What a collection would be, before anybody is told. `mandates`: the active ones of the fund."""

    fund: str
    fund_name: str
    collect_on: date
    debits: int
    cents: int
    mandates: int


class PlanCollection(Question[CollectionPlan]):
    """Counts what a date would collect. Role billing. Raises DebitNotOffered, CollectionDateRefused."""

    fund: str = Field(max_length=10)
    collect_on: date


class AnnounceCollection(Command[CollectionView]):
    """Tells each family with an active mandate what will be debited and when. Role billing.

    Takes what is due by that date and is not being paid otherwise. Raises DebitNotOffered, CollectionDateRefused,
    NothingToCollect.
    """

    fund: str = Field(max_length=10)
    collect_on: date


class OpenCollection(Question[CollectionView]):
    """A collection. Role billing. Raises NotFound."""

    collection_id: UUID


class MakeCollectionFile(Command[CollectionView]):
    """Makes the bank's file (pain.008), once; what may not be collected any more is left out. Role billing.

    A collection of which nothing is left is given up, and comes back cancelled. Raises NotFound, CollectionClosed,
    CollectionTooLate, DebitNotOffered.
    """

    collection_id: UUID


class CancelCollection(Command[CollectionView]):
    """Gives up a collection before its file is made; each family is told. Role billing, a person.

    Raises NotFound, CollectionClosed.
    """

    collection_id: UUID


class WithdrawDebit(Command[CollectionView]):
    """Takes one family out of a collection before its file is made. Role billing, a person.

    Raises NotFound, CollectionClosed.
    """

    payment_id: UUID


class CollectionFile(View):
    """The bank's file, as it was made, compressed (gzip)."""

    name: str
    content: bytes


class OpenCollectionFile(Question[CollectionFile]):
    """The file, the same each time. Role billing. Raises NotFound before it is made and once it is erased."""

    collection_id: UUID


class RejectDebit(Command[CollectionView]):
    """What a bank sent back, as an agent reads it: the debt is due again, the family told. Role billing, a person.

    `code`: the reason as banks write it (ISO 20022: AM04, MD01 …). Raises NotFound, RejectRefused, Invalid.
    """

    payment_id: UUID
    code: str = Field(min_length=4, max_length=4)
    rejected_on: date
