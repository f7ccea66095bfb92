"""What came back: each delivery report is applied once to the mail it is about, then removed from the mailbox.

The mark that a report was read commits with its effect, and the message is removed afterwards: killed in between, the
report is found again and changes nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from structlog import get_logger

from accounts.mailing import bad_addresses
from accounts.mailing.bounces import Action, Report, find_token, read_report
from accounts.mailing.mail_models import Mail, MailReturn
from accounts.mailing.mailbox import Mailbox, MailboxAway, Unreadable
from accounts.mailing.undelivered import requeue
from chassis import metrics
from contracts.accounts.mail import MailState

PER_TICK = 100
WAITS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
"""After another server gave up on a failure that may pass. Its own trials took days already."""
RETURNS = metrics.counter("mail_returns_total", "Messages found where undelivered mail lands", ("outcome",))
log = get_logger()
_left: dict[str, None] = {}
_MOST_LEFT = 10_000


def read_all(
    begin: Callable[[], AbstractContextManager[Session]],
    url: str,
    bounce_address: str,
    now: Callable[[], datetime],
) -> None:
    """Reads what has landed, at most a hundred messages. Two replicas: POP3 lets one of them in (RFC 1939, 8)."""
    try:
        with Mailbox(url) as box:
            new = [(number, uid) for number, uid in box.list() if uid not in _left]
            for number, uid in new[:PER_TICK]:
                outcome = _take(begin, box.read(number), bounce_address, now())
                RETURNS.labels(outcome).inc()
                if outcome == "left":
                    _leave(uid)
                else:
                    box.remove(number)
    except MailboxAway as problem:
        log.warning("the mailbox of returns cannot be read", error=str(problem))
    except Unreadable as problem:
        log.warning(
            "a message of the mailbox of returns cannot be read; it is left there", error=str(problem)
        )
        RETURNS.labels("unreadable").inc()
        _leave(uid)


def _take(
    begin: Callable[[], AbstractContextManager[Session]], raw: bytes, bounce_address: str, now: datetime
) -> str:
    """`left`: about none of our mails, and so nothing of ours to remove. `reply`: somebody's automatic answer."""
    report = read_report(raw, bounce_address)
    if report is None:
        return "left" if find_token(raw, bounce_address) is None else "reply"
    with begin() as session:
        outcome = apply(session, report, now)
    log.info("a mail came back", outcome=outcome, action=report.action.value, status=report.status)
    return outcome


def apply(session: Session, report: Report, now: datetime) -> str:
    """Brings the mail to where the report says it is; once for each report. Locks the mail."""
    mail = session.scalar(select(Mail).where(Mail.return_token == report.token).with_for_update())
    if mail is None:
        return "unknown"
    mark = insert(MailReturn).values(
        token=report.token,
        action=report.action.value,
        mail_id=mail.mail_id,
        status=report.status[:15],
        diagnostic=report.diagnostic,
        at=now,
    )
    if session.execute(mark.on_conflict_do_nothing().returning(MailReturn.token)).first() is None:
        return "repeated"
    if report.action is not Action.FAILED or mail.state != MailState.SENT:
        return report.action.value
    mail.error, mail.why = report.diagnostic, report.why.value
    if not report.is_permanent and mail.text:
        times = _temporary_returns(session, mail)
        if times <= len(WAITS):
            requeue(mail, now + WAITS[times - 1])
            return "retried"
    mail.state = MailState.BOUNCED
    if report.is_permanent:
        bad_addresses.note(session, mail.to, report.why, now)
    return "bounced"


def _temporary_returns(session: Session, mail: Mail) -> int:
    """How often it came back for a reason that may pass, this time included."""
    return (
        session.scalar(
            select(func.count()).where(
                MailReturn.mail_id == mail.mail_id,
                MailReturn.action == Action.FAILED.value,
                MailReturn.status.startswith("4"),
            )
        )
        or 1
    )


def _leave(uid: str) -> None:
    """Not read again by this process."""
    _left[uid] = None
    if len(_left) > _MOST_LEFT:
        del _left[next(iter(_left))]
