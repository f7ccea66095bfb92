"""Mail that did not arrive, as agents look at it: why, whose it is, once more."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from accounts.mailing.mail_kinds import KINDS
from accounts.mailing.mail_models import BadAddress, Mail
from accounts.mailing.outgoing import is_secret
from accounts.models import Account, Guardian
from accounts.names import spell
from contracts.accounts.mail import FailedMail, MailPage, MailRow, MailState, Why
from contracts.caller import Kind
from contracts.errors import NotFound

PER_PAGE = 50
UNDELIVERED = (MailState.FAILED, MailState.BOUNCED)
BODIES_KEPT = timedelta(days=10)
"""A mail that comes back does so within five days (RFC 5321, 4.5.4.1)."""
KEPT = timedelta(days=365)


def list_undelivered(session: Session, ask: FailedMail) -> MailPage:
    """One page, newest first. Three statements."""
    counts = count_by_state(session)
    states = [ask.state] if ask.state in UNDELIVERED else list(UNDELIVERED)
    wanted: list[ColumnElement[bool]] = [Mail.state.in_(states)]
    if ask.text.strip():
        wanted.append(func.lower(Mail.to).contains(ask.text.strip().lower(), autoescape=True))
    total = session.scalar(select(func.count()).select_from(Mail).where(*wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    family_id = (
        select(Guardian.family_id)
        .where(Guardian.account_id == Account.account_id)
        .order_by(Guardian.family_id)
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Mail, Account.first_name, Account.last_name, family_id, BadAddress.failing_since)
        .outerjoin(Account, (Account.email == Mail.to) & (Account.kind == Kind.CITIZEN.value))
        .outerjoin(BadAddress, BadAddress.email == Mail.to)
        .where(*wanted)
        .order_by(Mail.created_at.desc(), Mail.mail_id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return MailPage(
        queued=counts.get(MailState.QUEUED, 0),
        failed=counts.get(MailState.FAILED, 0),
        bounced=counts.get(MailState.BOUNCED, 0),
        mails=[
            MailRow(
                mail_id=mail.mail_id,
                to=mail.to,
                subject=mail.subject,
                state=MailState(mail.state),
                kind_label=KINDS[mail.kind].label if mail.kind in KINDS else "",
                attempts=mail.attempts,
                why=Why(mail.why or Why.OTHER),
                error=mail.error,
                created_at=mail.created_at,
                can_resend=can_resend(mail),
                address_fails=failing_since is not None,
                name=spell(first_name or "", last_name or ""),
                family_id=family,
            )
            for mail, first_name, last_name, family, failing_since in rows
        ],
        page=page,
        pages=pages,
    )


def can_resend(mail: Mail) -> bool:
    """Its text is still there; and a link that opens something is not sent to an address twice by us."""
    return bool(mail.text) and not (mail.state == MailState.BOUNCED and is_secret(mail))


def send_again(session: Session, mail_id: UUID, now: datetime) -> None:
    """Puts a mail that did not arrive back, if it can be. Raises NotFound."""
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None:
        raise NotFound
    if mail.state in UNDELIVERED and can_resend(mail):
        requeue(mail, now)
        mail.attempts = 0


def requeue(mail: Mail, at: datetime) -> None:
    """Sent once more from `at` on. What may still come back of the former sending concerns it no more."""
    mail.state, mail.next_try_at = MailState.QUEUED, at
    mail.return_token = secrets.token_hex(16)


def count_by_state(session: Session) -> dict[str, int]:
    """For the metrics and the page."""
    rows = session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {state: number for state, number in rows}  # noqa: C416 -- rows are not pairs to the type checker


def forget_old(session: Session, now: datetime) -> None:
    """Empties the bodies that serve no more; removes what is over a year old."""
    session.execute(
        update(Mail)
        .where(Mail.state != MailState.QUEUED, Mail.created_at < now - BODIES_KEPT, Mail.text != "")
        .values(text="", html="")
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Mail).where(Mail.created_at < now - KEPT, Mail.state != MailState.QUEUED))
    session.execute(delete(BadAddress).where(BadAddress.last_at < now - KEPT))
