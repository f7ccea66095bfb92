"""Billing: what the town grants a family: a reduction that its tariffs know, or an aid with a cap."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.billing.tariffs import Named
from contracts.billing.values import Cents
from contracts.messages import Command, Question, View


class AllowanceKind(StrEnum):
    """A reduction is the tariff's own; an aid says itself what it takes off."""

    REDUCTION = "reduction"
    AID = "aid"


class AllowanceState(StrEnum):
    """What an allowance is on a day. `used_up`: its cap is reached; `ended`: brought to an end before its date."""

    TO_COME = "to_come"
    RUNNING = "running"
    USED_UP = "used_up"
    OVER = "over"
    ENDED = "ended"


class AllowanceView(View):
    """As the family reads it. What an aid has left: as the last run, published or not, has reckoned it."""

    allowance_id: UUID
    kind: AllowanceKind
    state: AllowanceState
    name: str
    child_name: str = Field(description="Empty: every child of the family")
    activity_name: str = Field(description="Empty: every activity")
    percent: int = Field(description="Of an aid: taken off a unit's price, before `cents`")
    cents: int
    cap_cents: int | None
    cap_days: int | None
    left_cents: int | None
    left_days: int | None
    since: date
    until: date | None = Field(description="Included; before `since`: it was taken back whole")
    decision: str
    end_reason: str = ""


class GrantedAllowance(AllowanceView):
    """As the office reads it. `granted_until`: where it was to end, had it not been ended."""

    family_id: UUID
    family_label: str
    family_number: str
    granted_until: date | None
    granted_at: AwareDatetime
    granted_by_name: str
    ended_at: AwareDatetime | None
    ended_by_name: str


class ChildNamed(View):
    """A child of the family."""

    child_id: UUID
    name: str


class FamilyNamed(View):
    """A family that could be meant."""

    family_id: UUID
    number: str
    label: str


class FamilyAllowances(View):
    """What a family has, the newest first, and what it may be given. `earliest`: nothing is granted before."""

    family: FamilyNamed
    children: list[ChildNamed]
    activities: list[Named]
    reductions: list[Named] = Field(description="The kinds that the tariffs of today, or to come, know")
    allowances: list[GrantedAllowance]
    earliest: date


class OpenAllowances(Question[FamilyAllowances]):
    """A family's allowances. Role billing; told of, like the reading of a bill. Raises NotFound."""

    family_id: UUID


class AllowancePage(View):
    """`found`: the families that the words could mean, at most ten. `running`: what is not over, by family."""

    found: list[FamilyNamed]
    running: list[GrantedAllowance]
    total: int
    page: int


class FindAllowances(Question[AllowancePage]):
    """What the town grants at this time, fifty a page; a family to grant something. Role billing."""

    words: str = Field(default="", max_length=60, description="File number, or part of the name")
    page: int = Field(default=1, ge=1, le=1000)


class GrantAllowance(Command[GrantedAllowance]):
    """A reduction (`reduction`) or an aid (what it takes off, its cap) for a family or one child, for a time.

    Role billing, a person. Raises NotFound; AllowanceOverlaps; Invalid with problems on `child_id`, `activity_code`,
    `reduction`, `name`, `percent`, `cap_cents`, `since`, `until`.
    """

    family_id: UUID
    kind: AllowanceKind
    child_id: UUID | None = Field(default=None, description="None: every child")
    activity_code: str = Field(default="", max_length=40, description="Empty: every activity")
    reduction: str = Field(default="", max_length=40)
    name: str = Field(default="", max_length=60, description="Of an aid, as printed on the invoice")
    percent: int = Field(default=0, ge=0, le=100)
    cents: Cents = 0
    cap_cents: Cents | None = None
    cap_days: int | None = Field(default=None, ge=1, le=400)
    since: date
    until: date | None = Field(default=None, description="Included; an aid has one")
    decision: str = Field(
        min_length=2, max_length=200, description="Number or reason; read by the family, never told"
    )


class EndAllowance(Command[GrantedAllowance]):
    """Its last day is brought forward; the day before its first takes it back whole. The next run bills what differs.

    Role billing, a person. Raises NotFound; AllowanceOver; Invalid with a problem on `last_day`.
    """

    allowance_id: UUID
    last_day: date
    reason: str = Field(min_length=2, max_length=300, description="Read by the family, never told")
