"""« Déjà fourni »: what families gave is remembered, and forgotten when it serves no more."""

from sqlalchemy.orm import Session

from chassis.service import Service, every, subscribes
from contracts.envelope import Envelope
from contracts.events.documents import DocumentDeleted, DocumentShared
from contracts.serving import FAMILY, HEALTH, Whose
from enrolment.given import memory
from enrolment.schedule import calendar


class GivenDesk(Service):
    """« Déjà fourni »: the memory of it. What is given with enrolment's own matters is kept by their desks."""

    @subscribes(DocumentShared)
    def keep_given(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        gift = memory.gift_of(fact, envelope.time)
        if fact.subject_kind == FAMILY:
            memory.keep(session, gift, Whose(fact.account_id, fact.subject_id))
        elif fact.subject_kind == HEALTH:
            memory.keep(session, gift, memory.household_of(session, fact.account_id, fact.subject_id))

    @subscribes(DocumentDeleted)
    def forget_document(self, session: Session, fact: DocumentDeleted, envelope: Envelope) -> None:
        memory.forget_document(session, fact)

    @every(seconds=3600)
    def forget_given(self) -> None:
        """What families gave and serves no more."""
        with self.begin() as session:
            memory.purge(session, calendar.local_day(self.clock.now()))
