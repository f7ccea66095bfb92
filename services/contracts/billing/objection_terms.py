"""Billing: the words of an objection against a line of an invoice, and what the invoice itself says of one."""

from enum import StrEnum
from uuid import UUID

from contracts.messages import View


class ObjectionReason(StrEnum):
    """What a parent says is wrong with the line."""

    NOT_THERE = "not_there"
    CANCELLED_IN_TIME = "cancelled_in_time"
    WRONG_PRICE = "wrong_price"
    OTHER = "other"


class LineObjectionState(StrEnum):
    """Open, then answered in one of three ways, or withdrawn by the family.

    `waived`: days are not due any more. `repriced`: what they were billed by was corrected, the next invoice follows.
    `explained`: the line stands.
    """

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    WAIVED = "waived"
    REPRICED = "repriced"
    EXPLAINED = "explained"


class WaiverKind(StrEnum):
    """Why days are waived: the town was wrong, or it makes a gesture."""

    ERROR = "error"
    GESTURE = "gesture"


class ObjectionMark(View):
    """What an invoice's page says beside a line that was contested. `given_cents`: what the answer gave."""

    line_id: int
    objection_id: UUID
    state: LineObjectionState
    days: int
    cents: int
    given_cents: int = 0
