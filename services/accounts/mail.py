"""The outgoing mail: written with the change it tells of, sent by a timer, tried again, then shown to an agent."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog import get_logger

from accounts import addresses
from accounts.mail_models import Mail
from accounts.wording import FILTERS
from contracts.accounts.mail import MailPage, MailRow, MailState
from contracts.errors import NotFound

TRIES = 8
PER_TICK = 50
TEXT_ONLY = {"sms_code"}
"""Text messages: what the gateway sends on is the text, and nothing else."""
log = get_logger()
_HERE = Path(__file__).parent / "mails"
_SUBJECT = "Objet : "


@dataclass(frozen=True)
class Site:
    """What every mail says of its sender."""

    public_url: str
    mail_from: str


def write(session: Session, site: Site, kind: str, to: str, now: datetime, **values: Any) -> Mail:
    """Puts a mail into the queue: sent if and only if `session` commits.

    `mails/<kind>.txt` begins with « Objet : … »; `mails/<kind>.html` says the same in HTML.
    """
    given = {"site": site.public_url.rstrip("/"), **values}
    first, _, text = _templates(False).get_template(f"{kind}.txt").render(given).partition("\n")
    mail = Mail(
        kind=kind,
        to=to,
        subject=first.removeprefix(_SUBJECT).strip(),
        text=text.strip() + "\n",
        html="" if kind in TEXT_ONLY else _templates(True).get_template(f"{kind}.html").render(given),
        state=MailState.QUEUED,
        attempts=0,
        next_try_at=now,
        error="",
        created_at=now,
    )
    session.add(mail)
    return mail


def take_due(session: Session, now: datetime) -> Mail | None:
    """One mail to send now, locked; what another process is sending is passed over."""
    return session.scalar(
        select(Mail)
        .where(Mail.state == MailState.QUEUED, Mail.next_try_at <= now)
        .order_by(Mail.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def note_sent(mail: Mail, now: datetime) -> None:
    """The server took it. The body is emptied: it may hold a link that opens an account."""
    mail.state, mail.sent_at, mail.error = MailState.SENT, now, ""
    mail.attempts += 1
    mail.text = mail.html = ""


def note_failed(mail: Mail, error: Exception, now: datetime) -> None:
    """Tried again after 1, 2, 4 … minutes; given up after `TRIES`, or at once when the server refuses the address."""
    mail.attempts += 1
    mail.error = f"{type(error).__name__}: {error}"[:500]
    if mail.attempts >= TRIES or isinstance(error, smtplib.SMTPRecipientsRefused):
        mail.state = MailState.FAILED
    mail.next_try_at = now + timedelta(minutes=2 ** (mail.attempts - 1))


def send(smtp_url: str, site: Site, mail: Mail, at: datetime) -> None:
    """Hands one mail to the SMTP server: smtp://user:password@host:port (STARTTLS with ?tls), smtps:// for TLS.

    Raises OSError or smtplib.SMTPException.
    """
    message = EmailMessage()
    message["From"], message["Subject"] = site.mail_from, mail.subject
    message["To"] = addresses.for_server(mail.to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(
        str(mail.mail_id), parseaddr(site.mail_from)[1].partition("@")[2] or None
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    url = urlsplit(smtp_url)
    with _connect(url.scheme, str(url.hostname), url.port) as server:
        if "tls" in url.query:
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)


def send_due(
    begin: Callable[[], AbstractContextManager[Session]],
    smtp_url: str,
    site: Site,
    now: Callable[[], datetime],
) -> None:
    """Sends what is due, at most fifty. Each mail in its own transaction: one that fails holds up no other."""
    for _ in range(PER_TICK):
        with begin() as session:
            due = take_due(session, now())
            if due is None:
                return
            try:
                send(smtp_url, site, due, now())
            except (OSError, smtplib.SMTPException) as error:
                log.warning("mail not sent", kind=due.kind, attempts=due.attempts + 1, error=str(error))
                note_failed(due, error, now())
            else:
                note_sent(due, now())


def list_failed(session: Session) -> MailPage:
    """What agents should look at: the hundred last failures."""
    queued = session.scalar(select(func.count()).where(Mail.state == MailState.QUEUED)) or 0
    rows = session.scalars(
        select(Mail).where(Mail.state == MailState.FAILED).order_by(Mail.created_at.desc()).limit(100)
    )
    return MailPage(
        queued=queued,
        failed=[
            MailRow(
                mail_id=mail.mail_id,
                to=mail.to,
                subject=mail.subject,
                attempts=mail.attempts,
                error=mail.error,
                created_at=mail.created_at,
            )
            for mail in rows
        ],
    )


def send_again(session: Session, mail_id: UUID, now: datetime) -> None:
    """Puts a failed mail back. Raises NotFound."""
    mail = session.get(Mail, mail_id, with_for_update=True)
    if mail is None:
        raise NotFound
    if mail.state == MailState.FAILED:
        mail.state, mail.attempts, mail.next_try_at = MailState.QUEUED, 0, now


def count_by_state(session: Session) -> dict[str, int]:
    """For the metrics."""
    rows = session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return {state: number for state, number in rows}  # noqa: C416 -- rows are not pairs to the type checker


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=15, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or 25, timeout=15)


@cache
def _templates(html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=html,  # noqa: S701 -- the other half is plain text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment
