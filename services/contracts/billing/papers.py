"""Billing: the papers of a family's account, year by year: statement of account, tax certificate."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.messages import Question, View


class YearOfPapers(View):
    """A calendar year in which something happened on the account. `care_cents`: what the certificate attests."""

    year: int
    care_cents: int


class FamilyPapers(View):
    """A family's years, newest first."""

    family_id: UUID
    family_label: str
    years: list[YearOfPapers]


class PapersView(View):
    """What can be printed, and the town's year of today: its papers are not final yet."""

    families: list[FamilyPapers]
    this_year: int


class MyPapers(Question[PapersView]):
    """The papers of every family that the caller is a guardian of. Citizens."""


class Movement(View):
    """A line of the account. `cents`: what it adds to what the family owes; `balance_cents`: owed after it."""

    on: date
    kind: str = Field(description="Of the ledger: `invoice`, `payment`, `refund` …")
    invoice_id: UUID
    invoice_number: str
    month: date
    is_credit_note: bool
    paid_by: str = ""
    receipt_number: str = ""
    cents: int
    balance_cents: int


class StatementView(View):
    """A calendar year of a family's account, oldest movement first. `until`: the last day it tells of."""

    family_id: UUID
    family_label: str
    family_number: str
    fund_name: str
    addressee: list[str]
    year: int
    until: date
    opening_cents: int
    movements: list[Movement]
    by_fund: dict[str, int] = Field(
        default_factory=dict,
        description="What is owed each fund at the end, by name, where there are several",
    )
    closing_cents: int
    years: list[int] = Field(description="With movements, newest first")


class OpenStatement(Question[StatementView]):
    """A year's statement of account. Guardians of the family, or role billing. NotFound for a year to come."""

    family_id: UUID
    year: int = Field(ge=2000, le=2199)


class CertifiedAmount(View):
    """What one person paid. `paid_by` empty: credits deducted, sums given back."""

    paid_by: str
    cents: int


class CertifiedChild(View):
    """What was paid for the care of a child in the year."""

    child_id: UUID
    name: str
    birth_date: date
    activities: list[str]
    amounts: list[CertifiedAmount]
    cents: int


class CertificateView(View):
    """The tax certificate of a family and a year (CGI art. 200 quater B).

    Children under six on 1 January of the year, sums received in the year. `final`: the year is over.
    """

    family_id: UUID
    family_label: str
    family_number: str
    fund_name: str
    addressee: list[str]
    year: int
    until: date
    final: bool
    children: list[CertifiedChild]
    cents: int


class OpenCertificate(Question[CertificateView]):
    """A year's tax certificate. Guardians of the family, or role billing. NotFound for a year to come."""

    family_id: UUID
    year: int = Field(ge=2000, le=2199)
