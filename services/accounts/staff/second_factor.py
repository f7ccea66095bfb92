"""The agents' second factor: a ticket for a right password, then a code of their application, or one on paper.

Rows are locked in this order: the account, the ticket, the authenticator. Codes are judged in real time (`totp`);
tickets end by the town's clock, as links do.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.identity import journal, sign_in
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account
from accounts.staff import recovery_codes, totp
from accounts.staff.authenticator_seal import AuthenticatorSeal
from accounts.staff.second_factor_models import SecondFactor, SignInTicket
from chassis import throttle
from contracts.accounts.journal import Action
from contracts.accounts.second_factor import (
    AgentSuspended,
    EnrolledView,
    EnrolmentOffer,
    EnrolSecondFactor,
    ProvenView,
    ProveSecondFactor,
    TicketExpired,
    TicketView,
)
from contracts.caller import Caller

PROVE_WITHIN = timedelta(minutes=5)
ENROL_WITHIN = timedelta(minutes=20)
"""Installing an application takes a while."""
ISSUER = "Espace Citoyens Romans-sur-Isère"


def open_ticket(
    session: Session, seal: AuthenticatorSeal, checked: sign_in.Checked, now: datetime
) -> TicketView:
    """What a right password is answered. Raises AgentSuspended."""
    account = session.get_one(Account, checked.candidate.account_id, with_for_update=True)
    _refuse_suspended(account)
    if checked.new_hash is not None:
        account.password_hash = checked.new_hash
    enrolled = session.get(SecondFactor, account.account_id) is not None
    token = secrets.token_urlsafe(32)
    session.add(
        SignInTicket(
            ticket_hash=_hash(token),
            account_id=account.account_id,
            sealed_secret=None if enrolled else seal.close(account.account_id, totp.new_secret()),
            expires_at=now + (PROVE_WITHIN if enrolled else ENROL_WITHIN),
        )
    )
    return TicketView(ticket=token, enrolled=enrolled)


def read_offer(session: Session, seal: AuthenticatorSeal, token: str, now: datetime) -> EnrolmentOffer:
    """The authenticator that a ticket offers to set up. Raises TicketExpired."""
    ticket = session.get(SignInTicket, _hash(token))
    if (
        ticket is None
        or ticket.sealed_secret is None
        or ticket.used_by is not None
        or ticket.expires_at <= now
    ):
        raise TicketExpired
    account = session.get_one(Account, ticket.account_id)
    secret = seal.open(account.account_id, ticket.sealed_secret)
    return EnrolmentOffer(
        secret=secret,
        uri=totp.provisioning_uri(secret, account.email, ISSUER),
        expires_at=ticket.expires_at,
    )


def prove(
    session: Session,
    seal: AuthenticatorSeal,
    site: Site,
    ask: ProveSecondFactor,
    caller: Caller,
    now: datetime,
    real_now: datetime,
) -> ProvenView | None:
    """The agent signed in; None when the code is refused, which is written down.

    Raises TicketExpired, AgentSuspended.
    """
    account, ticket = _take(session, ask.ticket, ask.command_id, now)
    if ticket.used_by is None:
        if not accept(session, seal, site, account, ask.code, caller, now, real_now):
            return None
        ticket.used_by = ask.command_id
    on_paper = recovery_codes.read(ask.code) is not None
    left = recovery_codes.count_left(session, account.account_id) if on_paper else None
    signed_in = sign_in.let_in(session, account.account_id, now, caller)
    return ProvenView(**dict(signed_in), recovery_left=left)


def accept(
    session: Session,
    seal: AuthenticatorSeal,
    site: Site,
    account: Account,
    code: str,
    caller: Caller,
    now: datetime,
    real_now: datetime,
) -> bool:
    """Whether the code is good: digits not used before, or a code on paper, which is told by mail.

    Raises TicketExpired when the authenticator was reset meanwhile. `account` is locked.
    """
    factor = session.get(SecondFactor, account.account_id, with_for_update=True)
    if factor is None:
        raise TicketExpired
    secret = seal.open(account.account_id, factor.sealed_secret)
    counter = totp.find_counter(secret, _digits(code), real_now, factor.last_counter)
    if counter is not None:
        factor.last_counter = counter
        factor.sealed_secret = seal.close(account.account_id, secret)  # under today's key
        return True
    if recovery_codes.use(session, account.account_id, code, now):
        left = recovery_codes.count_left(session, account.account_id)
        journal.note(session, account.account_id, Action.RECOVERY_CODE_USED, now, caller, left=left)
        mail.write(
            session,
            site,
            "recovery_code_used",
            account.email,
            now,
            first_name=account.first_name,
            at=now,
            left=left,
        )
        return True
    journal.note(session, account.account_id, Action.SECOND_FACTOR_FAILED, now, caller)
    sign_in.FAILURES.labels("agent_code").inc()
    return False


def enrol(
    session: Session,
    seal: AuthenticatorSeal,
    site: Site,
    ask: EnrolSecondFactor,
    caller: Caller,
    now: datetime,
    real_now: datetime,
) -> EnrolledView | None:
    """The agent signed in with a new authenticator, and ten codes; None when the code is refused.

    A repeat of the command gets other codes: the first were never stored. Raises TicketExpired, AgentSuspended.
    """
    account, ticket = _take(session, ask.ticket, ask.command_id, now)
    if ticket.sealed_secret is None:
        raise TicketExpired
    if ticket.used_by is None:
        if session.get(SecondFactor, account.account_id) is not None:
            raise TicketExpired
        secret = seal.open(account.account_id, ticket.sealed_secret)
        counter = totp.find_counter(secret, _digits(ask.code), real_now, last=0)
        if counter is None:
            journal.note(session, account.account_id, Action.SECOND_FACTOR_FAILED, now, caller)
            sign_in.FAILURES.labels("agent_code").inc()
            return None
        ticket.used_by = ask.command_id
        keep(session, seal, account.account_id, secret, counter, now)
        journal.note(session, account.account_id, Action.SECOND_FACTOR_ENROLLED, now, caller)
        mail.write(
            session, site, "second_factor_enrolled", account.email, now, first_name=account.first_name, at=now
        )
    codes = recovery_codes.renew(session, account.account_id)
    signed_in = sign_in.let_in(session, account.account_id, now, caller)
    return EnrolledView(**dict(signed_in), recovery_codes=codes)


def keep(
    session: Session, seal: AuthenticatorSeal, account_id: UUID, secret: str, counter: int, now: datetime
) -> None:
    """Writes the authenticator down."""
    sealed = seal.close(account_id, secret)
    session.add(
        SecondFactor(account_id=account_id, sealed_secret=sealed, last_counter=counter, enrolled_at=now)
    )


def keep_given(
    session: Session, seal: AuthenticatorSeal, account_id: UUID, secret: str, now: datetime
) -> None:
    """The demonstration's authenticator; one that is there already stays."""
    if session.get(SecondFactor, account_id) is None:
        keep(session, seal, account_id, secret, 0, now)


