"""Writing mail: in the transaction of what it tells of, to people who want to know of it.

    mail.write(session, site, "password_changed", account.email, now, first_name=account.first_name, at=now)

`mails/<kind>.txt` begins with « Objet : … »; `mails/<kind>.html` says the same in HTML; `mail_kinds` has a line for it.
Sending is `outgoing`'s.
"""

import secrets
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.mailing.mail_kinds import KINDS
from accounts.mailing.mail_models import Mail, MailChoice
from accounts.models import Account
from accounts.names import tidy
from accounts.wording import FILTERS
from contracts.accounts.mail import MailState
from contracts.caller import Kind

WIDTH = 76
"""Signs in a line of plain text, for readers that break none themselves."""
_HERE = Path(__file__).parent / "mails"
_SUBJECT = "Objet : "
_LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class Site:
    """What every mail says of its sender. `bounce_address`: where undelivered mail comes back, with `{token}`."""

    public_url: str
    mail_from: str
    bounce_address: str = ""


def write(session: Session, site: Site, kind: str, to: str, now: datetime, **values: Any) -> Mail | None:
    """Puts a mail into the queue: sent if and only if `session` commits.

    None when the citizen whose address it is does without this kind. Raises KeyError when `mail_kinds` has no line.
    """
    account_id = None
    if KINDS[kind].is_optional:
        account_id = session.scalar(
            select(Account.account_id).where(Account.kind == Kind.CITIZEN.value, Account.email == to)
        )
        if account_id is not None and account_id in _without(session, kind, [account_id]):
            return None
    made = _compose(site, kind, to, account_id, now, values)
    session.add(made)
    return made


def write_all(
    session: Session, site: Site, kind: str, accounts: Collection[Account], now: datetime, **values: Any
) -> int:
    """The same mail to several citizens, each called by their first name (`me`: their id). Says to how many.

    At most two statements, however many they are.
    """
    wanted = list(accounts)
    if KINDS[kind].is_optional and wanted:
        without = _without(session, kind, [account.account_id for account in wanted])
        wanted = [account for account in wanted if account.account_id not in without]
    session.add_all(
        _compose(
            site,
            kind,
            account.email,
            account.account_id if KINDS[kind].is_optional else None,
            now,
            {**values, "first_name": account.first_name, "me": account.account_id},
        )
        for account in wanted
    )
    return len(wanted)


def _without(session: Session, kind: str, account_ids: list[UUID]) -> set[UUID]:
    choices = select(MailChoice.account_id).where(
        MailChoice.kind == kind, MailChoice.account_id.in_(account_ids)
    )
    return set(session.scalars(choices))


def _compose(
    site: Site, kind: str, to: str, account_id: UUID | None, now: datetime, values: dict[str, Any]
) -> Mail:
    given = {"site": site.public_url.rstrip("/"), "optional": KINDS[kind].is_optional, **values}
    first, _, text = _templates(False).get_template(f"{kind}.txt").render(given).partition("\n\n")
    # A name may hold anything, a line's end included: a subject is one line, and not a page long.
    subject = tidy(first.removeprefix(_SUBJECT))
    if len(subject) > _LONGEST_SUBJECT:
        subject = subject[: _LONGEST_SUBJECT - 1] + "…"
    return Mail(
        kind=kind,
        to=to,
        account_id=account_id,
        subject=subject,
        text=text.strip() + "\n",
        html="" if KINDS[kind].text_only else _templates(True).get_template(f"{kind}.html").render(given),
        state=MailState.QUEUED,
        attempts=0,
        next_try_at=now,
        error="",
        why="",
        created_at=now,
        return_token=secrets.token_hex(16),
        stop_token=secrets.token_hex(16) if account_id is not None else None,
    )


def fold(text: str) -> str:
    """Lines of at most `WIDTH` signs, broken at plain spaces; an address is left whole."""
    lines = [
        textwrap.fill(
            line,
            WIDTH,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.strip().splitlines()
    ]
    return "\n".join(lines) + "\n"


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
