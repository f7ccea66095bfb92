"""A request filed without an account is taken into one whose confirmed address is the same.

It is not taken by itself: an address typed wrong may be a stranger's, who can see that it is none of theirs.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.requests import ClaimableView, Side, StepKind
from contracts.errors import NotFound
from contracts.events.requests import RequestClaimed
from enrolment.requests import letters, steps
from enrolment.requests.models import AccountAddress, Request


def keep_address(session: Session, account_id: UUID, email: str) -> None:
    """The address that an account confirmed last."""
    statement = insert(AccountAddress).values(account_id=account_id, email=email.lower())
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[AccountAddress.account_id], set_={"email": statement.excluded.email}
        )
    )


def claimable(session: Session, account_id: UUID) -> list[ClaimableView]:
    """Those filed without an account, with the account's confirmed address; newest first. One statement."""
    rows = session.scalars(
        select(Request)
        .join(AccountAddress, AccountAddress.email == Request.email)
        .where(
            AccountAddress.account_id == account_id,
            Request.account_id.is_(None),
            Request.erased_at.is_(None),
        )
        .order_by(Request.submitted_at.desc())
    )
    return [
        ClaimableView(
            request_id=each.request_id,
            number=each.number,
            title=each.title,
            submitted_at=each.submitted_at,
        )
        for each in rows
    ]


def claim(session: Session, request_id: UUID, caller: Caller, now: datetime) -> Request:
    """Makes it the caller's; the tracking code opens it still. Raises NotFound."""
    account_id = caller.citizen()
    request = session.get(Request, request_id, with_for_update=True)
    address = session.get(AccountAddress, account_id)
    if request is None or request.erased_at is not None or address is None or request.email != address.email:
        raise NotFound
    if request.account_id == account_id:
        return request
    if request.account_id is not None:
        raise NotFound
    request.account_id = account_id
    letters.expect(request, now)
    steps.note(session, request_id, StepKind.CLAIMED, Side.REQUESTER, caller.name, now)
    steps.announce(session, request, RequestClaimed, now)
    return request
