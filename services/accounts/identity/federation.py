"""Identities of another provider (FranceConnect) that open a parent's account: linked, used, unlinked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.identity import journal, sign_in, ways_in
from accounts.identity.ways_in_models import FederatedIdentity
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account
from contracts.accounts.federation import (
    AlreadyLinked,
    IdentityTaken,
    IdentityUnknown,
    LinkOver,
    LinkProvider,
    SignInByProvider,
    UnlinkProvider,
)
from contracts.accounts.identity import SignedInView
from contracts.accounts.journal import Action
from contracts.caller import Caller, Kind
from contracts.errors import NotFound


def let_in(session: Session, ask: SignInByProvider, now: datetime, caller: Caller) -> SignedInView:
    """Who it is here, with the use noted. Locks the identity, then the account. Raises IdentityUnknown."""
    identity = session.get(FederatedIdentity, (ask.issuer, ask.subject), with_for_update=True)
    if identity is None:
        raise IdentityUnknown
    account = session.get_one(Account, identity.account_id)
    if account.kind != Kind.CITIZEN.value or account.closed_at or account.suspended_at:
        raise IdentityUnknown
    identity.last_used_at = now
    return sign_in.let_in(session, account.account_id, now, caller, means="federated")


def link(
    session: Session,
    site: Site,
    ask: LinkProvider,
    confirmed: bool,
    account_id: UUID,
    now: datetime,
    caller: Caller,
) -> None:
    """From now on the identity opens the account. Locks the account; of two accounts at once, one has it.

    `confirmed`: the password was typed for it a moment ago. Raises LinkOver, IdentityTaken, AlreadyLinked.
    """
    if not confirmed:
        raise LinkOver
    account = session.get_one(Account, account_id, with_for_update=True)
    mine = _of_account(session, account_id, ask.issuer)
    if mine is not None and mine.subject == ask.subject:
        return
    if mine is not None:
        raise AlreadyLinked
    if not ways_in.claim(session, account_id, ask.issuer, ask.subject, now):
        raise IdentityTaken
    journal.note(session, account_id, Action.FEDERATED_LINKED, now, caller)
    mail.write(session, site, "federated_linked", account.email, now, first_name=account.first_name, at=now)


def unlink(
    session: Session, site: Site, ask: UnlinkProvider, account_id: UUID, now: datetime, caller: Caller
) -> None:
    """The identity opens nothing any more. Locks the account. Raises NotFound, OnlyWayIn."""
    account = session.get_one(Account, account_id, with_for_update=True)
    mine = _of_account(session, account_id, ask.issuer)
    if mine is None:
        raise NotFound
    ways_in.take_away(session, account, mine)
    journal.note(session, account_id, Action.FEDERATED_UNLINKED, now, caller)
    mail.write(session, site, "federated_unlinked", account.email, now, first_name=account.first_name, at=now)


def _of_account(session: Session, account_id: UUID, issuer: str) -> FederatedIdentity | None:
    return session.scalar(
        select(FederatedIdentity).where(
            FederatedIdentity.account_id == account_id, FederatedIdentity.issuer == issuer
        )
    )
