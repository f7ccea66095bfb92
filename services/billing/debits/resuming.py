"""A suspended mandate serves again: the parent who signed it, or the office for them, says that the bank accepts.

Only after a reject that the debtor can lift at the bank (`reject_codes.resumes`), and within 36 months of the last
debit under it: after that a mandate has lapsed (SEPA CORE rulebook, 4.1), and another account is another mandate.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.debits import dates
from billing.debits.creditors import Creditor, of_fund
from billing.debits.mandates import lock
from billing.debits.models import Mandate
from billing.debits.reject_codes import resumes
from billing.invoicing.dates import paris_day
from billing.models import Family, Guardian
from chassis.outbox import tell
from contracts.billing.debits import MandateState
from contracts.billing.refusals import MandateExists, MandateNotResumable, MandateOver
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound
from contracts.events.billing import MandateResumed


def resume(
    session: Session, creditors: Mapping[str, Creditor], mandate_id: UUID, caller: Caller, now: datetime
) -> Mandate:
    """The mandate, active again; its signer is told. One that is active stays as it is.

    Locks the family, as a signature does, then the mandate. Raises NotFound, NotAllowed, DebitNotOffered, MandateOver,
    MandateNotResumable, MandateExists.
    """
    family_id = session.scalar(select(Mandate.family_id).where(Mandate.mandate_id == mandate_id))
    session.execute(select(Family.family_id).where(Family.family_id == family_id).with_for_update())
    mandate = lock(session, mandate_id)
    if caller.kind is Kind.AGENT:
        caller.agent(Role.BILLING)
    elif mandate.account_id != caller.citizen():
        raise NotFound(mandate_id=str(mandate_id))
    if mandate.state is MandateState.ACTIVE:
        return mandate
    _check(session, mandate, now)
    creditor = of_fund(creditors, mandate.fund)
    mandate.state, mandate.reason = MandateState.ACTIVE, ""
    session.flush()
    fact = MandateResumed(
        mandate_id=mandate.mandate_id,
        reference=mandate.reference,
        family_id=mandate.family_id,
        account_id=mandate.account_id,
        fund=mandate.fund,
        iban_end=mandate.iban_end,
        notice_days=creditor.notice_days,
        by_town=caller.kind is Kind.AGENT,
    )
    tell(session, fact, subject=mandate.mandate_id, at=now, version=2)
    return mandate


def may_be(mandate: Mandate) -> bool:
    """It is suspended for a reason that the debtor can lift, and its account is still known."""
    return (
        mandate.state is MandateState.SUSPENDED
        and resumes(mandate.reason)
        and mandate.sealed_iban is not None
    )


def _check(session: Session, mandate: Mandate, now: datetime) -> None:
    lapses_on = dates.lapses_on(paris_day(mandate.signed_at), mandate.last_debit_on)
    if mandate.state is not MandateState.SUSPENDED or lapses_on <= paris_day(now):
        raise MandateOver
    signer = select(Guardian).where(
        Guardian.family_id == mandate.family_id, Guardian.account_id == mandate.account_id
    )
    if not may_be(mandate) or session.scalars(signer).first() is None:
        raise MandateNotResumable
    other = select(Mandate.mandate_id).where(
        Mandate.family_id == mandate.family_id,
        Mandate.fund == mandate.fund,
        Mandate.state == MandateState.ACTIVE,
    )
    if session.scalar(other) is not None:
        raise MandateExists
