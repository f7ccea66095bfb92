"""Accounts: families."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.accounts.changes import ChangeRow
from contracts.accounts.consents import ConsentLine
from contracts.accounts.keys import KeyState
from contracts.accounts.records import HomeRecord
from contracts.accounts.values import Secret
from contracts.messages import Command, Question, View


class QuotientView(View):
    """A quotient familial of a month. `source`: where it was read."""

    month: date
    euros: int
    source: str = ""


class MemberView(View):
    """An adult as the other members of the household see them."""

    guardian_id: UUID
    title: str
    first_name: str
    last_name: str
    email: str | None = None
    phone: str = ""
    is_me: bool = False
    has_account: bool = False


class ChildView(View):
    """A child. `elsewhere`: it also belongs to another household, of which nothing is told."""

    child_id: UUID
    first_name: str
    last_name: str
    birth_date: date
    place_code: str | None = None
    place_name: str = ""
    class_name: str = ""
    level: str = ""
    elsewhere: bool = False


class FamilyView(View):
    """A household. `quotient` is None when unknown, which is not zero."""

    family_id: UUID
    number: str
    label: str
    street: str
    postcode: str
    city: str
    guardians: list[MemberView]
    children: list[ChildView]
    quotient: QuotientView | None = None


class AccountView(View):
    """An account, as its owner sees it."""

    account_id: UUID
    title: str = ""
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    created_at: AwareDatetime
    last_sign_in: AwareDatetime | None = Field(default=None, description="The one before this one")
    mail_failing: bool = Field(default=False, description="Mail to the address comes back")


class HouseholdView(View):
    """All that an account opens. `families` is empty until a key was redeemed."""

    account: AccountView
    families: list[FamilyView]
    certifications: list["CertificationDue"] = Field(default_factory=list)


class CertificationDue(View):
    """A home of the account with children, and whether its data are certified for the school year."""

    family_id: UUID
    label: str
    school_year: str
    signed_at: AwareDatetime | None = None


class MyHousehold(Question[HouseholdView]):
    """The account and the families of whoever asks. Raises NotSignedIn."""


class RedeemKey(Command[HouseholdView]):
    """Links the account to the guardian. Raises KeyMistyped, KeyUnknown, KeyExpired, KeyUsed, KeyOfAnother,
    TooManyAttempts. The same account redeeming the same key again gets the same answer."""

    key: Secret


class AccessView(View):
    """An agent opened a family's file. `action`: an `Access`; `detail`: what exactly."""

    at: AwareDatetime
    agent: str
    action: str
    detail: str = ""


class GuardianFile(View):
    """A guardian, as agents see them."""

    member: MemberView
    key: KeyState
    expires_at: AwareDatetime | None = None


class FamilyFile(View):
    """A family, as agents with the role family_files or billing see it.

    `accesses`: the last ones, for administration only.
    """

    family: FamilyView
    guardians: list[GuardianFile]
    quotients: list[QuotientView] = Field(description="Newest month first")
    resident: bool
    other_homes: dict[UUID, list[UUID]] = Field(description="child → its other families")
    accesses: list[AccessView] = Field(default_factory=list)
    consents: list[ConsentLine] = Field(default_factory=list)
    record: HomeRecord | None = Field(
        default=None, description="For family_files: contacts, insurances, names"
    )
    awaiting: list[ChangeRow] = Field(
        default_factory=list, description="Changes to look at, for family_files"
    )


class FamilyRow(View):
    """A family in the list."""

    family_id: UUID
    number: str
    label: str
    city: str
    children: list[str]
    accounts: int = Field(description="Guardians who have linked their account")
    guardians: int
    quotient: QuotientView | None = None


class FamiliesPage(View):
    """One page of families."""

    families: list[FamilyRow]
    page: int
    pages: int
    total: int


class SearchFamilies(Question[FamiliesPage]):
    """By surname, child's name or file number. Roles family_files, billing. Empty text: all."""

    text: str = Field(default="", max_length=100)
    page: int = Field(default=1, ge=1)


class OpenFamily(Question[FamilyFile]):
    """Roles family_files, billing. The access is recorded. Raises NotFound."""

    family_id: UUID


class SetQuotient(Command[FamilyFile]):
    """Gives the QF of a month; None takes it back to unknown. Roles family_files, billing."""

    family_id: UUID
    month: date
    euros: int | None = Field(ge=0, le=99_999)
    source: str = Field(default="", max_length=100)
