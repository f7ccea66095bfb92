"""The password asked for again, before what a borrowed telephone must not be able to do.

Counted like a sign-in, in a transaction of its own, before it is judged outside any.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.orm import Session

from accounts.identity import own_account, passwords
from chassis import throttle
from contracts.accounts.own_account import WrongPassword
from contracts.caller import Caller


def prove(
    begin: Callable[[], AbstractContextManager[Session]], caller: Caller, password: str, now: datetime
) -> None:
    """Raises WrongPassword, TooManyAttempts, NotSignedIn. An account that never had a password has no right one."""
    account = throttle.on_account("present_password", str(own_account.id_of(caller)))
    address = throttle.on_address("present_password", caller.address)
    with begin() as session:
        stored = own_account.mine(session, caller).password_hash
        throttle.count(session, [account, address], now)
    if not passwords.is_right(stored, password):
        raise WrongPassword
    with begin() as session:
        throttle.succeed(session, account, address)