def forget(session: Session, account_id: UUID) -> None:
    """No authenticator, no recovery code, nothing begun: the next sign-in enrols. The account is locked."""
    forget_tickets(session, account_id)
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    recovery_codes.forget(session, account_id)


def forget_tickets(session: Session, account_id: UUID) -> None:
    """What was begun to sign in with is void."""
    session.execute(delete(SignInTicket).where(SignInTicket.account_id == account_id))


def owner_of(session: Session, token: str) -> UUID:
    """Whose ticket it is, used or not, for counting attempts. Raises TicketExpired."""
    ticket = session.get(SignInTicket, _hash(token))
    if ticket is None:
        raise TicketExpired
    return ticket.account_id


def attempts_on(account_id: UUID, caller: Caller) -> tuple[throttle.Subject, throttle.Subject]:
    """What attempts at codes are counted on: the account, the network address."""
    return (
        throttle.on_account("code", str(account_id)),
        throttle.on_address("code", caller.address),
    )


def forget_old(session: Session, now: datetime) -> None:
    """Removes tickets that are over."""
    session.execute(delete(SignInTicket).where(SignInTicket.expires_at < now))


def _take(session: Session, token: str, command_id: UUID, now: datetime) -> tuple[Account, SignInTicket]:
    """The account and its ticket, locked. Raises TicketExpired, AgentSuspended."""
    account = session.get_one(Account, owner_of(session, token), with_for_update=True)
    ticket = session.get(SignInTicket, _hash(token), with_for_update=True, populate_existing=True)
    if ticket is None or ticket.expires_at <= now or ticket.used_by not in (None, command_id):
        raise TicketExpired
    _refuse_suspended(account)
    return account, ticket


def _refuse_suspended(account: Account) -> None:
    if account.suspended_at is not None:
        raise AgentSuspended


def _digits(code: str) -> str:
    return "".join(code.split())


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
