"""One's own account: found, shown, its password changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts import telephones
from accounts.household.facts import label_of
from accounts.identity import contact_changes, journal
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Guardian, ResetLink
from contracts.accounts.journal import Action
from contracts.accounts.own_account import ChangePassword, OwnAccountView
from contracts.caller import Caller, Kind
from contracts.errors import NotSignedIn

PEOPLE = {Kind.CITIZEN, Kind.AGENT}


def id_of(caller: Caller) -> UUID:
    """The account of whoever asks, parent or agent. Raises NotSignedIn."""
    if caller.kind not in PEOPLE or caller.account_id is None:
        raise NotSignedIn
    return caller.account_id


def mine(session: Session, caller: Caller, *, lock: bool = False) -> Account:
    """The caller's account. Raises NotSignedIn when it is gone or closed.

    `lock`: whatever changes an account locks its row first, before anything that hangs on it.
    """
    account = session.get(Account, id_of(caller), with_for_update=lock or None)
    if account is None or account.kind != caller.kind.value or not _is_open(account):
        raise NotSignedIn
    return account


def _is_open(account: Account) -> bool:
    return account.closed_at is None and account.suspended_at is None


def view(session: Session, account: Account, now: datetime) -> OwnAccountView:
    """The account as its owner reads it."""
    return OwnAccountView(
        account_id=account.account_id,
        title=account.title,
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        phone=telephones.shown(account.phone),
        phone_verified=account.phone_verified_at is not None,
        created_at=account.created_at,
        has_password=account.password_hash is not None,
        families=labels_of(session, account.account_id),
        pending=contact_changes.pending(session, account.account_id, now),
    )


def labels_of(session: Session, account_id: UUID) -> list[str]:
    """How the households of an account are called, by its guardians' surnames."""
    own = select(Guardian.family_id).where(Guardian.account_id == account_id)
    surnames: dict[UUID, list[str]] = {}
    for guardian in session.scalars(
        select(Guardian).where(Guardian.family_id.in_(own)).order_by(Guardian.family_id, Guardian.name_key)
    ):
        surnames.setdefault(guardian.family_id, []).append(guardian.usage_name or guardian.last_name)
    return [label_of(names) for names in surnames.values()]


def has_changed(session: Session, caller: Caller, ask: ChangePassword) -> bool:
    """This very command has changed the password already: a form sent twice."""
    statement = select(Account.password_set_by).where(Account.account_id == id_of(caller))
    return session.scalar(statement) == ask.command_id


def change_password(
    session: Session, site: Site, ask: ChangePassword, password_hash: str, caller: Caller, now: datetime
) -> None:
    """Gives the caller's account the new password, makes links mailed before void, and says so by mail."""
    account = mine(session, caller, lock=True)
    account.password_hash, account.password_set_by = password_hash, ask.command_id
    session.execute(delete(ResetLink).where(ResetLink.account_id == account.account_id))
    journal.note(session, account.account_id, Action.PASSWORD_CHANGED, now, caller)
    mail.write(session, site, "password_changed", account.email, now, first_name=account.first_name, at=now)
