"""The town's agents: accounts of their own, with roles by function."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import registration
from accounts.mailing.mail import Site
from accounts.models import Account, FamilyAccess
from accounts.names import tidy
from contracts.accounts.accesses import Access
from contracts.accounts.agents import CreateAgent
from contracts.caller import Caller, Kind


def create(session: Session, site: Site, ask: CreateAgent, password_hash: str | None, now: datetime) -> UUID:
    """Makes the agent's account, or brings names and roles of the one there is up to date."""
    email = registration.address_of(ask.email)
    account = session.scalar(
        select(Account).where(Account.kind == Kind.AGENT.value, Account.email == email).with_for_update()
    )
    is_new = account is None
    if account is None:
        account = Account(kind=Kind.AGENT.value, email=email, password_hash=password_hash, created_at=now)
        session.add(account)
    account.first_name, account.last_name = tidy(ask.first_name), tidy(ask.last_name)
    account.roles = sorted(role.value for role in ask.roles)
    session.flush()
    if is_new and password_hash is None:
        registration.send_link(session, site, account, "invitation", registration.INVITATION_WITHIN, now)
    return account.account_id


def record_access(
    session: Session, family_ids: list[UUID], caller: Caller, access: Access, now: datetime, detail: str = ""
) -> None:
    """Writes down that an agent looked into or changed families' files. The installation leaves no line.

    `detail`: what exactly, as an administrator reads it; nothing of a child's health.
    """
    if caller.kind is not Kind.AGENT or caller.account_id is None:
        return
    session.add_all(
        FamilyAccess(
            family_id=family_id,
            agent_id=caller.account_id,
            agent_name=caller.name,
            action=access.value,
            detail=detail[:300],
            at=now,
        )
        for family_id in family_ids
    )
