"""Who may come in. One password hash is verified whatever was typed, so that time tells nothing either."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid, func, literal, select, union_all, update
from sqlalchemy.orm import Session

from accounts.identity import failed_sign_ins, journal, passwords, registration, throttle
from accounts.identity.registration import address_of
from accounts.mailing.mail import Site
from accounts.models import Account, Registration
from accounts.names import spell
from chassis import metrics
from contracts.accounts.identity import SignedInView, WrongCredentials
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind, Role

FAILURES = metrics.counter("sign_in_failures_total", "Sign-ins refused, by kind of account", ("kind",))


@dataclass(frozen=True)
class Candidate:
    """What an address stands for: an account, an asking still to confirm, or nothing."""

    account_id: UUID | None
    asking: bytes | None
    password_hash: str | None


@dataclass(frozen=True)
class Checked:
    """A password that was right. `new_hash`: when the stored one was made with parameters no longer ours."""

    candidate: Candidate
    account: throttle.Subject
    address: throttle.Subject
    new_hash: str | None

    def succeed(self, session: Session) -> None:
        """Takes the attempt back from the counts."""
        throttle.succeed(session, self.account, self.address)


def check_password(
    begin: Callable[[], AbstractContextManager[Session]],
    kind: Kind,
    email: str,
    password: str,
    caller: Caller,
    now: datetime,
) -> Checked:
    """The attempt is counted and committed first, the password judged outside any transaction.

    Raises WrongCredentials, TooManyAttempts.
    """
    account = throttle.on_account("sign_in", f"{kind}:{address_of(email)}")
    address = throttle.on_address("sign_in", caller.address)
    with begin() as session:
        throttle.count(session, [account, address], now)
        found = find_candidate(session, kind, email, now)
    if not passwords.is_right(found.password_hash, password):
        FAILURES.labels(kind.value).inc()
        with begin() as session:
            failed_sign_ins.leave(session, kind, email, caller, now)
        raise WrongCredentials
    return Checked(found, account, address, passwords.renew_hash(found.password_hash, password))


def find_candidate(session: Session, kind: Kind, email: str, now: datetime) -> Candidate:
    """The hash that decides. An agent's account and a parent's under one address are two things."""
    address = address_of(email)
    found = select(
        Account.account_id,
        literal(None, LargeBinary).label("asking"),
        Account.password_hash,
        literal(0).label("rank"),
    ).where(Account.kind == kind.value, Account.email == address)
    if kind is Kind.CITIZEN:
        asked = (
            select(literal(None, Uuid), Registration.token_hash, Registration.password_hash, literal(1))
            .where(
                Registration.email == address,
                Registration.password_hash.is_not(None),
                Registration.used_by.is_(None),
                Registration.expires_at > now,
            )
            .order_by(Registration.expires_at.desc())
            .limit(1)
        )
        row = session.execute(union_all(found, asked).order_by("rank").limit(1)).first()
    else:
        row = session.execute(found).first()
    return Candidate(row[0], row[1], row[2]) if row else Candidate(None, None, None)


def let_in(
    session: Session,
    account_id: UUID,
    now: datetime,
    caller: Caller,
    new_hash: str | None = None,
    means: str = "password",
) -> SignedInView:
    """Notes the time and says who it is, with the sign-in before this one. Raises WrongCredentials once closed.

    `means`: password, passkey, federated.
    """
    before = (
        select(Account.account_id, Account.last_sign_in_at.label("last"))
        .where(Account.account_id == account_id, Account.closed_at.is_(None))
        .with_for_update()
        .cte("before")
    )
    row = session.execute(
        update(Account)
        .where(Account.account_id == before.c.account_id)
        .values(last_sign_in_at=now, password_hash=func.coalesce(new_hash, Account.password_hash))
        .returning(Account, before.c.last)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if row is None:  # closed since the password was judged
        raise WrongCredentials
    account, last = row
    journal.note(session, account_id, Action.SIGNED_IN, now, caller, means=means)
    return view(account, last)


def view(account: Account, last_sign_in: datetime | None) -> SignedInView:
    """The account as the browser session needs it: « Mme Léa Martin »."""
    return SignedInView(
        account_id=account.account_id,
        kind=Kind(account.kind),
        name=f"{account.title} {spell(account.first_name, account.last_name)}".strip(),
        roles=frozenset(Role(role) for role in account.roles),
        last_sign_in=last_sign_in,
    )


def remind(session: Session, site: Site, asking: bytes, now: datetime) -> None:
    """The password was right and the address is not confirmed: another link goes out."""
    asked = session.get(Registration, asking, with_for_update=True)
    if asked is not None and asked.used_by is None:
        registration.resend(session, site, asked, now)
