"""Asking for an account, confirming the address, choosing another password: always by a link sent by mail.

What the page answers is the same whatever is known of the address, and so is the work done; only the mail differs.
A link works once, for a time, and only its hash is stored.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts import addresses
from accounts.identity import journal, passwords, ways_in
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Registration, ResetLink
from accounts.names import tidy
from chassis import metrics
from chassis.outbox import tell, tell_all
from contracts.accounts.federation import RegisterByProvider
from contracts.accounts.identity import (
    AskReset,
    ConfirmEmail,
    LinkExpired,
    OpenAccount,
    PasswordTooWeak,
    Register,
    ResetPassword,
)
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind
from contracts.errors import Invalid
from contracts.events.accounts import AccountAddressConfirmed, AccountRegistered

CONFIRM_WITHIN = timedelta(hours=48)
RESET_WITHIN = timedelta(hours=2)
INVITATION_WITHIN = timedelta(days=7)

ACTIVATED = metrics.counter("accounts_activated_total", "Accounts whose address was confirmed")


_PER_TICK = 100


def address_of(email: str) -> str:
    """The address as it is kept and compared: lower case, tidied."""
    return tidy(email).lower()


def judge_address(email: str) -> None:
    """Raises Invalid when no mail can reach the address: nothing is queued that could not leave."""
    if not addresses.is_usable(address_of(email)):
        raise Invalid(problems={"email": "email_unusable"})


def judge(password: str, known: list[str]) -> None:
    """Raises PasswordTooWeak with what is wrong."""
    fault = passwords.find_fault(password, known)
    if fault is not None:
        raise PasswordTooWeak(problems={"password": fault})


def register(
    session: Session,
    site: Site,
    ask: Register | RegisterByProvider,
    password_hash: str | None,
    now: datetime,
) -> None:
    """Writes the asking down and queues the mail: a link, or « you already have an account ».

    Without a password, another provider vouches for the person; the address is confirmed all the same.
    """
    email = address_of(ask.email)
    provider = ask if isinstance(ask, RegisterByProvider) else None
    taken = session.scalar(select(Account).where(Account.kind == Kind.CITIZEN.value, Account.email == email))
    token = secrets.token_urlsafe(32)
    asked = insert(Registration).values(
        token_hash=_hash(token),
        command_id=ask.command_id,
        email=email,
        title=ask.title,
        first_name=tidy(ask.first_name),
        last_name=tidy(ask.last_name),
        password_hash=password_hash,
        issuer=provider.issuer if provider else None,
        subject=provider.subject if provider else None,
        # An asking for a taken address is kept too, already over: a second click must find it.
        expires_at=now + CONFIRM_WITHIN if taken is None else now,
    )
    if session.execute(asked.on_conflict_do_nothing().returning(Registration.token_hash)).first() is None:
        return
    if taken is None:
        link = f"{site.public_url.rstrip('/')}/creer-mon-espace/confirmer/{token}"
        until = now + CONFIRM_WITHIN
        names = {"first_name": tidy(ask.first_name), "last_name": tidy(ask.last_name)}
        kind = "confirm_federated" if provider else "confirm"
        mail.write(session, site, kind, email, now, **names, link=link, until=until)
    else:
        kind = "already_federated" if provider else "already"
        mail.write(session, site, kind, email, now, first_name=taken.first_name)


def confirm(session: Session, ask: ConfirmEmail, caller: Caller, now: datetime) -> None:
    """Makes the account that the link was sent for. Raises LinkExpired.

    Locks the asking: of two clicks, the second finds it used; a repeat of the same command is no second use.
    """
    asked = session.get(Registration, _hash(ask.token), with_for_update=True)
    if asked is not None and asked.used_by == ask.command_id:
        return
    if asked is None or asked.used_by is not None or asked.expires_at <= now:
        raise LinkExpired
    made = _open(session, asked, now)
    if made is None:
        raise LinkExpired
    if asked.issuer and not ways_in.claim(session, made, asked.issuer, str(asked.subject), now):
        raise LinkExpired  # that person has made an account by another link meanwhile
    asked.used_by = ask.command_id
    journal.note(session, made, Action.REGISTERED, now, caller)


def open_account(session: Session, ask: OpenAccount, password_hash: str, now: datetime) -> UUID:
    """An account without a mail; the one there is when the address is taken."""
    email = address_of(ask.email)
    asked = Registration(
        email=email,
        title=ask.title,
        first_name=tidy(ask.first_name),
        last_name=tidy(ask.last_name),
        password_hash=password_hash,
    )
    made = _open(session, asked, now)
    if made is not None:
        return made
    taken = select(Account.account_id).where(Account.kind == Kind.CITIZEN.value, Account.email == email)
    return session.scalars(taken).one()


def _open(session: Session, asked: Registration, now: datetime) -> UUID | None:
    """The new account, told; None when the address is taken."""
    account_id = session.scalar(
        insert(Account)
        .values(
            kind=Kind.CITIZEN.value,
            email=asked.email,
            title=asked.title,
            first_name=asked.first_name,
            last_name=asked.last_name,
            password_hash=asked.password_hash,
            address_told=True,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Account.kind, Account.email])
        .returning(Account.account_id)
    )
    if account_id is not None:
        ACTIVATED.inc()
        tell(session, AccountRegistered(account_id=account_id, email=asked.email), subject=account_id, at=now)
    return account_id


def tell_addresses(session: Session, now: datetime) -> int:
    """Tells the addresses that no fact has told, of a hundred accounts at most. How many."""
    found = session.scalars(
        select(Account)
        .where(~Account.address_told)
        .order_by(Account.account_id)
        .limit(_PER_TICK)
        .with_for_update(skip_locked=True)
    ).all()
    confirmed = [each for each in found if each.kind == Kind.CITIZEN.value and each.closed_at is None]
    tell_all(
        session,
        [
            (AccountAddressConfirmed(account_id=each.account_id, email=each.email), each.account_id, 1)
            for each in confirmed
        ],
        at=now,
    )
    for each in found:
        each.address_told = True
    return len(confirmed)


def resend(session: Session, site: Site, asked: Registration, now: datetime) -> None:
    """Another link for an asking whose first mail was lost; the first link is void."""
    token = secrets.token_urlsafe(32)
    asked.token_hash = _hash(token)
    asked.expires_at = now + CONFIRM_WITHIN
    link = f"{site.public_url.rstrip('/')}/creer-mon-espace/confirmer/{token}"
    mail.write(
        session,
        site,
        "confirm",
        asked.email,
        now,
        first_name=asked.first_name,
        link=link,
        until=asked.expires_at,
    )


def ask_reset(session: Session, site: Site, ask: AskReset, now: datetime) -> None:
    """Queues a link for the account, or a mail that says there is none: the same statements either way."""
    email = address_of(ask.email)
    account = session.scalar(select(Account).where(Account.kind == ask.kind.value, Account.email == email))
    if account is not None:
        send_link(session, site, account, "reset", RESET_WITHIN, now)
    else:
        _nobodys_link(session, now)
        mail.write(session, site, "no_account", email, now, is_agent=ask.kind is Kind.AGENT)


def _nobodys_link(session: Session, now: datetime) -> None:
    """What `send_link` does for an account, for nobody: how long it takes must not tell whether there is one."""
    nobody = uuid4()
    session.execute(delete(ResetLink).where(ResetLink.account_id == nobody))
    token_hash = _hash(secrets.token_urlsafe(32))
    link = select(literal(token_hash), Account.account_id, literal(now + RESET_WITHIN)).where(
        Account.account_id == nobody
    )
    session.execute(insert(ResetLink).from_select(["token_hash", "account_id", "expires_at"], link))


def send_link(
    session: Session, site: Site, account: Account, kind: str, within: timedelta, now: datetime
) -> None:
    """Mails a link to choose a password; links sent before are void."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(ResetLink).where(ResetLink.account_id == account.account_id))
    session.add(ResetLink(token_hash=_hash(token), account_id=account.account_id, expires_at=now + within))
    link = f"{site.public_url.rstrip('/')}/mot-de-passe/{token}"
    mail.write(
        session, site, kind, account.email, now, first_name=account.first_name, link=link, until=now + within
    )


