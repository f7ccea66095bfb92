"""How agents sign in: password, ticket, code."""

from datetime import datetime
from uuid import UUID

from accounts.entries.desk import Desk
from accounts.identity import journal, sign_in
from accounts.models import Account
from accounts.staff import recovery_codes, second_factor
from accounts.staff.authenticator_seal import AuthenticatorSeal
from chassis import throttle
from chassis.service import answers
from contracts.accounts.identity import WrongCredentials
from contracts.accounts.journal import Action
from contracts.accounts.second_factor import (
    CodeRefused,
    EnrolledView,
    EnrolmentOffer,
    EnrolSecondFactor,
    ProvenView,
    ProveSecondFactor,
    ReadEnrolment,
    RenewRecoveryCodes,
    SignInAgent,
    TicketView,
)
from contracts.caller import Caller, Kind


class SecondFactorDesk(Desk):
    """How agents sign in. An attempt at a code is counted and committed before it is judged."""

    @property
    def seal(self) -> AuthenticatorSeal:
        """What the authenticators' secrets lie under."""
        return AuthenticatorSeal(self.settings.need("second_factor_key"))

    @answers(SignInAgent)
    def sign_in_agent(self, ask: SignInAgent, caller: Caller) -> TicketView:
        now = self.clock.now()
        checked = sign_in.check_password(self.begin, Kind.AGENT, ask.email, ask.password, caller, now)
        if checked.candidate.account_id is None:
            raise WrongCredentials
        with self.begin() as session:
            checked.succeed(session)
            return second_factor.open_ticket(session, self.seal, checked, now)

    @answers(ReadEnrolment)
    def read_enrolment(self, ask: ReadEnrolment, caller: Caller) -> EnrolmentOffer:
        with self.begin() as session:
            return second_factor.read_offer(session, self.seal, ask.ticket, self.clock.now())

    @answers(ProveSecondFactor)
    def prove_second_factor(self, ask: ProveSecondFactor, caller: Caller) -> ProvenView:
        now, real_now = self.clock.now(), self.real_clock.now()
        account_id = self._owner_of(ask.ticket)
        self._count_code(account_id, caller, now)
        with self.begin() as session:
            proven = second_factor.prove(session, self.seal, self.site, ask, caller, now, real_now)
            if proven is not None:
                throttle.succeed(session, *second_factor.attempts_on(account_id, caller))
        if proven is None:
            raise CodeRefused
        return proven

    @answers(EnrolSecondFactor)
    def enrol_second_factor(self, ask: EnrolSecondFactor, caller: Caller) -> EnrolledView:
        now, real_now = self.clock.now(), self.real_clock.now()
        account_id = self._owner_of(ask.ticket)
        self._count_code(account_id, caller, now)
        with self.begin() as session:
            enrolled = second_factor.enrol(session, self.seal, self.site, ask, caller, now, real_now)
            if enrolled is not None:
                throttle.succeed(session, *second_factor.attempts_on(account_id, caller))
        if enrolled is None:
            raise CodeRefused
        return enrolled

    @answers(RenewRecoveryCodes)
    def renew_recovery_codes(self, ask: RenewRecoveryCodes, caller: Caller) -> list[str]:
        account_id, now, real_now = caller.agent(), self.clock.now(), self.real_clock.now()
        self._count_code(account_id, caller, now)
        codes = None
        with self.begin() as session:
            account = session.get_one(Account, account_id, with_for_update=True)
            if second_factor.accept(session, self.seal, self.site, account, ask.code, caller, now, real_now):
                throttle.succeed(session, *second_factor.attempts_on(account_id, caller))
                journal.note(session, account_id, Action.RECOVERY_CODES_RENEWED, now, caller)
                codes = recovery_codes.renew(session, account_id)
        if codes is None:
            raise CodeRefused
        return codes

    def _owner_of(self, ticket: str) -> UUID:
        with self.begin() as session:
            return second_factor.owner_of(session, ticket)

    def _count_code(self, account_id: UUID, caller: Caller, now: datetime) -> None:
        with self.begin() as session:
            throttle.count(session, [*second_factor.attempts_on(account_id, caller)], now)
