"""The outgoing mail, and the facts of the others that are written about."""

from sqlalchemy.orm import Session

from accounts import mail, notices
from accounts.entries.desk import Desk
from chassis import metrics
from chassis.service import answers, every, subscribes
from contracts.accounts.mail import FailedMail, MailPage, SendAgain
from contracts.caller import Caller, Role
from contracts.envelope import Envelope
from contracts.events.billing import InvoicePublished, PaymentReceived
from contracts.events.enrolment import EnrolmentAccepted, EnrolmentRefused, EnrolmentRequested

MAIL = metrics.gauge("mail", "Mails by state", ("state",))


class MailDesk(Desk):
    """The outgoing mail, and the facts of the others that are written about."""

    @answers(FailedMail)
    def failed_mail(self, ask: FailedMail, caller: Caller) -> MailPage:
        caller.staff(Role.FAMILY_FILES, Role.ADMINISTRATION)
        with self.begin() as session:
            return mail.list_failed(session)

    @answers(SendAgain)
    def send_again(self, ask: SendAgain, caller: Caller) -> None:
        caller.staff(Role.FAMILY_FILES, Role.ADMINISTRATION)
        with self.begin() as session:
            mail.send_again(session, ask.mail_id, self.clock.now())

    @every(seconds=2)
    def send_mail(self) -> None:
        """What is due, when there is a server to send it by."""
        if not self.settings.smtp_url:
            return
        mail.send_due(self.begin, self.settings.smtp_url, self.site, self.clock.now)

    @every(seconds=15)
    def count_mail(self) -> None:
        """What waits, what went and what failed, for the dashboard."""
        with self.begin() as session:
            counts = mail.count_by_state(session)
        for state in ("queued", "sent", "failed"):
            MAIL.labels(state).set(counts.get(state, 0))

    @subscribes(EnrolmentRequested)
    def mail_request(self, session: Session, fact: EnrolmentRequested, envelope: Envelope) -> None:
        notices.enrolment_requested(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentAccepted)
    def mail_acceptance(self, session: Session, fact: EnrolmentAccepted, envelope: Envelope) -> None:
        notices.enrolment_accepted(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(EnrolmentRefused)
    def mail_refusal(self, session: Session, fact: EnrolmentRefused, envelope: Envelope) -> None:
        notices.enrolment_refused(session, self.site, fact, envelope.time, self.clock.now())

    @subscribes(InvoicePublished)
    def mail_invoice(self, session: Session, fact: InvoicePublished, envelope: Envelope) -> None:
        notices.invoice_published(session, self.site, fact, self.clock.now())

    @subscribes(PaymentReceived)
    def mail_receipt(self, session: Session, fact: PaymentReceived, envelope: Envelope) -> None:
        notices.payment_received(session, self.site, fact, envelope.time, self.clock.now())
