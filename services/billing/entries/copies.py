"""The facts of the other services that billing keeps."""

from sqlalchemy.orm import Session

from billing import mine
from billing.facts import consumption, copies, missing
from billing.invoicing import closing
from chassis.service import Service, every, subscribes
from contracts.envelope import Envelope
from contracts.events.accounts import AccountClosed, ChildUpdated, FamilyUpdated
from contracts.events.attendance import AttendanceCounted, AttendanceSettled
from contracts.events.bookings import BookingCancelled, BookingMade
from contracts.events.offer import ActivityUpdated, PlaceUpdated


class CopyDesk(Service):
    """What billing listens to."""

    @subscribes(FamilyUpdated)
    def keep_family(self, session: Session, fact: FamilyUpdated, envelope: Envelope) -> None:
        copies.keep_family(session, fact, envelope.aggregateversion)

    @every(seconds=300)
    def ask_for_families(self) -> None:
        """Those told before a field was there that billing needs."""
        with self.begin() as session:
            missing.ask_again(session, self.clock.now())

    @subscribes(AccountClosed)
    def drop_account(self, session: Session, fact: AccountClosed, envelope: Envelope) -> None:
        mine.drop_account(session, fact.account_id)

    @subscribes(ChildUpdated)
    def keep_child(self, session: Session, fact: ChildUpdated, envelope: Envelope) -> None:
        copies.keep_child(session, fact, envelope.aggregateversion)

    @subscribes(PlaceUpdated)
    def keep_place(self, session: Session, fact: PlaceUpdated, envelope: Envelope) -> None:
        copies.keep_place(session, fact, envelope.aggregateversion)

    @subscribes(ActivityUpdated)
    def keep_activity(self, session: Session, fact: ActivityUpdated, envelope: Envelope) -> None:
        copies.keep_activity(session, fact, envelope.aggregateversion)

    @subscribes(BookingMade)
    def keep_booking(self, session: Session, fact: BookingMade, envelope: Envelope) -> None:
        consumption.keep_booking(session, fact, envelope.aggregateversion, standing=True)

    @subscribes(BookingCancelled)
    def drop_booking(self, session: Session, fact: BookingCancelled, envelope: Envelope) -> None:
        consumption.keep_booking(session, fact, envelope.aggregateversion, standing=False)

    @subscribes(AttendanceSettled)
    def settle_session(self, session: Session, fact: AttendanceSettled, envelope: Envelope) -> None:
        consumption.settle_session(session, fact, envelope.aggregateversion)

    @subscribes(AttendanceCounted)
    def keep_count(self, session: Session, fact: AttendanceCounted, envelope: Envelope) -> None:
        closing.keep_count(session, fact)
