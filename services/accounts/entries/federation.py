"""Identities of another provider (FranceConnect)."""

from uuid import UUID

from accounts.entries.desk import Desk
from accounts.identity import ceremonies, federation, present_password, registration
from accounts.identity.ceremonies import Purpose
from chassis import throttle
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.federation import (
    LinkProvider,
    RegisterByProvider,
    SignInByProvider,
    StartLink,
    UnlinkProvider,
)
from contracts.accounts.identity import SignedInView
from contracts.caller import Caller


class FederationDesk(Desk):
    """Identities of another provider (FranceConnect)."""

    @answers(SignInByProvider)
    def sign_in_by_provider(self, ask: SignInByProvider, caller: Caller) -> SignedInView:
        with self.begin() as session:
            return federation.let_in(session, ask, self.clock.now(), caller)

    @answers(RegisterByProvider)
    def register_by_provider(self, ask: RegisterByProvider, caller: Caller) -> None:
        registration.judge_address(ask.email)
        now = self.clock.now()
        to = throttle.on_account("register", registration.address_of(ask.email), throttle.MAILS)
        with self.begin() as session:
            throttle.count(session, [to, throttle.on_address("register", caller.address)], now)
        with self.begin() as session:
            registration.register(session, self.site, ask, None, now)

    @answers(StartLink)
    def start_link(self, ask: StartLink, caller: Caller) -> UUID:
        account_id, now = caller.citizen(), self.clock.now()
        present_password.prove(self.begin, caller, ask.password, now)
        with self.begin() as session:
            return ceremonies.open_one(session, Purpose.LINK, account_id, now).ceremony_id

    @answers(LinkProvider)
    def link_provider(self, ask: LinkProvider, caller: Caller) -> None:
        account_id, now = caller.citizen(), self.clock.now()
        with self.begin() as session:
            taken = ceremonies.take(session, ask.ceremony_id, Purpose.LINK, account_id, now)
        with self.begin() as session:
            federation.link(session, self.site, ask, taken is not None, account_id, now, caller)

    @answers(UnlinkProvider)
    def unlink_provider(self, ask: UnlinkProvider, caller: Caller) -> None:
        account_id, now = caller.citizen(), self.clock.now()
        with self.begin() as session:
            once(
                session,
                ask,
                caller,
                lambda: federation.unlink(session, self.site, ask, account_id, now, caller),
            )
