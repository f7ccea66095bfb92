"""Mandates: signed by a parent, ended by them, by time or by the bank; their account number sealed, then erased."""

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Date, cast, exists, func, or_, select, update
from sqlalchemy.orm import Session

from billing.accounting import numbers
from billing.debits import dates
from billing.debits.bank_accounts import compact, problem_of_bic, problem_of_iban
from billing.debits.creditors import Creditor, of_fund
from billing.debits.models import Collection, Debit, Mandate
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund
from billing.models import Family, Guardian
from chassis.outbox import tell, tell_all
from chassis.sealed_column import Seal
from contracts.billing.debits import CollectionState, MandateState, SignMandate
from contracts.billing.refusals import MandateExists, MandateOver
from contracts.caller import Caller, Kind, Role
from contracts.errors import Invalid, NotFound
from contracts.events.billing import MandateEnded, MandateSigned

LIVING = (MandateState.ACTIVE, MandateState.SUSPENDED)
REVOKED_BY_TOWN = "by_town"
LEFT_FAMILY = "left_family"
UNUSED = "unused"


def sign(
    session: Session,
    creditors: Mapping[str, Creditor],
    seal: Seal,
    ask: SignMandate,
    caller: Caller,
    now: datetime,
) -> Mandate:
    """A mandate of the caller's for a family of theirs. Two at once: the database keeps one active.

    Raises NotFound, DebitNotOffered, MandateExists, Invalid.
    """
    account_id = caller.citizen()
    family = session.get(Family, ask.family_id, with_for_update=True)
    ours = select(Guardian).where(Guardian.family_id == ask.family_id, Guardian.account_id == account_id)
    if family is None or session.scalars(ours).first() is None:
        raise NotFound
    creditor = of_fund(creditors, ask.fund)
    problems = {"iban": problem_of_iban(ask.iban), "bic": problem_of_bic(ask.bic)}
    if any(problems.values()):
        raise Invalid(problems={name: code for name, code in problems.items() if code})
    for former in _of(session, ask.family_id, ask.fund):
        if former.state is MandateState.ACTIVE:
            raise MandateExists
        former.state, former.ended_at = MandateState.REPLACED, now
    iban, year = compact(ask.iban), paris_day(now).year
    mandate = Mandate(
        mandate_id=uuid4(),
        reference=numbers.mandate_reference(ask.fund, year, numbers.take(session, ask.fund, year, "mandate")),
        fund=ask.fund,
        creditor_id=creditor.identifier,
        family_id=ask.family_id,
        account_id=account_id,
        signed_by=caller.name,
        signed_at=now,
        holder=ask.holder,
        address=[line for line in (family.street, f"{family.postcode} {family.city}".strip()) if line],
        sealed_iban=seal.close(iban),
        iban_end=iban[-4:],
        bic=compact(ask.bic),
        state=MandateState.ACTIVE,
    )
    session.add(mandate)
    session.flush()
    fact = MandateSigned(
        mandate_id=mandate.mandate_id,
        reference=mandate.reference,
        family_id=mandate.family_id,
        account_id=account_id,
        fund=ask.fund,
        creditor_id=creditor.identifier,
        iban_end=mandate.iban_end,
        notice_days=creditor.notice_days,
    )
    tell(session, fact, subject=mandate.mandate_id, at=now)
    return mandate


def lock(session: Session, mandate_id: UUID) -> Mandate:
    """Raises NotFound."""
    mandate = session.get(Mandate, mandate_id, with_for_update=True, populate_existing=True)
    if mandate is None:
        raise NotFound(mandate_id=str(mandate_id))
    return mandate


def to_revoke(session: Session, mandate_id: UUID, caller: Caller) -> Mandate:
    """The mandate, locked, if the caller may end it: who signed it, or a person of role billing.

    Raises NotFound, NotAllowed, MandateOver.
    """
    mandate = lock(session, mandate_id)
    if caller.kind is Kind.AGENT:
        caller.agent(Role.BILLING)
    elif mandate.account_id != caller.citizen():
        raise NotFound(mandate_id=str(mandate_id))
    if mandate.state not in LIVING:
        raise MandateOver
    return mandate


def end(session: Session, mandate: Mandate, state: MandateState, reason: str, now: datetime) -> None:
    """The mandate, locked before, serves no more; its signer is told."""
    end_all(session, [(mandate, reason)], state, now)


