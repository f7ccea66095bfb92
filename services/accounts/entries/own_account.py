"""One's own account: password, e-mail address, telephone."""

from accounts.entries.desk import Desk
from accounts.identity import (
    contact_changes,
    email_change,
    own_account,
    passwords,
    phone_change,
    present_password,
    registration,
)
from accounts.identity.phone_change import TextMessages
from chassis import throttle
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.identity import PasswordTooWeak
from contracts.accounts.own_account import (
    AskEmailChange,
    AskPhoneChange,
    ChangeAccountEmail,
    ChangePassword,
    ConfirmCode,
    ConfirmContact,
    ContactLinkView,
    ForgetPhone,
    MyAccount,
    OwnAccountView,
    PendingContactView,
    RefuseContact,
    RefusedContactView,
    SendCodeAgain,
    ShowContactLink,
)
from contracts.caller import Caller, Role


class OwnAccountDesk(Desk):
    """One's own account: password, e-mail address, telephone."""

    @property
    def messages(self) -> TextMessages:
        """How text messages leave."""
        return TextMessages(self.site, self.settings.sms_address, self.pepper)

    @answers(MyAccount)
    def my_account(self, ask: MyAccount, caller: Caller) -> OwnAccountView:
        caller.citizen()
        with self.begin() as session:
            return own_account.view(session, own_account.mine(session, caller), self.clock.now())

    @answers(ChangePassword)
    def change_password(self, ask: ChangePassword, caller: Caller) -> None:
        """The present password is judged first: who does not know it learns nothing of what a new one must be."""
        now = self.clock.now()
        with self.begin() as session:
            if own_account.has_changed(session, caller, ask):
                return
            account = own_account.mine(session, caller)
            known = [account.email, account.first_name, account.last_name]
        present_password.prove(self.begin, caller, ask.present, now)
        if ask.password == ask.present:
            raise PasswordTooWeak(problems={"password": "password_same"})
        registration.judge(ask.password, known)
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            own_account.change_password(session, self.site, ask, password_hash, caller, now)

    # ------------------------------------------------------------ e-mail and telephone

    @answers(AskEmailChange)
    def ask_email_change(self, ask: AskEmailChange, caller: Caller) -> None:
        account_id, now = caller.citizen(), self.clock.now()
        registration.judge_address(ask.email)
        present_password.prove(self.begin, caller, ask.password, now)
        by = throttle.on_account("email_change", str(account_id), throttle.MAILS)
        to = throttle.on_account("email_change", registration.address_of(ask.email), throttle.MAILS)
        with self.begin() as session:
            throttle.count(session, [by, to], now)
        with self.begin() as session:
            account = own_account.mine(session, caller, lock=True)
            email_change.ask(session, self.site, account, ask.email, ask.command_id, caller, now)

    @answers(ChangeAccountEmail)
    def change_account_email(self, ask: ChangeAccountEmail, caller: Caller) -> None:
        caller.staff(Role.FAMILY_FILES)
        registration.judge_address(ask.email)
        now = self.clock.now()
        with self.begin() as session:
            once(session, ask, caller, lambda: email_change.ask_for(session, self.site, ask, caller, now))

    @answers(AskPhoneChange)
    def ask_phone_change(self, ask: AskPhoneChange, caller: Caller) -> PendingContactView:
        account_id, now = caller.citizen(), self.clock.now()
        number = phone_change.read_number(ask.phone)
        present_password.prove(self.begin, caller, ask.password, now)
        self._count_messages(str(account_id), number)
        with self.begin() as session:
            account = own_account.mine(session, caller, lock=True)
            change = phone_change.ask(session, self.messages, account, number, ask.command_id, caller, now)
            return contact_changes.view(change)

    @answers(SendCodeAgain)
    def send_code_again(self, ask: SendCodeAgain, caller: Caller) -> None:
        account_id, now = caller.citizen(), self.clock.now()
        with self.begin() as session:
            number = phone_change.running(session, own_account.mine(session, caller), now).value
        self._count_messages(str(account_id), number)
        with self.begin() as session:
            account = own_account.mine(session, caller, lock=True)
            change = phone_change.running(session, account, now)
            once(session, ask, caller, lambda: phone_change.send_code(session, self.messages, change, now))

    @answers(ConfirmCode)
    def confirm_code(self, ask: ConfirmCode, caller: Caller) -> OwnAccountView:
        account_id, now = caller.citizen(), self.clock.now()
        tried = throttle.on_account("phone_code", str(account_id))
        with self.begin() as session:
            throttle.count(session, [tried], now)
        with self.begin() as session:
            account = own_account.mine(session, caller, lock=True)
            refusal = phone_change.try_code(
                session, self.messages, account, ask.code, ask.command_id, caller, now
            )
            view = own_account.view(session, account, now)
        if refusal is not None:
            raise refusal
        with self.begin() as session:
            throttle.forget(session, tried)
        return view

    @answers(ForgetPhone)
    def forget_phone(self, ask: ForgetPhone, caller: Caller) -> None:
        caller.citizen()
        with self.begin() as session:
            account = own_account.mine(session, caller, lock=True)
            phone_change.forget(session, account, caller, self.clock.now())

    @answers(ShowContactLink)
    def show_contact_link(self, ask: ShowContactLink, caller: Caller) -> ContactLinkView:
        with self.begin() as session:
            return contact_changes.show(session, ask.token, self.clock.now())

    @answers(ConfirmContact)
    def confirm_contact(self, ask: ConfirmContact, caller: Caller) -> ContactLinkView:
        with self.begin() as session:
            return contact_changes.confirm(
                session, self.site, ask.token, ask.command_id, caller, self.clock.now()
            )

    @answers(RefuseContact)
    def refuse_contact(self, ask: RefuseContact, caller: Caller) -> RefusedContactView:
        with self.begin() as session:
            return contact_changes.refuse(session, ask.token, caller, self.clock.now())

    def _count_messages(self, account_id: str, number: str) -> None:
        """Text messages cost, and wake people: throttled by who sends and by whom they reach."""
        by = throttle.on_account("text_message", account_id, throttle.MAILS)
        to = throttle.on_account("text_message", number, throttle.MAILS)
        with self.begin() as session:
            throttle.count(session, [by, to], self.clock.now())
