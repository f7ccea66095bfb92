"""Who may come in. One password hash is verified whatever was typed, so that time tells nothing either."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from accounts.identity import failed_sign_ins, journal, passwords, registration
from accounts.identity.registration import address_of
from accounts.mailing.mail import Site
from accounts.models import Account, Registration
from accounts.names import spell
from chassis import metrics, throttle
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
        session.connection(execution_options=_ITS_OWN)
        given = {
            "kind": kind.value,
            "email": address_of(email),
            **throttle.given_for([account, address], now),
        }
        row = session.execute(_TRY, given).one()
        if row.counted < 2:
            raise throttle.refusal(session, [account, address], now)
    found = Candidate(row.account_id, row.asking and bytes(row.asking), row.password_hash)
    if not passwords.is_right(found.password_hash, password):
        FAILURES.labels(kind.value).inc()
        with begin() as session:
            failed_sign_ins.leave(session, kind, email, caller, now)
        raise WrongCredentials
    return Checked(found, account, address, passwords.renew_hash(found.password_hash, password))


_ITS_OWN = {"isolation_level": "AUTOCOMMIT"}
"""One statement is its own transaction: no trip to begin it, none to commit it."""

_TRY = text(f"""
WITH {throttle.COUNTING},
candidate AS (
  SELECT account_id, NULL::bytea AS asking, password_hash, 0 AS rank
  FROM account WHERE kind = :kind AND email = :email
  UNION ALL (
    SELECT NULL, token_hash, password_hash, 1 FROM registration
    WHERE :kind = 'citizen' AND email = :email AND password_hash IS NOT NULL AND used_by IS NULL AND expires_at > :now
    ORDER BY expires_at DESC LIMIT 1
  )
  ORDER BY rank LIMIT 1
)
SELECT (SELECT count(*) FROM counted) AS counted, account_id, asking, password_hash
FROM (SELECT) AS always LEFT JOIN candidate ON true
""")
"""The hash that decides. An agent's account and a parent's under one address are two things."""

_ENTERING = """
before AS (
  SELECT account_id, last_sign_in_at FROM account WHERE account_id = :account_id AND closed_at IS NULL FOR UPDATE
),
entered AS (
  UPDATE account SET last_sign_in_at = :now, password_hash = coalesce(:new_hash, password_hash)
  FROM before WHERE account.account_id = before.account_id
  RETURNING account.account_id, kind, title, first_name, last_name, roles, before.last_sign_in_at AS last
)
"""
_LET_IN = text(f"WITH {_ENTERING} SELECT * FROM entered")
_ENTER = text(f"""
WITH {throttle.EASING}, {_ENTERING},
noted AS ({journal.NOTING} FROM entered)
SELECT * FROM entered
""")
"""Written out: the way of every sign-in is two statements, compiles nothing and builds no object it does not need."""


def enter(session: Session, checked: Checked, now: datetime, caller: Caller) -> SignedInView:
    """A parent whose password was right: the counts eased, the time noted, the journal written, in one statement.

    Raises WrongCredentials when the account was closed since the password was judged.
    """
    session.connection(execution_options=_ITS_OWN)
    account_id = checked.candidate.account_id
    line = journal.line(account_id, Action.SIGNED_IN, now, caller, means="password")
    given = {
        "account": checked.account.name,
        "address": checked.address.name,
        "new_hash": checked.new_hash,
        **line,
    }
    row = session.execute(_ENTER, given).one_or_none()
    if row is None:
        raise WrongCredentials
    return view(row, row.last)


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
    given = {"account_id": account_id, "now": now, "new_hash": new_hash}
    row = session.execute(_LET_IN, given).one_or_none()
    if row is None:  # closed since the password was judged
        raise WrongCredentials
    journal.note(session, account_id, Action.SIGNED_IN, now, caller, means=means)
    return view(row, row.last)


def view(account: Account | Row[Any], last_sign_in: datetime | None) -> SignedInView:
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
