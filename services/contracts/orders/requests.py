"""What another municipal system may order of a request: to take it over, to decide it.

The broker says who sends (`user_id`, which it holds to the connection's own user); an administrator says, for each
department, whose orders count for its requests.
"""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.orders.order import Order


class Outcome(StrEnum):
    """What is decided."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class TakeRequestOver(Order):
    """The system works on the request from now on. Once taken, again changes nothing."""

    name = "request.take_over"
    obeyed_by = "enrolment"

    request_id: UUID


class DecideRequestOver(Order):
    """The system has decided. `words` is the letter: a refusal needs its reasons. The same decision again is none."""

    name = "request.decide"
    obeyed_by = "enrolment"

    request_id: UUID
    outcome: Outcome
    words: str = Field(default="", max_length=4000, description="What the requester reads")
    decided_by: str = Field(default="", max_length=200, description="Who decided: CRPA L111-2")
