"""What was done on an account, written down in the transaction that did it.

    journal.note(session, account_id, Action.PASSWORD_CHANGED, now, caller)

The owner reads it (« Journal de mon compte »): somebody else's sign-in must be noticed there.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from accounts.identity.journal_models import AccountEvent
from accounts.models import Account
from contracts.accounts.journal import Action
from contracts.accounts.own_data import JournalLine, JournalPage
from contracts.caller import Caller, Kind
from contracts.errors import JsonValue
from contracts.events.documents import DocumentOpened

PER_PAGE = 25
KEPT = timedelta(days=365)
"""CNIL, délibération 2021-122: traces are kept six months to a year."""


def note(
    session: Session, account_id: UUID, action: Action, now: datetime, caller: Caller, **details: JsonValue
) -> None:
    """Adds a line. `details` fill the sentence that the page shows; no secret goes in."""
    session.add(
        AccountEvent(
            account_id=account_id,
            at=now,
            action=action.value,
            details=details,
            address=caller.address[:64],
            done_by=_by_another(account_id, caller),
        )
    )


NOTING = """
INSERT INTO account_event (event_id, account_id, at, action, details, address, done_by)
SELECT gen_random_uuid(), account_id, :now, :action, CAST(:details AS jsonb), :from_address, :done_by
"""
"""The line, as a part of a larger statement: followed by FROM something that has the account."""


def line(
    account_id: UUID | None, action: Action, now: datetime, caller: Caller, **details: JsonValue
) -> dict[str, object]:
    """What `NOTING` needs."""
    return {
        "account_id": account_id,
        "now": now,
        "action": action.value,
        "details": json.dumps(details),
        "from_address": caller.address[:64],
        "done_by": _by_another(account_id, caller),
    }


def _by_another(account_id: UUID | None, caller: Caller) -> str:
    return caller.name if caller.kind is not Kind.ANONYMOUS and caller.account_id != account_id else ""


def note_opening(session: Session, fact: DocumentOpened, at: datetime) -> None:
    """An agent read a document: a line for its owner, while there is one."""
    account = session.get(Account, fact.account_id) if fact.account_id else None
    if account is None or account.closed_at is not None:
        return
    agent = Caller(kind=Kind.AGENT, account_id=fact.agent_id, name=fact.agent_name)
    note(session, account.account_id, Action.DOCUMENT_OPENED, at, agent, type_name=fact.type_name)


def read(session: Session, account_id: UUID, page: int) -> JournalPage:
    """One page of an account's journal, newest first. Two statements."""
    own = AccountEvent.account_id == account_id
    total = session.scalar(select(func.count()).where(own)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(page, pages)
    lines = lines_of(session, account_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    return JournalPage(lines=lines, page=page, pages=pages, total=total)


def lines_of(
    session: Session, account_id: UUID, *, limit: int | None = None, offset: int = 0
) -> list[JournalLine]:
    """The lines of a journal, newest first."""
    rows = session.scalars(
        select(AccountEvent)
        .where(AccountEvent.account_id == account_id)
        .order_by(AccountEvent.at.desc(), AccountEvent.event_id)
        .limit(limit)
        .offset(offset)
    )
    return [
        JournalLine(
            at=row.at, action=row.action, details=row.details, address=row.address, done_by=row.done_by
        )
        for row in rows
    ]


def forget_old(session: Session, now: datetime) -> None:
    """Removes lines past their time."""
    session.execute(delete(AccountEvent).where(AccountEvent.at < now - KEPT))
