"""What accounts tells of families: copies."""

from sqlalchemy.orm import Session

from chassis.inbox import newer
from chassis.service import Service, subscribes
from contracts.envelope import Envelope
from contracts.events.accounts import AccountClosed, ChildUpdated, CustodyUpdated, FamilyUpdated
from enrolment.booking import handover
from enrolment.given import memory
from enrolment.household import families, feeds
from enrolment.procedures import drafts
from enrolment.requests import erasing


class CopyDesk(Service):
    """What accounts tells of families: copies."""

    @subscribes(FamilyUpdated)
    def keep_family(self, session: Session, fact: FamilyUpdated, envelope: Envelope) -> None:
        if newer(session, "family", fact.family_id, envelope.aggregateversion):
            families.keep_family(session, fact)

    @subscribes(AccountClosed)
    def drop_account(self, session: Session, fact: AccountClosed, envelope: Envelope) -> None:
        families.drop_account(session, fact.account_id)
        memory.forget_account(session, fact.account_id)
        feeds.forget(session, fact.account_id)
        drafts.drop_account(session, fact.account_id, self.clock.now())
        erasing.close_account(session, fact.account_id, self.clock.now())

    @subscribes(ChildUpdated)
    def keep_child(self, session: Session, fact: ChildUpdated, envelope: Envelope) -> None:
        if newer(session, "child", fact.child_id, envelope.aggregateversion):
            families.keep_child(session, fact)

    @subscribes(CustodyUpdated)
    def keep_custody(self, session: Session, fact: CustodyUpdated, envelope: Envelope) -> None:
        if newer(session, "custody", fact.child_id, envelope.aggregateversion):
            handover.keep_calendar(session, fact, self.clock.now())
