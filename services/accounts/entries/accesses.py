"""Which agent looked at what of a family: told by all services, read by administrators."""

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.staff import accesses
from chassis.service import answers, subscribes
from contracts.accounts.accesses import Access, AccessesPage, AccessRow, ExportAccesses, ListAccesses
from contracts.caller import Caller, Role
from contracts.envelope import Envelope
from contracts.events.billing import BillConsulted
from contracts.events.consultations import ChildConsulted
from contracts.events.documents import DocumentOpened
from contracts.events.requests import RequestConsulted


class AccessDesk(Desk):
    """Which agent looked at what of a family."""

    @answers(ListAccesses)
    def list_accesses(self, ask: ListAccesses, caller: Caller) -> AccessesPage:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return accesses.list_page(session, ask)

    @answers(ExportAccesses)
    def export_accesses(self, ask: ExportAccesses, caller: Caller) -> list[AccessRow]:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return accesses.export(session, ask)

    @subscribes(BillConsulted)
    def note_bill(self, session: Session, fact: BillConsulted, envelope: Envelope) -> None:
        accesses.note(session, fact, Access.BILL, envelope.time)

    @subscribes(ChildConsulted)
    def note_child(self, session: Session, fact: ChildConsulted, envelope: Envelope) -> None:
        accesses.note(session, fact, Access(fact.what.value), envelope.time)

    @subscribes(RequestConsulted)
    def note_request(self, session: Session, fact: RequestConsulted, envelope: Envelope) -> None:
        accesses.note_request(session, fact, envelope.time)

    @subscribes(DocumentOpened)
    def note_document(self, session: Session, fact: DocumentOpened, envelope: Envelope) -> None:
        accesses.note_document(session, fact, envelope.time)
