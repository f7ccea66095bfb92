"""Sign-ins that failed, for the journals of the accounts that were tried.

Writing to the journal at once would take longer for an address that has an account than for one that has none. So
each failure leaves the same row, and a timer, out of the visitor's sight, makes lines of those that found an account.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.identity.own_account_models import FailedSignIn
from accounts.identity.registration import address_of
from accounts.models import Account
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind

AT_ONCE = 500


def leave(session: Session, kind: Kind, email: str, caller: Caller, now: datetime) -> None:
    """One row, whatever is known of the address."""
    session.add(
        FailedSignIn(at=now, kind=kind.value, email=address_of(email)[:320], address=caller.address[:64])
    )


def note_all(session: Session) -> int:
    """Turns what was left into lines of journals and forgets the rest; says how many rows there were."""
    taken = session.scalars(
        select(FailedSignIn).order_by(FailedSignIn.at).limit(AT_ONCE).with_for_update(skip_locked=True)
    ).all()
    if not taken:
        return 0
    accounts = {
        (account.kind, account.email): account.account_id
        for account in session.scalars(
            select(Account).where(
                Account.email.in_({row.email for row in taken}), Account.closed_at.is_(None)
            )
        )
    }
    for row in taken:
        account_id = accounts.get((row.kind, row.email))
        if account_id is not None:
            journal.note(session, account_id, Action.SIGN_IN_FAILED, row.at, Caller(address=row.address))
    session.execute(
        delete(FailedSignIn).where(FailedSignIn.failure_id.in_([row.failure_id for row in taken]))
    )
    return len(taken)
