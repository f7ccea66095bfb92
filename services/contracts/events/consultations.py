"""What enrolment tells of the agents who looked."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.events.event import Event


class Consulted(StrEnum):
    """What an agent opened of a child."""

    ENROLMENT = "enrolment"
    BOOKINGS = "bookings"
    ABSENCE = "absence"
    OBJECTION = "objection"


class ChildConsulted(Event):
    """An agent opened a child's enrolment or bookings. Told for the record of accesses."""

    name = "child.consulted"
    told_by = "enrolment"

    what: Consulted
    family_id: UUID
    child_id: UUID
    agent_id: UUID
    agent_name: str
    detail: str = Field(description="What was opened, in French: « Léa Martin, Restauration scolaire »")
