"""« Mes courriels »: which kinds an account does without, chosen on the page or by a mail's own link (RFC 8058)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.identity import journal
from accounts.mailing import bad_addresses
from accounts.mailing.mail_kinds import KINDS, optional
from accounts.mailing.mail_models import BadAddress, Mail, MailChoice
from accounts.models import Account
from contracts.accounts.journal import Action
from contracts.accounts.mail import ChooseMail, MailChoiceView, MyMailView, StopView, Why
from contracts.caller import Caller, Kind
from contracts.errors import Invalid, JsonValue, NotFound, NotSignedIn


def choices(session: Session, account_id: UUID) -> MyMailView:
    """All kinds that a parent may meet, and which are wanted. Raises NotSignedIn. Three statements."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotSignedIn
    without = _without(session, account_id)
    bad = bad_addresses.failing(session, account.email)
    shown = [kind for kind in KINDS.values() if kind.for_parents and not kind.secret]
    return MyMailView(
        email=account.email,
        kinds=[
            MailChoiceView(
                kind=kind.name,
                label=kind.label,
                category=kind.category.value,
                wanted=kind.name not in without,
                always=kind.always,
            )
            for kind in shown
        ],
        failing=bad.failing_since if bad else None,
        why=Why(bad.why) if bad else None,
    )


def choose(session: Session, ask: ChooseMail, caller: Caller, now: datetime) -> MyMailView:
    """Writes the choices down and what changed into the journal. Raises NotSignedIn, Invalid.

    Locks the account's row: of two saves the second sees the first.
    """
    account_id = caller.citizen()
    if session.get(Account, account_id, with_for_update=True) is None:
        raise NotSignedIn
    if not ask.wanted <= KINDS.keys():
        raise Invalid(problems={"kinds": "unknown_choice"})
    before = _without(session, account_id)
    after = {kind.name for kind in optional()} - ask.wanted
    if before != after:
        session.execute(delete(MailChoice).where(MailChoice.account_id == account_id))
        for name in sorted(after):
            _switch_off(session, account_id, name, now)
        _note(session, account_id, after - before, before - after, caller, now)
    return choices(session, account_id)


def about(session: Session, token: str) -> StopView:
    """What a mail's link would switch off. Raises NotFound."""
    mail, account = _linked(session, token, lock=False)
    return _view(mail, account, stopped=mail.kind in _without(session, account.account_id))


def stop(session: Session, token: str, caller: Caller, now: datetime) -> StopView:
    """Switches off the kind of the mail that was sent with this link; again changes nothing. Raises NotFound."""
    mail, account = _linked(session, token, lock=True)
    if mail.kind not in _without(session, account.account_id):
        _switch_off(session, account.account_id, mail.kind, now)
        _note(session, account.account_id, {mail.kind}, set(), caller, now)
    return _view(mail, account, stopped=True)


def trust_address(session: Session, account_id: UUID) -> None:
    """Its owner says that the address is right (a full mailbox was emptied): it starts clean. Raises NotSignedIn."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotSignedIn
    session.execute(delete(BadAddress).where(BadAddress.email == account.email))


def _linked(session: Session, token: str, *, lock: bool) -> tuple[Mail, Account]:
    mail = session.scalar(select(Mail).where(Mail.stop_token == token))
    if mail is None or mail.account_id is None or mail.kind not in KINDS or not KINDS[mail.kind].is_optional:
        raise NotFound
    account = session.get(Account, mail.account_id, with_for_update=lock)
    if account is None or account.closed_at is not None:
        raise NotFound
    return mail, account


def _view(mail: Mail, account: Account, *, stopped: bool) -> StopView:
    return StopView(label=KINDS[mail.kind].label, email=mask(account.email), stopped=stopped)


def mask(email: str) -> str:
    """« lea.martin@exemple.fr » → « l…n@exemple.fr »: known again by its owner alone."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > 2 else ''}@{domain}"


def _without(session: Session, account_id: UUID) -> set[str]:
    kinds = session.scalars(select(MailChoice.kind).where(MailChoice.account_id == account_id))
    return {kind for kind in kinds if kind in KINDS and KINDS[kind].is_optional}


def _switch_off(session: Session, account_id: UUID, kind: str, now: datetime) -> None:
    statement = insert(MailChoice).values(account_id=account_id, kind=kind, off_at=now)
    session.execute(statement.on_conflict_do_nothing())


def _note(
    session: Session, account_id: UUID, off: set[str], on: set[str], caller: Caller, now: datetime
) -> None:
    """The journal keeps the words, which outlive the kinds. A mail's link is followed without signing in."""
    by = caller if caller.kind is Kind.CITIZEN else Caller(address=caller.address)
    changes: list[JsonValue] = [f"sans « {KINDS[name].label} »" for name in sorted(off)]
    changes += [f"avec « {KINDS[name].label} »" for name in sorted(on)]
    journal.note(session, account_id, Action.MAIL_CHOSEN, now, by, changes=changes)
