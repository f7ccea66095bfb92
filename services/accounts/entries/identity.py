"""Accounts: registration, sign-in, passwords."""

from datetime import datetime
from uuid import UUID

from accounts.entries.desk import Desk
from accounts.identity import passwords, registration, sign_in
from chassis import throttle
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.identity import (
    AskReset,
    ConfirmEmail,
    EmailNotConfirmed,
    OpenAccount,
    Register,
    ResetPassword,
    SignedInView,
    SignIn,
)
from contracts.caller import Caller, Kind
from contracts.errors import NotAllowed


class IdentityDesk(Desk):
    """Accounts: registration, sign-in, passwords."""

    @answers(Register)
    def register(self, ask: Register, caller: Caller) -> None:
        registration.judge_address(ask.email)
        registration.judge(ask.password, [ask.email, ask.first_name, ask.last_name])
        now = self.clock.now()
        self._count_mails("register", ask.email, caller, now)
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            registration.register(session, self.site, ask, password_hash, now)

    @answers(ConfirmEmail)
    def confirm_email(self, ask: ConfirmEmail, caller: Caller) -> None:
        with self.begin() as session:
            registration.confirm(session, ask, caller, self.clock.now())

    @answers(SignIn)
    def sign_in(self, ask: SignIn, caller: Caller) -> SignedInView:
        now = self.clock.now()
        checked = sign_in.check_password(self.begin, Kind.CITIZEN, ask.email, ask.password, caller, now)
        with self.begin() as session:
            if checked.candidate.account_id is not None:
                return sign_in.enter(session, checked, now, caller)
            checked.succeed(session)
            if checked.candidate.asking is not None:
                sign_in.remind(session, self.site, checked.candidate.asking, now)
        raise EmailNotConfirmed

    @answers(AskReset)
    def ask_reset(self, ask: AskReset, caller: Caller) -> None:
        now = self.clock.now()
        self._count_mails("reset", ask.email, caller, now)
        with self.begin() as session:
            once(session, ask, caller, lambda: registration.ask_reset(session, self.site, ask, now))

    @answers(ResetPassword)
    def reset_password(self, ask: ResetPassword, caller: Caller) -> SignedInView:
        now = self.clock.now()
        with self.begin() as session:
            _, account = registration.linked_account(session, ask.token, ask.command_id, now)
            registration.judge(ask.password, [account.email, account.first_name, account.last_name])
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            account = registration.reset(session, self.site, ask, password_hash, caller, now)
            return sign_in.view(account, account.last_sign_in_at)

    @answers(OpenAccount)
    def open_account(self, ask: OpenAccount, caller: Caller) -> UUID:
        if caller.kind is not Kind.SYSTEM:
            raise NotAllowed(needs=[])
        password_hash = passwords.hash_password(ask.password)
        with self.begin() as session:
            return registration.open_account(session, ask, password_hash, self.clock.now())

    def _count_mails(self, purpose: str, email: str, caller: Caller, now: datetime) -> None:
        """A form that sends mail is throttled by the address written to and by the visitor's network."""
        if caller.kind is Kind.SYSTEM:
            return
        to = throttle.on_account(purpose, registration.address_of(email), throttle.MAILS)
        with self.begin() as session:
            throttle.count(session, [to, throttle.on_address(purpose, caller.address)], now)
