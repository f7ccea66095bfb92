"""A family lets the town ask the CAF or the MSA for its quotient: asked, repeated while the answer is late, settled.

The asking is a row, not a call that a parent waits for: the provider may take half a minute, or be down for the
evening. The civil status asked about is forgotten as soon as there is an answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from structlog import get_logger

from accounts.identity import journal
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.models import Account, Guardian
from accounts.names import name_key, spell
from accounts.quotient import caf, quotients
from accounts.quotient.quotient_models import QuotientFetch
from chassis import metrics
from contracts.accounts.families import QuotientView
from contracts.accounts.journal import Action
from contracts.accounts.quotients import (
    CivilStatus,
    FetchQuotient,
    FetchState,
    FetchUnderway,
    FetchView,
    NotAgreed,
    NotThatPerson,
)
from contracts.caller import Caller
from contracts.errors import NotFound

AGREEMENT = "2026-11"
"""Version of the sentence agreed to (gateway, `citizen/quotient.py`): a new sentence, a new version."""

GIVEN_UP_AFTER = timedelta(hours=24)
_WAITS = (1, 5, 15, 30, 60)  # minutes
_CLAIM = timedelta(minutes=2)

ANSWERS = metrics.counter("quotient_answers_total", "Answers of API Particulier, by outcome", ("outcome",))
log = get_logger()


@dataclass(frozen=True)
class Claimed:
    """An asking to be made now."""

    fetch_id: UUID
    person: CivilStatus


def ask(session: Session, command: FetchQuotient, account_id: UUID, caller: Caller, now: datetime) -> None:
    """Writes the asking down. Raises NotFound, NotAgreed, NotThatPerson, FetchUnderway."""
    guardian = session.scalar(
        select(Guardian).where(Guardian.family_id == command.family_id, Guardian.account_id == account_id)
    )
    if guardian is None:
        raise NotFound
    if not command.agreed:
        raise NotAgreed(problems={"agreed": "agreement_needed"})
    if not is_that_person(guardian, command.person):
        raise NotThatPerson(problems={"birth_name": "quotient_other_name"})
    session.add(
        QuotientFetch(
            fetch_id=uuid4(),
            family_id=command.family_id,
            account_id=account_id,
            asked_by=spell(guardian.first_name, guardian.usage_name or guardian.last_name),
            agreement=AGREEMENT,
            person=command.person.model_dump(mode="json"),
            state=FetchState.WAITING.value,
            asked_at=now,
            next_try_at=now,
            attempts=0,
            why="",
        )
    )
    try:
        session.flush()
    except IntegrityError:
        raise FetchUnderway from None
    journal.note(session, account_id, Action.QUOTIENT_ASKED, now, caller)


def is_that_person(guardian: Guardian, person: CivilStatus) -> bool:
    """Whether the names given are the guardian's: one surname and the first name in use among those given."""
    known = {name_key(guardian.last_name), name_key(guardian.usage_name)} - {""}
    surnames = {name_key(person.birth_name), name_key(person.usage_name)} - {""}
    first_names = [name_key(name) for name in person.first_names.replace(",", " ").split()]
    first = name_key(guardian.first_name)
    return bool(known & surnames) and (first in first_names or "".join(first_names).startswith(first))


def claim(session: Session, now: datetime) -> Claimed | None:
    """One asking that is due, kept from other processes for two minutes: one that dies in the middle is repeated."""
    row = session.scalar(
        select(QuotientFetch)
        .where(QuotientFetch.state == FetchState.WAITING.value, QuotientFetch.next_try_at <= now)
        .order_by(QuotientFetch.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.next_try_at = now + _CLAIM
    row.attempts += 1
    return Claimed(row.fetch_id, CivilStatus.model_validate(row.person))


def settle(session: Session, site: Site, fetch_id: UUID, answer: caf.Answer, now: datetime) -> None:
    """What came of it. Locks the asking: an answer counts once. A late one is asked for again, for a day."""
    row = session.get_one(QuotientFetch, fetch_id, with_for_update=True)
    if row.state != FetchState.WAITING.value:
        return
    ANSWERS.labels(type(answer).__name__.lower()).inc()
    if isinstance(answer, caf.Late):
        _postpone(row, answer, now)
        if row.next_try_at - row.asked_at < GIVEN_UP_AFTER:
            return
        row.state = FetchState.UNAVAILABLE.value
    elif isinstance(answer, caf.Found):
        row.state, row.month, row.euros = FetchState.FOUND.value, answer.month, answer.euros
        row.why = answer.supplier
        source = f"{answer.supplier}, par API Particulier"
        quotients.write(session, row.family_id, answer.month, answer.euros, source, now)
    else:
        found = isinstance(answer, caf.NotFound)
        row.state = (FetchState.NOT_FOUND if found else FetchState.REJECTED).value
        row.why = "" if isinstance(answer, caf.NotFound) else answer.code
    row.person, row.settled_at = {}, now
    account = session.get_one(Account, row.account_id)
    mail.write(
        session,
        site,
        "quotient_found" if row.state == FetchState.FOUND else "quotient_not_found",
        account.email,
        now,
        first_name=account.first_name,
        family_id=row.family_id,
        month=row.month,
        euros=row.euros,
        supplier=row.why,
        state=row.state,
    )


def last_of(session: Session, family_id: UUID) -> FetchView | None:
    """The last asking of a family."""
    row = session.scalar(
        select(QuotientFetch)
        .where(QuotientFetch.family_id == family_id)
        .order_by(QuotientFetch.asked_at.desc())
        .limit(1)
    )
    if row is None:
        return None
    found = None
    if row.month is not None and row.euros is not None:
        found = QuotientView(month=row.month, euros=row.euros, source=row.why)
    return FetchView(
        state=FetchState(row.state), asked_at=row.asked_at, asked_by=row.asked_by, quotient=found
    )


def _postpone(row: QuotientFetch, answer: caf.Late, now: datetime) -> None:
    wait = timedelta(minutes=_WAITS[min(row.attempts, len(_WAITS)) - 1])
    row.next_try_at = now + max(wait, answer.after)
    row.why = answer.why[:60]
    report = log.error if answer.ours else log.warning
    report("quotient not answered", why=answer.why, attempts=row.attempts)
