"""What an administrator does to an agent: invite, change roles, suspend, let in again, reset the second factor.

Each answers with the agent's account.

Rows of administrators are locked first, in the order of their ids, then the agent's: of two administrators who take
one another's role away at once, the second finds that they are none any more.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import any_, delete, literal, select
from sqlalchemy.orm import Session

from accounts.identity import journal, registration
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, ResetLink
from accounts.names import tidy
from accounts.staff import second_factor
from contracts.accounts.agents import (
    AgentExists,
    AgentNotInvited,
    ChangeRoles,
    InviteAgent,
    LastAdministrator,
    OwnAdministration,
    RolesChanged,
)
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotAllowed, NotFound


def invite(session: Session, site: Site, ask: InviteAgent, caller: Caller, now: datetime) -> UUID:
    """A new agent, and the mail that lets them choose a password. Raises AgentExists."""
    _lock_administrators(session, caller)
    email = registration.address_of(ask.email)
    if _with_address(session, email) is not None:
        raise AgentExists(problems={"email": "agent_exists"})
    account = Account(
        kind=Kind.AGENT.value,
        email=email,
        first_name=tidy(ask.first_name),
        last_name=tidy(ask.last_name),
        roles=_values(ask.roles),
        created_at=now,
    )
    session.add(account)
    session.flush()
    _send_invitation(session, site, account, caller, now)
    return account.account_id


def invite_again(session: Session, site: Site, account_id: UUID, caller: Caller, now: datetime) -> UUID:
    """Another link; the one before is void. Raises NotFound, AgentNotInvited."""
    account = _take(session, account_id, caller)[0]
    if account.password_hash is not None:
        raise AgentNotInvited
    _send_invitation(session, site, account, caller, now)
    return account_id


def change_roles(session: Session, ask: ChangeRoles, caller: Caller, now: datetime) -> UUID:
    """Raises NotFound, RolesChanged, OwnAdministration, LastAdministrator."""
    account, others = _take(session, ask.account_id, caller)
    if _values(ask.was) != sorted(account.roles):
        raise RolesChanged
    if Role.ADMINISTRATION not in ask.roles and Role.ADMINISTRATION in account.roles:
        _keep_one(account, others, caller)
    journal.note(
        session,
        account.account_id,
        Action.ROLES_CHANGED,
        now,
        caller,
        before=sorted(account.roles),
        after=_values(ask.roles),
    )
    account.roles = _values(ask.roles)
    return ask.account_id


def suspend(session: Session, account_id: UUID, caller: Caller, now: datetime) -> UUID:
    """From now on refused, by the password too. Raises NotFound, OwnAdministration, LastAdministrator."""
    account, others = _take(session, account_id, caller)
    _keep_one(account, others, caller)
    if account.suspended_at is None:
        account.suspended_at = now
        session.execute(delete(ResetLink).where(ResetLink.account_id == account_id))
        second_factor.forget_tickets(session, account_id)
        journal.note(session, account_id, Action.AGENT_SUSPENDED, now, caller)
    return account_id


def reactivate(session: Session, account_id: UUID, caller: Caller, now: datetime) -> UUID:
    """Let in again, with the roles there were. Raises NotFound."""
    account = _take(session, account_id, caller)[0]
    if account.suspended_at is not None:
        account.suspended_at = None
        journal.note(session, account_id, Action.AGENT_REACTIVATED, now, caller)
    return account_id


def reset_second_factor(
    session: Session, site: Site, account_id: UUID, caller: Caller, now: datetime
) -> UUID:
    """The next sign-in sets an application up; the agent is told by mail. Raises NotFound, OwnAdministration."""
    account = _take(session, account_id, caller)[0]
    if account.account_id == caller.account_id:
        # One session left open would do to replace what protects all the others.
        raise OwnAdministration
    second_factor.forget(session, account_id)
    journal.note(session, account_id, Action.SECOND_FACTOR_RESET, now, caller)
    mail.write(
        session, site, "second_factor_reset", account.email, now, first_name=account.first_name, at=now
    )
    return account_id


def find_by_address(session: Session, email: str) -> UUID:
    """The agent of an address. Raises NotFound."""
    account = _with_address(session, registration.address_of(email))
    if account is None:
        raise NotFound
    return account.account_id


def _take(session: Session, account_id: UUID, caller: Caller) -> tuple[Account, list[Account]]:
    """The agent, locked, and the administrators who can sign in without them. Raises NotFound, NotAllowed."""
    administrators = _lock_administrators(session, caller)
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or account.kind != Kind.AGENT.value:
        raise NotFound
    return account, [each for each in administrators if each.account_id != account_id]


def _lock_administrators(session: Session, caller: Caller) -> list[Account]:
    """Those who can sign in. Raises NotAllowed when the caller is an agent and none of them any more."""
    found = session.scalars(
        select(Account)
        .where(Account.kind == Kind.AGENT.value, literal(Role.ADMINISTRATION.value) == any_(Account.roles))
        .order_by(Account.account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    able = [each for each in found if each.suspended_at is None and each.password_hash is not None]
    if caller.kind is Kind.AGENT and caller.account_id not in {each.account_id for each in able}:
        raise NotAllowed(needs=[Role.ADMINISTRATION.value])
    return able


def _keep_one(account: Account, others: list[Account], caller: Caller) -> None:
    """Raises OwnAdministration, or LastAdministrator when nobody else could administer the site."""
    if account.account_id == caller.account_id:
        raise OwnAdministration
    if Role.ADMINISTRATION in account.roles and not others:
        raise LastAdministrator


def _send_invitation(session: Session, site: Site, account: Account, caller: Caller, now: datetime) -> None:
    registration.send_link(session, site, account, "invitation", registration.INVITATION_WITHIN, now)
    journal.note(session, account.account_id, Action.AGENT_INVITED, now, caller)


def _with_address(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.kind == Kind.AGENT.value, Account.email == email))


def _values(roles: frozenset[Role]) -> list[str]:
    return sorted(role.value for role in roles)
