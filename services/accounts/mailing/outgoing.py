"""Sending what was written: a timer, one connection for many, tried again, then given up and shown to an agent."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog import get_logger

from accounts import addresses
from accounts.mailing import bad_addresses
from accounts.mailing.mail import Site, fold
from accounts.mailing.mail_kinds import KINDS
from accounts.mailing.mail_models import Mail
from accounts.mailing.refused import Failure, read_failure
from accounts.wording import typeset
from chassis import metrics
from contracts.accounts.mail import MailState

TRIES = 8
PER_TICK = 50
TIMEOUT = 15
SENT = metrics.counter("mail_sent_total", "Mails that our server took", ("kind",))
FAILED = metrics.counter("mail_failed_total", "Attempts at sending that failed", ("why",))
log = get_logger()


class _Verbatim(UnstructuredHeader, BaseHeader):
    """Written as it is: the library would encode an address that is longer than a line, and no program reads that."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Verbatim)
_POLICY = SMTP.clone(header_factory=_HEADERS)


class Post:
    """The connection to the SMTP server, opened at the first mail and kept for the next ones.

    `smtp_url`: smtp://user:password@host:port (STARTTLS with ?tls), smtps:// for TLS.
    """

    def __init__(self, smtp_url: str) -> None:
        self._url = urlsplit(smtp_url)
        self._server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, sender: str, to: str) -> None:
        """Hands one mail over. Raises OSError, smtplib.SMTPException or ValueError; the next one starts afresh then."""
        try:
            self._open().send_message(message, sender, [to])
        except BaseException:
            self._drop()
            raise

    def _open(self) -> smtplib.SMTP:
        if self._server is None:
            host, port = str(self._url.hostname), self._url.port
            if self._url.scheme == "smtps":
                context = ssl.create_default_context()
                self._server = smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=context)
            else:
                self._server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT)
            if "tls" in self._url.query:
                self._server.starttls(context=ssl.create_default_context())
            if self._url.username:
                self._server.login(unquote(self._url.username), unquote(self._url.password or ""))
        return self._server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._drop()


def compose(site: Site, mail: Mail, at: datetime) -> EmailMessage:
    """The message as it travels. Raises ValueError, MessageError when a header cannot be written."""
    message = EmailMessage(policy=_POLICY)
    message["From"], message["Subject"] = site.mail_from, typeset(mail.subject)
    message["To"] = addresses.for_server(mail.to)
    message["Date"] = format_datetime(at)
    domain = parseaddr(site.mail_from)[1].partition("@")[2] or None
    message["Message-ID"] = make_msgid(mail.return_token or str(mail.mail_id), domain)
    message["Auto-Submitted"] = "auto-generated"
    if mail.stop_token:
        message["List-Unsubscribe"] = f"<{stop_link(site, mail.stop_token)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if mail.html:
        message.set_content(fold(typeset(mail.text)), cte="quoted-printable")
        message.add_alternative(typeset(mail.html), subtype="html", cte="quoted-printable")
    else:
        message.set_content(mail.text, cte="quoted-printable")
    return message


def stop_link(site: Site, token: str) -> str:
    """Where a mail program, or a reader, switches a kind of mail off."""
    return f"{site.public_url.rstrip('/')}/courriels/arreter/{token}"


def envelope_sender(site: Site, mail: Mail) -> str:
    """Whom an undelivered mail comes back to: an address of its own, where the town has a mailbox for that."""
    if site.bounce_address and mail.return_token:
        return site.bounce_address.replace("{token}", mail.return_token)
    return parseaddr(site.mail_from)[1]


def send_due(
    begin: Callable[[], AbstractContextManager[Session]],
    smtp_url: str,
    site: Site,
    now: Callable[[], datetime],
) -> None:
    """Sends what is due, at most fifty. Each mail in its own transaction: one that fails holds up no other."""
    with Post(smtp_url) as post:
        for _ in range(PER_TICK):
            with begin() as session:
                due = take_due(session, now())
                if due is None:
                    return
                try:
                    post.send(
                        compose(site, due, now()), envelope_sender(site, due), addresses.for_server(due.to)
                    )
                except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
                    log.warning("mail not sent", kind=due.kind, attempts=due.attempts + 1, error=str(error))
                    failure = note_failed(due, error, now())
                    if isinstance(error, smtplib.SMTPRecipientsRefused) and failure.permanent:
                        bad_addresses.note(session, due.to, failure.why, now())
                else:
                    note_sent(due, now())


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
    """The server took it. A body that opens something is emptied; another is kept in case the mail comes back."""
    mail.state, mail.sent_at, mail.error, mail.why = MailState.SENT, now, "", ""
    mail.attempts += 1
    SENT.labels(mail.kind).inc()
    if is_secret(mail):
        mail.text = mail.html = ""


def note_failed(mail: Mail, error: Exception, now: datetime) -> Failure:
    """Tried again after 1, 2, 4 … minutes; given up after `TRIES`, or at once when the refusal is for good."""
    failure = read_failure(error)
    FAILED.labels(failure.why.value).inc()
    mail.attempts += 1
    mail.error, mail.why = failure.text, failure.why.value
    if mail.attempts >= TRIES or failure.permanent:
        mail.state = MailState.FAILED
    mail.next_try_at = now + timedelta(minutes=2 ** (mail.attempts - 1))
    return failure


def is_secret(mail: Mail) -> bool:
    """It holds a link that opens something (so may one of a kind that is no more)."""
    kind = KINDS.get(mail.kind)
    return kind is None or kind.secret
