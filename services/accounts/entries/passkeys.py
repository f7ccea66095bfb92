"""Passkeys, and what else opens a parent's account.

A ceremony is taken in a transaction of its own, before the answer is judged: whatever comes of it, it is over.
"""

from datetime import timedelta
from uuid import UUID

from accounts.entries.desk import Desk
from accounts.identity import authenticators, ceremonies, passkeys, present_password, ways_in
from accounts.identity.authenticators import RelyingParty
from accounts.identity.ceremonies import Purpose
from chassis import throttle
from chassis.commands import once
from chassis.service import answers, every
from contracts.accounts.identity import SignedInView
from contracts.accounts.passkeys import (
    AddPasskey,
    CeremonyView,
    PasskeyRefused,
    RemovePasskey,
    RenamePasskey,
    SignInWithPasskey,
    StartPasskey,
    StartPasskeySignIn,
)
from contracts.accounts.ways_in import ConfirmPassword, ListWaysIn, PasskeyView, WaysInView
from contracts.caller import Caller

_STARTS = throttle.Limit(
    300, timedelta(seconds=15)
)  # opening the window of the keys and closing it guesses nothing


class PasskeyDesk(Desk):
    """Passkeys, and what else opens a parent's account."""

    @property
    def party(self) -> RelyingParty:
        """The site, as browsers know it."""
        return authenticators.relying_party(self.settings.public_url)

    @answers(ListWaysIn)
    def list_ways_in(self, ask: ListWaysIn, caller: Caller) -> WaysInView:
        account_id = caller.citizen()
        with self.begin() as session:
            return ways_in.list_ways_in(session, account_id)

    @answers(ConfirmPassword)
    def confirm_password(self, ask: ConfirmPassword, caller: Caller) -> None:
        caller.citizen()
        present_password.prove(self.begin, caller, ask.password, self.clock.now())

    @answers(StartPasskey)
    def start_passkey(self, ask: StartPasskey, caller: Caller) -> CeremonyView:
        account_id, now = caller.citizen(), self.clock.now()
        present_password.prove(self.begin, caller, ask.password, now)
        with self.begin() as session:
            return passkeys.start(session, self.party, account_id, now)

    @answers(AddPasskey)
    def add_passkey(self, ask: AddPasskey, caller: Caller) -> PasskeyView:
        account_id, now = caller.citizen(), self.clock.now()
        challenge = self._take(ask.ceremony_id, Purpose.ADD_PASSKEY, account_id)
        with self.begin() as session:
            return passkeys.add(session, self.party, self.site, ask, challenge, account_id, now, caller)

    @answers(RenamePasskey)
    def rename_passkey(self, ask: RenamePasskey, caller: Caller) -> None:
        account_id = caller.citizen()
        with self.begin() as session:
            once(session, ask, caller, lambda: passkeys.rename(session, ask, account_id))

    @answers(RemovePasskey)
    def remove_passkey(self, ask: RemovePasskey, caller: Caller) -> None:
        account_id, now = caller.citizen(), self.clock.now()
        with self.begin() as session:
            once(
                session,
                ask,
                caller,
                lambda: passkeys.remove(session, self.site, ask, account_id, now, caller),
            )

    @answers(StartPasskeySignIn)
    def start_passkey_sign_in(self, ask: StartPasskeySignIn, caller: Caller) -> CeremonyView:
        now = self.clock.now()
        with self.begin() as session:
            throttle.count(session, [throttle.on_address("passkey_start", caller.address, _STARTS)], now)
            return passkeys.start_sign_in(session, self.party, now)

    @answers(SignInWithPasskey)
    def sign_in_with_passkey(self, ask: SignInWithPasskey, caller: Caller) -> SignedInView:
        now = self.clock.now()
        address = throttle.on_address("passkey", caller.address)
        with self.begin() as session:
            throttle.count(session, [address], now)
        challenge = self._take(ask.ceremony_id, Purpose.SIGN_IN, None)
        with self.begin() as session:
            found = passkeys.let_in(session, self.party, ask, challenge, now, caller)
            if found is not None:
                throttle.succeed(session, throttle.on_account("passkey", str(found.account_id)), address)
        if found is None:
            raise PasskeyRefused
        return found

    @every(seconds=600)
    def forget_ceremonies(self) -> None:
        """Questions nobody answered."""
        with self.begin() as session:
            ceremonies.forget_old(session, self.clock.now())

    def _take(self, ceremony_id: UUID, purpose: Purpose, account_id: UUID | None) -> bytes | None:
        with self.begin() as session:
            return ceremonies.take(session, ceremony_id, purpose, account_id, self.clock.now())
