"""A new e-mail address, asked for by the account's owner, or by an agent for a parent who has lost the old one.

Whoever has the address asked for, the answer, the work and the mail to the old address are the same; the mail to the
new one holds a link, or says that it has an account already.
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import contact_changes, journal
from accounts.identity.contact_changes import WITHIN
from accounts.identity.registration import address_of, judge_address
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Guardian
from accounts.staff.agents import record_access
from contracts.accounts.accesses import Access
from contracts.accounts.journal import Action
from contracts.accounts.own_account import ChangeAccountEmail, ContactKind, EmailTaken, Side
from contracts.caller import Caller
from contracts.errors import Invalid, NotFound


def ask(
    session: Session,
    site: Site,
    account: Account,
    email: str,
    command_id: UUID,
    caller: Caller,
    now: datetime,
) -> None:
    """Writes the asking down and mails both sides. Raises Invalid."""
    _start(session, site, account, email, command_id, caller, now)


def ask_for(session: Session, site: Site, ask: ChangeAccountEmail, caller: Caller, now: datetime) -> None:
    """The same, by an agent who has checked who asks: the new address alone confirms. Raises NotFound, EmailTaken."""
    guardian = session.get(Guardian, ask.guardian_id)
    if guardian is None or guardian.account_id is None:
        raise NotFound
    account = session.get_one(Account, guardian.account_id, with_for_update=True)
    if _owner(session, account, address_of(ask.email)) is not None:
        raise EmailTaken
    _start(session, site, account, ask.email, ask.command_id, caller, now, agent=caller.name or "la mairie")
    record_access(session, [guardian.family_id], caller, Access.EMAIL_CHANGED, now)


def _start(
    session: Session,
    site: Site,
    account: Account,
    email: str,
    command_id: UUID,
    caller: Caller,
    now: datetime,
    agent: str = "",
) -> None:
    judge_address(email)
    email = address_of(email)
    if email == account.email:
        raise Invalid(problems={"email": "email_same"})
    old_token, new_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    change = contact_changes.start(session, account, ContactKind.EMAIL, email, command_id, old_token, now)
    if change is None:
        return
    change.new_hash = contact_changes.hash_of(new_token)
    if agent:
        change.asked_by_agent = agent
        contact_changes.agree(change, Side.OLD, command_id)
    given = {"email": email, "former": account.email, "until": now + WITHIN, "by_agent": bool(agent)}
    if _owner(session, account, email) is None:
        mail.write(
            session, site, "email_change_new", email, now,
            first_name=account.first_name, link=contact_changes.link(site, new_token), **given,
        )  # fmt: skip
    else:
        mail.write(session, site, "email_change_taken", email, now, former=account.email)
    mail.write(
        session, site, "email_change_old", account.email, now,
        first_name=account.first_name, link=contact_changes.link(site, old_token), **given,
    )  # fmt: skip
    journal.note(session, account.account_id, Action.EMAIL_CHANGE_ASKED, now, caller, value=email)


def _owner(session: Session, account: Account, email: str) -> UUID | None:
    """Which account of this kind has the address."""
    statement = select(Account.account_id).where(Account.kind == account.kind, Account.email == email)
    return session.scalar(statement)
