"""An agent who opens a family's bill is told of: accounts keeps the record of accesses for all services."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from billing.invoicing.models import Invoice
from chassis.outbox import tell
from contracts.caller import Caller, Kind
from contracts.events.billing import BillConsulted


def note(session: Session, caller: Caller, invoice_id: UUID, paper: str, now: datetime) -> None:
    """`paper`: what was opened, « Facture 2026-000123 ». A parent's own reading is nobody's business."""
    if caller.kind is Kind.AGENT:
        note_family(session, caller, session.get_one(Invoice, invoice_id).family_id, paper, now)


def note_family(session: Session, caller: Caller, family_id: UUID, paper: str, now: datetime) -> None:
    """The same of a paper that is of no single invoice: « Relevé de compte 2026 »."""
    if caller.kind is not Kind.AGENT or caller.account_id is None:
        return
    fact = BillConsulted(
        family_id=family_id, agent_id=caller.account_id, agent_name=caller.name, detail=paper
    )
    tell(session, fact, subject=family_id, at=now)
