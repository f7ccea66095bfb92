"""An agent who opens one child's enrolment or bookings is told of: accounts keeps the record of accesses for all.

Lists made for work (a roll-call, the requests to decide) are not: nobody is looked up in them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Kind
from contracts.events.consultations import ChildConsulted, Consulted


def note(
    session: Session,
    caller: Caller,
    what: Consulted,
    family_id: UUID,
    child_id: UUID,
    detail: str,
    now: datetime,
) -> None:
    """`detail`: what exactly, « Léa Martin, Restauration scolaire ». A parent's own reading is nobody's business."""
    if caller.kind is not Kind.AGENT or caller.account_id is None:
        return
    fact = ChildConsulted(
        what=what,
        family_id=family_id,
        child_id=child_id,
        agent_id=caller.account_id,
        agent_name=caller.name,
        detail=detail,
    )
    tell(session, fact, subject=child_id, at=now)
