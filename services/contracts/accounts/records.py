"""Accounts: a home's part of the file, field by field."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.accounts.contacts import ContactView, InsuranceView
from contracts.messages import View


class AdultRecord(View):
    """An adult field by field, as a form shows them. `has_own_phone`: the number shown is that of their account."""

    guardian_id: UUID
    title: str
    first_name: str
    last_name: str
    usage_name: str
    phone: str
    has_own_phone: bool = False


class ChildRecord(View):
    """A child's civil status field by field; school and class are the school's to say."""

    child_id: UUID
    first_name: str
    last_name: str
    usage_name: str
    birth_date: date


class HomeRecord(View):
    """What a home has told the town, beside what `FamilyView` shows of it."""

    family_id: UUID
    adults: list[AdultRecord]
    children: list[ChildRecord]
    contacts: list[ContactView] = Field(description="Those to call in their order, then the others by name")
    insurances: list[InsuranceView]
