"""What was done on an account, written down in the transaction that did it.

    journal.note(session, account_id, Action.PASSWORD_CHANGED, now, caller)

The owner reads it (« Journal de mon compte »): somebody else's sign-in must be noticed there.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.journal_models import AccountEvent
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind
from contracts.errors import JsonValue

KEPT = timedelta(days=365)
"""CNIL, délibération 2021-122: traces are kept six months to a year."""


def note(
    session: Session, account_id: UUID, action: Action, now: datetime, caller: Caller, **details: JsonValue
) -> None:
    """Adds a line. `details` fill the sentence that the page shows; no secret goes in."""
    by_another = caller.kind is not Kind.ANONYMOUS and caller.account_id != account_id
    session.add(
        AccountEvent(
            account_id=account_id,
            at=now,
            action=action.value,
            details=details,
            address=caller.address[:64],
            done_by=caller.name if by_another else "",
        )
    )


def forget_old(session: Session, now: datetime) -> None:
    """Removes lines past their time."""
    session.execute(delete(AccountEvent).where(AccountEvent.at < now - KEPT))
