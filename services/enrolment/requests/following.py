"""Whose a request is: its account's, or whoever has its number and tracking code."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.throttle import Subject, on_account, on_address
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.tracking_code import public_half
from enrolment.requests import tracking
from enrolment.requests.models import Request

_NOBODYS = bytes(32)


def of_caller(
    session: Session, request_id: UUID, caller: Caller, code: str = "", *, lock: bool = False
) -> Request:
    """A request of the caller's account or, with a code, of anybody who has it. Raises NotFound, NotSignedIn."""
    account_id = None if code else caller.citizen()
    request = session.get(Request, request_id, with_for_update=lock, populate_existing=lock)
    if code:
        return _proved(request, code)
    if request is None or request.account_id != account_id:
        raise NotFound
    return request


def by_number(session: Session, number: str, code: str) -> Request:
    """The request of a number, for who has its code. A wrong number and a wrong code are one: NotFound."""
    found = session.scalar(select(Request).where(Request.number == tracking.tidy_number(number)))
    return _proved(found, code)


def attempts(what: str, caller: Caller) -> list[Subject]:
    """What an attempt at a code is counted on: who aims, and at which request, there or not.

    Not the request alone: numbers follow one another, and anybody could keep its requester out by guessing.
    """
    return [on_account("tracking", f"{what} {caller.address}"), on_address("tracking", caller.address)]


def _proved(request: Request | None, code: str) -> Request:
    is_right = tracking.is_code(code, request.code_hash if request else _NOBODYS)
    if request is None or not is_right or request.erased_at is not None:
        raise NotFound
    if request.code_key is None:  # filed before there was one
        request.code_key = public_half(code)
    return request