def linked_account(
    session: Session, token: str, command_id: UUID, now: datetime
) -> tuple[ResetLink, Account]:
    """The account a link was sent for, locked. Raises LinkExpired."""
    link = session.get(ResetLink, _hash(token), with_for_update=True)
    if link is None or link.expires_at <= now or link.used_by not in (None, command_id):
        raise LinkExpired
    account = session.get(Account, link.account_id, with_for_update=True)
    if account is None:
        raise LinkExpired
    return link, account


def reset(
    session: Session, site: Site, ask: ResetPassword, password_hash: str, caller: Caller, now: datetime
) -> Account:
    """Gives the account the new password and says so by mail. Raises LinkExpired."""
    link, account = linked_account(session, ask.token, ask.command_id, now)
    if link.used_by is None:
        link.used_by = ask.command_id
        account.password_hash = password_hash
        journal.note(session, account.account_id, Action.PASSWORD_RESET, now, caller)
        mail.write(
            session, site, "password_changed", account.email, now, first_name=account.first_name, at=now
        )
    return account


def forget_old(session: Session, now: datetime) -> None:
    """Removes links and askings that have been over for a week."""
    session.execute(delete(Registration).where(Registration.expires_at < now - timedelta(days=7)))
    session.execute(delete(ResetLink).where(ResetLink.expires_at < now - timedelta(days=7)))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
