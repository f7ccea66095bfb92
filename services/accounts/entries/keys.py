"""Activation keys."""

from accounts.entries.desk import Desk
from accounts.household import activation_keys, families, guardians, key_code
from chassis import throttle
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.families import HouseholdView, RedeemKey
from contracts.accounts.keys import IssueKeys, KeyLetter, KeyMistyped, KeysPage, ListGuardians, RevokeKey
from contracts.caller import Caller, Role


class KeyDesk(Desk):
    """Activation keys."""

    @answers(ListGuardians)
    def list_guardians(self, ask: ListGuardians, caller: Caller) -> KeysPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return guardians.list_guardians(session, ask, self.clock.now())

    @answers(IssueKeys)
    def issue_keys(self, ask: IssueKeys, caller: Caller) -> list[KeyLetter]:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: activation_keys.issue(session, self.pepper, ask, caller, self.clock.now()),
                again=lambda: activation_keys.letters(session, self.pepper, ask),
            )

    @answers(RevokeKey)
    def revoke_key(self, ask: RevokeKey, caller: Caller) -> None:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            activation_keys.revoke(session, ask.guardian_id, caller, self.clock.now())

    @answers(RedeemKey)
    def redeem_key(self, ask: RedeemKey, caller: Caller) -> HouseholdView:
        account_id, now = caller.citizen(), self.clock.now()
        try:
            key = key_code.read(ask.key)
        except key_code.Mistyped as fault:
            raise KeyMistyped(why=fault.why) from None
        account = throttle.on_account("key", str(account_id))
        address = throttle.on_address("key", caller.address)
        with self.begin() as session:
            throttle.count(session, [account, address], now)
        with self.begin() as session:
            redeemed = activation_keys.redeem(
                session, key_code.fingerprint(self.pepper, key), account_id, caller, now
            )
            if redeemed.refusal is not None:
                raise redeemed.refusal
            throttle.succeed(session, account, address)
            return families.household(session, account_id, now)
