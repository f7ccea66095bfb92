"""What accounts tells: accounts, families, children, keys."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.events.event import Event
from contracts.messages import View


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
    email: str = Field(default="", description="The address confirmed")


class AccountAddressConfirmed(Event):
    """An account has this confirmed address. Told once of each account that was registered before the fact said so."""

    name = "account.address_confirmed"
    told_by = "accounts"

    account_id: UUID
    email: str


class AccountAddressChanged(Event):
    """Both sides agreed to another address: the account's is this one from now on."""

    name = "account.address_changed"
    told_by = "accounts"

    account_id: UUID
    email: str


class ActivationKeyRedeemed(Event):
    """A guardian's account is now linked to the family's file."""

    name = "activation_key.redeemed"
    told_by = "accounts"

    family_id: UUID
    guardian_id: UUID
    account_id: UUID


class CustodySpan(View):
    """Days on end that a child is with a family, first and last included. A day belongs to the home that brings the
    child to school."""

    first: date
    last: date
    family_id: UUID


class CustodyUpdated(Event):
    """With which of its families a child is, from this school year's first day to the end of the last one known.

    Days in no span are decided by no agreement; without any span there is no calendar.
    """

    name = "custody.updated"
    told_by = "accounts"

    child_id: UUID
    agreement_id: UUID | None = Field(default=None, description="The agreement in force, or the next one")
    spans: list[CustodySpan] = Field(description="In order, none sharing a day")


class DietUpdated(Event):
    """What a child is served and what it must not be served; never why."""

    name = "diet.updated"
    told_by = "accounts"

    child_id: UUID
    diet: str = Field(description="`usual`, `without_pork`, `without_meat`, `vegetarian`")
    avoided: list[str] = Field(
        description="Codes of the fourteen allergens of regulation (EU) 1169/2011, annex II"
    )
    lunch_box: bool = Field(description="The family provides the meal")


class AccountClosed(Event):
    """A parent closed the account: what was kept for it alone is to be erased. Nobody will sign in to it again."""

    name = "account.closed"
    told_by = "accounts"

    account_id: UUID


class FamilyCertified(Event):
    """A guardian certified the family's data for a school year: once a year and home."""

    name = "family.certified"
    told_by = "accounts"

    family_id: UUID
    school_year: str = Field(description="2026-2027")
    signed_at: AwareDatetime
    account_id: UUID = Field(description="Who signed")
