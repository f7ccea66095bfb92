"""Agents as administrators, and they themselves, see them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.models import Account
from accounts.staff.second_factor_models import RecoveryCode, SecondFactor
from contracts.accounts.agents import AgentFile, AgentState, AgentView
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound, NotSignedIn

LINES = 20


def list_agents(session: Session, caller: Caller) -> list[AgentView]:
    """Every agent, by name. One statement."""
    return [_view(row, caller) for row in session.execute(_rows())]


def open_agent(session: Session, account_id: UUID, caller: Caller) -> AgentFile:
    """An agent and what was done on their account. Raises NotFound."""
    return AgentFile(
        agent=show(session, account_id, caller), journal=journal.lines_of(session, account_id, limit=LINES)
    )


def show(session: Session, account_id: UUID, caller: Caller) -> AgentView:
    """An agent. Raises NotFound."""
    session.flush()
    row = session.execute(_rows().where(Account.account_id == account_id)).first()
    if row is None:
        raise NotFound
    return _view(row, caller)


def show_own(session: Session, caller: Caller) -> AgentView:
    """The agent who asks. Raises NotSignedIn."""
    try:
        return show(session, caller.agent(), caller)
    except NotFound:
        raise NotSignedIn from None


def _rows() -> Select[*tuple[Any, ...]]:
    left = (
        select(func.count())
        .where(RecoveryCode.account_id == Account.account_id, RecoveryCode.used_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(Account, SecondFactor.enrolled_at, left)
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.account_id)
        .where(Account.kind == Kind.AGENT.value)
        .order_by(func.lower(Account.last_name), func.lower(Account.first_name), Account.account_id)
    )


def _view(row: Any, caller: Caller) -> AgentView:
    account, enrolled_at, left = row
    return AgentView(
        account_id=account.account_id,
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        roles=frozenset(Role(role) for role in account.roles),
        state=_state(account),
        created_at=account.created_at,
        last_sign_in=account.last_sign_in_at,
        enrolled_at=enrolled_at,
        recovery_left=left,
        is_me=account.account_id == caller.account_id,
    )


def _state(account: Account) -> AgentState:
    if account.suspended_at is not None:
        return AgentState.SUSPENDED
    return AgentState.ACTIVE if account.password_hash else AgentState.INVITED
