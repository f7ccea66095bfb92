"""The facts that somebody is written to about; what is gathered first is written by a timer."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.mailing import (
    absence_notices,
    attendance_news,
    booking_news,
    debit_notices,
    invoice_objections,
    notices,
)
from accounts.mailing.mail import Site
from chassis.inbox import newer
from chassis.service import every, subscribes
from contracts.envelope import Envelope
from contracts.events.absences import AbsenceDecided, AbsenceReported, AttendanceContested, ObjectionAnswered
from contracts.events.accounts import AccountRegistered, ActivationKeyRedeemed
from contracts.events.attendance import AttendanceSettled
from contracts.events.billing import (
    AllowanceEnded,
    AllowanceGranted,
    DebitAnnounced,
    DebitRejected,
    DebitWithdrawn,
    InvoiceLineAnswered,
    InvoiceLineContested,
    InvoicePublished,
    MandateEnded,
    MandateResumed,
    MandateSigned,
    PaymentBounced,
    PaymentFailed,
    PaymentReceived,
    RefundMade,
    ReminderSent,
)
from contracts.events.bookings import BookingCancelled, BookingMade, DaysHandedOver
from contracts.events.closures import DaysClosed, DaysReopened
from contracts.events.documents import DocumentExpiring, DocumentOpened
from contracts.events.enrolments import (
    EnrolmentAccepted,
    EnrolmentDocumentAsked,
    EnrolmentLapsed,
    EnrolmentOffered,
    EnrolmentRefused,
    EnrolmentRequested,
    EnrolmentWaiting,
    EnrolmentWithdrawn,
)
from contracts.events.waiting import PlaceOffered, WaitingEnded

PER_TICK = 200


class NoticeDesk(Desk):
    """The facts that somebody is written to about; what is gathered first is written by a timer."""

    @subscribes(EnrolmentRequested)
    def mail_request(self, session: Session, fact: EnrolmentRequested, envelope: Envelope) -> None:
        notices.enrolment_requested(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentAccepted)
    def mail_acceptance(self, session: Session, fact: EnrolmentAccepted, envelope: Envelope) -> None:
        notices.enrolment_accepted(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentRefused)
    def mail_refusal(self, session: Session, fact: EnrolmentRefused, envelope: Envelope) -> None:
        notices.enrolment_refused(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentWithdrawn)
    def mail_withdrawal(self, session: Session, fact: EnrolmentWithdrawn, envelope: Envelope) -> None:
        notices.enrolment_withdrawn(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentDocumentAsked)
    def mail_document_asked(self, session: Session, fact: EnrolmentDocumentAsked, envelope: Envelope) -> None:
        notices.enrolment_document_asked(session, self.site, fact, self.clock.now())

    @subscribes(EnrolmentWaiting)
    def mail_waiting(self, session: Session, fact: EnrolmentWaiting, envelope: Envelope) -> None:
        notices.enrolment_waiting(session, self.site, fact, self.clock.now())

    @subscribes(EnrolmentOffered)
    def mail_offer(self, session: Session, fact: EnrolmentOffered, envelope: Envelope) -> None:
        notices.enrolment_offered(session, self.site, fact, self.clock.now())

    @subscribes(EnrolmentLapsed)
    def mail_lapse(self, session: Session, fact: EnrolmentLapsed, envelope: Envelope) -> None:
        notices.enrolment_lapsed(session, self.site, fact, self.clock.now())

    @subscribes(PlaceOffered)
    def mail_place(self, session: Session, fact: PlaceOffered, envelope: Envelope) -> None:
        notices.place_offered(session, self.site, fact, self.clock.now())

    @subscribes(WaitingEnded)
    def mail_end_of_waiting(self, session: Session, fact: WaitingEnded, envelope: Envelope) -> None:
        notices.waiting_ended(session, self.site, fact, self.clock.now())

    @subscribes(DaysClosed)
    def mail_closure(self, session: Session, fact: DaysClosed, envelope: Envelope) -> None:
        notices.days_closed(session, self.site, fact, self.clock.now())

    @subscribes(DaysReopened)
    def mail_reopening(self, session: Session, fact: DaysReopened, envelope: Envelope) -> None:
        notices.days_reopened(session, self.site, fact, self.clock.now())

    @subscribes(DaysHandedOver)
    def mail_handover(self, session: Session, fact: DaysHandedOver, envelope: Envelope) -> None:
        notices.days_handed_over(session, self.site, fact, self.clock.now())

    @subscribes(AbsenceReported)
    def mail_absence(self, session: Session, fact: AbsenceReported, envelope: Envelope) -> None:
        absence_notices.reported(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(AbsenceDecided)
    def mail_absence_decision(self, session: Session, fact: AbsenceDecided, envelope: Envelope) -> None:
        absence_notices.decided(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(AttendanceContested)
    def mail_objection(self, session: Session, fact: AttendanceContested, envelope: Envelope) -> None:
        absence_notices.contested(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(ObjectionAnswered)
    def mail_objection_answer(self, session: Session, fact: ObjectionAnswered, envelope: Envelope) -> None:
        absence_notices.answered(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(InvoicePublished)
    def mail_invoice(self, session: Session, fact: InvoicePublished, envelope: Envelope) -> None:
        notices.invoice_published(session, self.site, fact, self.clock.now())

    @subscribes(InvoiceLineContested)
    def mail_contested_line(self, session: Session, fact: InvoiceLineContested, envelope: Envelope) -> None:
        invoice_objections.contested(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(InvoiceLineAnswered)
    def mail_answered_line(self, session: Session, fact: InvoiceLineAnswered, envelope: Envelope) -> None:
        invoice_objections.answered(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(ReminderSent)
    def mail_reminder(self, session: Session, fact: ReminderSent, envelope: Envelope) -> None:
        notices.reminder_sent(session, self.site, fact, self.clock.now())

    @subscribes(PaymentReceived)
    def mail_receipt(self, session: Session, fact: PaymentReceived, envelope: Envelope) -> None:
        notices.payment_received(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(PaymentFailed)
    def mail_failure(self, session: Session, fact: PaymentFailed, envelope: Envelope) -> None:
        notices.payment_failed(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(RefundMade)
    def mail_refund(self, session: Session, fact: RefundMade, envelope: Envelope) -> None:
        notices.refund_made(session, self.site, fact, self.clock.now())

    @subscribes(PaymentBounced)
    def mail_bounce(self, session: Session, fact: PaymentBounced, envelope: Envelope) -> None:
        notices.payment_bounced(session, self.site, fact, self.clock.now())

    @subscribes(AllowanceGranted)
    def mail_allowance(self, session: Session, fact: AllowanceGranted, envelope: Envelope) -> None:
        notices.allowance_granted(session, self.site, fact, self.clock.now())

    @subscribes(AllowanceEnded)
    def mail_allowance_end(self, session: Session, fact: AllowanceEnded, envelope: Envelope) -> None:
        notices.allowance_ended(session, self.site, fact, self.clock.now())

    @subscribes(MandateSigned)
    def mail_mandate(self, session: Session, fact: MandateSigned, envelope: Envelope) -> None:
        debit_notices.mandate_signed(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(MandateEnded)
    def mail_mandate_end(self, session: Session, fact: MandateEnded, envelope: Envelope) -> None:
        debit_notices.mandate_ended(session, self.site, fact, self.clock.now())

    @subscribes(MandateResumed)
    def mail_mandate_resumed(self, session: Session, fact: MandateResumed, envelope: Envelope) -> None:
        debit_notices.mandate_resumed(session, self.site, fact, self.clock.now())

    @subscribes(DebitAnnounced)
    def mail_debit(self, session: Session, fact: DebitAnnounced, envelope: Envelope) -> None:
        debit_notices.debit_announced(session, self.site, fact, self.clock.now())

    @subscribes(DebitWithdrawn)
    def mail_debit_withdrawn(self, session: Session, fact: DebitWithdrawn, envelope: Envelope) -> None:
        debit_notices.debit_withdrawn(session, self.site, fact, self.clock.now())

    @subscribes(DebitRejected)
    def mail_debit_rejected(self, session: Session, fact: DebitRejected, envelope: Envelope) -> None:
        debit_notices.debit_rejected(session, self.site, fact, self.clock.now())

    @subscribes(DocumentOpened)
    def mail_opening(self, session: Session, fact: DocumentOpened, envelope: Envelope) -> None:
        notices.document_opened(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(DocumentExpiring)
    def mail_expiry(self, session: Session, fact: DocumentExpiring, envelope: Envelope) -> None:
        notices.document_expiring(session, self.site, fact, self.clock.now())

    @subscribes(AccountRegistered)
    def mail_welcome(self, session: Session, fact: AccountRegistered, envelope: Envelope) -> None:
        notices.account_registered(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(ActivationKeyRedeemed)
    def mail_link(self, session: Session, fact: ActivationKeyRedeemed, envelope: Envelope) -> None:
        notices.guardian_linked(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(BookingMade)
    def gather_booking(self, session: Session, fact: BookingMade, envelope: Envelope) -> None:
        booking_news.gather(session, fact, envelope.time, self.clock.now())

    @subscribes(BookingCancelled)
    def gather_cancellation(self, session: Session, fact: BookingCancelled, envelope: Envelope) -> None:
        booking_news.gather(session, fact, envelope.time, self.clock.now())

    @subscribes(AttendanceSettled)
    def gather_attendance(self, session: Session, fact: AttendanceSettled, envelope: Envelope) -> None:
        if newer(session, "attendance", fact.session_id, envelope.aggregateversion):
            attendance_news.gather(session, fact, self.clock.now())

    @every(seconds=20)
    def write_booking_news(self) -> None:
        """Summaries of families whose bookings have come to rest."""
        self._write_each(booking_news.write_one)

    @every(seconds=60)
    def write_attendance_news(self) -> None:
        """This evening's words on roll-calls."""
        self._write_each(attendance_news.write_one)

    def _write_each(self, write_one: Callable[[Session, Site, datetime], bool]) -> None:
        """One family after another, each in its own transaction."""
        for _ in range(PER_TICK):
            with self.begin() as session:
                if not write_one(session, self.site, self.clock.now()):
                    return