def end_all(
    session: Session, ending: Iterable[tuple[Mandate, str]], state: MandateState, now: datetime
) -> None:
    """These mandates, locked before, each for its reason; a statement for each reason."""
    by_reason: dict[str, list[Mandate]] = defaultdict(list)
    for mandate, reason in ending:
        by_reason[reason].append(mandate)
    ended_at = {} if state is MandateState.SUSPENDED else {"ended_at": now}
    facts = []
    for reason, those in by_reason.items():
        of_these = Mandate.mandate_id.in_([each.mandate_id for each in those])
        session.execute(update(Mandate).where(of_these).values(state=state, reason=reason, **ended_at))
        facts += [
            MandateEnded(
                mandate_id=mandate.mandate_id,
                reference=mandate.reference,
                family_id=mandate.family_id,
                account_id=mandate.account_id,
                state=state,
                reason=reason,
            )
            for mandate in those
        ]
    version = 2 if state is MandateState.SUSPENDED else 3
    tell_all(session, [(fact, fact.mandate_id, version) for fact in facts], at=now)


def iban_of(mandate: Mandate, seal: Seal) -> str:
    """The account number. Raises LookupError once it was erased."""
    if mandate.sealed_iban is None:
        raise LookupError(f"the account of mandate {mandate.reference} is not kept any more")
    return seal.open(mandate.sealed_iban)


def over(session: Session, now: datetime, limit: int = 100) -> list[tuple[UUID, str]]:
    """Mandates that must end today, each with the reason: unused for 36 months, or its signer left the family."""
    today = paris_day(now)
    signed_on = _day(Mandate.signed_at)
    since = func.greatest(signed_on, func.coalesce(Mandate.last_debit_on, signed_on))
    still_there = exists().where(
        Guardian.family_id == Mandate.family_id, Guardian.account_id == Mandate.account_id
    )
    unused = since <= dates.months_after(today, -dates.UNUSED_MONTHS)
    found = session.execute(
        select(Mandate, still_there.label("still_there"))
        .where(Mandate.state.in_(LIVING), or_(unused, ~still_there))
        .order_by(Mandate.mandate_id)
        .limit(limit)
    )
    ending = []
    for mandate, there in found:
        if not there:
            ending.append((mandate.mandate_id, LEFT_FAMILY))
        elif dates.lapses_on(paris_day(mandate.signed_at), mandate.last_debit_on) <= today:
            ending.append((mandate.mandate_id, UNUSED))
    return ending


def erase(session: Session, now: datetime) -> int:
    """Forgets the account numbers, and the files that hold them, whose time has passed. Returns how many rows."""
    limit = dates.months_after(paris_day(now), -dates.KEPT_MONTHS)
    ended_on = _day(Mandate.ended_at)
    mandates = session.execute(
        update(Mandate)
        .where(
            Mandate.sealed_iban.is_not(None),
            Mandate.ended_at.is_not(None),
            func.greatest(ended_on, func.coalesce(Mandate.last_debit_on, ended_on)) <= limit,
        )
        .values(sealed_iban=None)
        .returning(Mandate.mandate_id)
        .execution_options(synchronize_session=False)
    ).all()
    files = session.execute(
        update(Collection)
        .where(
            Collection.state == CollectionState.FILED,
            Collection.sealed_file.is_not(None),
            Collection.collect_on <= limit,
        )
        .values(sealed_file=None)
        .returning(Collection.collection_id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(mandates) + len(files)


def announced_under(session: Session, mandates: Several[UUID]) -> dict[UUID, UUID]:
    """Payments announced under these mandates that the bank does not know of yet, each with its mandate."""
    query = (
        select(Debit.payment_id, Debit.mandate_id)
        .join(Collection, Collection.collection_id == Debit.collection_id)
        .where(Debit.mandate_id.in_(mandates), Collection.state == CollectionState.ANNOUNCED)
    )
    return {row.payment_id: row.mandate_id for row in session.execute(query.order_by(Debit.payment_id))}


def fund_names(session: Session) -> dict[str, str]:
    """By code."""
    return {fund.code: fund.name for fund in session.scalars(select(Fund))}


def _day(instant: Any) -> ColumnElement[date]:
    """The town's day of an instant."""
    return cast(func.timezone("Europe/Paris", instant), Date)


def _of(session: Session, family_id: UUID, fund: str) -> list[Mandate]:
    query = select(Mandate).where(
        Mandate.family_id == family_id, Mandate.fund == fund, Mandate.state.in_(LIVING)
    )
    return list(session.scalars(query.order_by(Mandate.mandate_id).with_for_update()))
