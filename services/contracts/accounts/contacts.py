"""Accounts: whom a family trusts with its children, and how they are insured."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.messages import View

EMERGENCY_RANKS = 5
"""How many contacts can be given a place in the order of calling."""


class Relation(StrEnum):
    """What a contact is to the child."""

    GRANDPARENT = "grandparent"
    UNCLE_AUNT = "uncle_aunt"
    SIBLING = "sibling"
    STEP_PARENT = "step_parent"
    CHILD_MINDER = "child_minder"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    OTHER = "other"


class ContactView(View):
    """A contact of a home. `call_order`: 1 is called first, None not in an emergency."""

    contact_id: UUID
    first_name: str
    last_name: str
    relation: Relation
    phones: list[str]
    call_order: int | None = None
    may_collect: bool = False
    child_ids: list[UUID] = Field(default_factory=list)


class InsuranceView(View):
    """The school insurance a home has taken for a child. `valid_until`: the last day covered."""

    child_id: UUID
    company: str
    number: str
    valid_until: date
    expired: bool = False
