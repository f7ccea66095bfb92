"""« Déjà fourni »: what families gave is remembered, given again where it serves, forgotten when it does no more."""

from sqlalchemy.orm import Session

from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller
from contracts.enrolment.given import GiveAgain, GivenForFamily, GivenForFamilyView, Takes
from contracts.envelope import Envelope
from contracts.events.documents import DocumentDeleted, DocumentShared
from contracts.serving import FAMILY, HEALTH, Whose
from enrolment.enrolling import enrolments
from enrolment.given import family, memory, passing
from enrolment.schedule import calendar


class GivenDesk(Service):
    """« Déjà fourni »: the memory of it. What is given with enrolment's own matters is kept by their desks."""

    @answers(GivenForFamily)
    def given_for_family(self, ask: GivenForFamily, caller: Caller) -> GivenForFamilyView:
        today = calendar.local_day(self.clock.now())
        with self.begin() as session:
            rows = family.find(session, ask.family_id, ask.document_types, caller, today)
            return GivenForFamilyView(given=[passing.view(row) for row in rows])

    @answers(GiveAgain)
    def give_again(self, ask: GiveAgain, caller: Caller) -> bool:
        now = self.clock.now()
        today = calendar.local_day(now)

        def give() -> bool:
            if ask.subject_kind is Takes.FAMILY:
                return family.give_again(session, ask.subject_id, ask.document_type, caller, now, today)
            return enrolments.give_again(session, ask.subject_id, ask.document_type, caller, now)

        with self.begin() as session:
            return once(session, ask, caller, give)

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
