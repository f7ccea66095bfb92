"""The outgoing mail: what is sent, what came back, what each account wants of it."""

from accounts.entries.desk import Desk
from accounts.mailing import mail_choices, outgoing, returns, undelivered
from chassis import metrics
from chassis.commands import once
from chassis.service import answers, every
from contracts.accounts.mail import (
    AboutStop,
    ChooseMail,
    FailedMail,
    MailPage,
    MailState,
    MyMail,
    MyMailView,
    SendAgain,
    StopMail,
    StopView,
    TrustMyAddress,
)
from contracts.caller import Caller, Role

MAIL = metrics.gauge("mail", "Mails by state", ("state",))


class MailDesk(Desk):
    """The outgoing mail: what is sent, what came back, what each account wants of it."""

    @answers(FailedMail)
    def failed_mail(self, ask: FailedMail, caller: Caller) -> MailPage:
        caller.staff(Role.FAMILY_FILES, Role.ADMINISTRATION)
        with self.begin() as session:
            return undelivered.list_undelivered(session, ask)

    @answers(SendAgain)
    def send_again(self, ask: SendAgain, caller: Caller) -> None:
        caller.staff(Role.FAMILY_FILES, Role.ADMINISTRATION)
        with self.begin() as session:
            undelivered.send_again(session, ask.mail_id, self.clock.now())

    @answers(MyMail)
    def my_mail(self, ask: MyMail, caller: Caller) -> MyMailView:
        account_id = caller.citizen()
        with self.begin() as session:
            return mail_choices.choices(session, account_id)

    @answers(ChooseMail)
    def choose_mail(self, ask: ChooseMail, caller: Caller) -> MyMailView:
        caller.citizen()
        now = self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: mail_choices.choose(session, ask, caller, now))

    @answers(TrustMyAddress)
    def trust_my_address(self, ask: TrustMyAddress, caller: Caller) -> None:
        account_id = caller.citizen()
        with self.begin() as session:
            once(session, ask, caller, lambda: mail_choices.trust_address(session, account_id))

    @answers(AboutStop)
    def about_stop(self, ask: AboutStop, caller: Caller) -> StopView:
        with self.begin() as session:
            return mail_choices.about(session, ask.token)

    @answers(StopMail)
    def stop_mail(self, ask: StopMail, caller: Caller) -> StopView:
        """A mail program asks without a form of ours: what makes it idempotent is the choice itself."""
        with self.begin() as session:
            return mail_choices.stop(session, ask.token, caller, self.clock.now())

    @every(seconds=2)
    def send_mail(self) -> None:
        """What is due, when there is a server to send it by."""
        if not self.settings.smtp_url:
            return
        outgoing.send_due(self.begin, self.settings.smtp_url, self.site, self.clock.now)

    @every(seconds=20)
    def read_returns(self) -> None:
        """What came back, when there is a mailbox where it lands."""
        url = self.settings.bounces_url.get_secret_value()
        if url:
            returns.read_all(self.begin, url, self.settings.bounce_address, self.clock.now)

    @every(seconds=15)
    def count_mail(self) -> None:
        """What waits, what went and what failed, for the dashboard."""
        with self.begin() as session:
            counts = undelivered.count_by_state(session)
        for state in MailState:
            MAIL.labels(state.value).set(counts.get(state, 0))
