"""The agreements of a child, and the calendar that is told to others.

A new agreement ends the former on the eve of its first day, and nothing is overwritten. What is told covers this
school year and those that follow, as far as they are known: again when something in it has changed, and only then.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.models import Child, FamilyChild
from accounts.shared_custody import custody, school_years
from accounts.shared_custody.custody import Holiday
from accounts.shared_custody.custody_homes import Homes, homes_of
from accounts.shared_custody.custody_models import CustodyAgreement, CustodyTold
from chassis.clock import PARIS
from chassis.outbox import tell
from contracts.accounts.custody import Basis, CustodyDraft, CustodyTerms
from contracts.errors import Invalid
from contracts.events.accounts import CustodySpan, CustodyUpdated

LATEST = timedelta(days=366)
"""How long ahead an agreement may be stated."""


def check_draft(session: Session, child_id: UUID, draft: CustodyDraft, today: date) -> None:
    """From this school year's first day to a year ahead; what ends must hold. Raises Invalid."""
    years = school_years.from_day(session, today)
    earliest = years[0].first if years and years[0].first <= today else today
    if draft.valid_from < earliest:
        raise Invalid(problems={"valid_from": "custody_too_early"})
    if draft.valid_from > today + LATEST:
        raise Invalid(problems={"valid_from": "custody_too_late"})
    if draft.terms is None and open_agreement(session, child_id) is None:
        raise Invalid(problems={"valid_from": "custody_none_to_end"})


def open_agreement(session: Session, child_id: UUID) -> CustodyAgreement | None:
    """The one that holds, or will, without an end."""
    return session.scalar(
        select(CustodyAgreement).where(
            CustodyAgreement.child_id == child_id, CustodyAgreement.valid_to.is_(None)
        )
    )


def agreements_of(session: Session, child_id: UUID, since: date) -> list[CustodyAgreement]:
    """Those that hold on some day from `since` on, in order: no two share a day."""
    ends = CustodyAgreement.valid_to
    return list(
        session.scalars(
            select(CustodyAgreement)
            .where(
                CustodyAgreement.child_id == child_id,
                or_(ends.is_(None), (ends >= since) & (ends >= CustodyAgreement.valid_from)),
            )
            .order_by(CustodyAgreement.valid_from)
        )
    )


def replace(
    session: Session, child_id: UUID, draft: CustodyDraft, change_id: UUID | None, now: datetime
) -> None:
    """Ends what held, writes what holds from the draft's first day on, tells the calendar. The caller has locked the
    child's row. Raises CustodyNeedsTwoHomes."""
    eve = draft.valid_from - timedelta(days=1)
    ends = CustodyAgreement.valid_to
    for held in session.scalars(
        select(CustodyAgreement)
        .where(CustodyAgreement.child_id == child_id, or_(ends.is_(None), ends > eve))
        .execution_options(populate_existing=True)
    ):
        held.valid_to = max(eve, held.valid_from - timedelta(days=1))
    session.flush()  # the former is closed before the new one opens: one open agreement a child
    if draft.terms is not None:
        homes = homes_of(session, child_id)
        session.add(
            CustodyAgreement(
                child_id=child_id,
                first_family_id=homes.first,
                second_family_id=homes.second,
                terms=draft.terms.model_dump(mode="json"),
                basis=draft.basis.value,
                valid_from=draft.valid_from,
                change_id=change_id,
                written_at=now,
            )
        )
    tell_custody(session, child_id, now)


def draft_of(agreement: CustodyAgreement) -> CustodyDraft:
    """The agreement as it was stated."""
    return CustodyDraft(
        terms=terms_of(agreement), valid_from=agreement.valid_from, basis=Basis(agreement.basis)
    )


def terms_of(agreement: CustodyAgreement) -> CustodyTerms:
    """Its terms as a value."""
    return CustodyTerms.model_validate(agreement.terms)


def clipped(agreement: CustodyAgreement, first: date, last: date) -> tuple[date, date] | None:
    """The days of a period on which it holds."""
    first, last = max(first, agreement.valid_from), min(last, agreement.valid_to or last)
    return (first, last) if first <= last else None


def tell_custody(session: Session, child_id: UUID, now: datetime) -> None:
    """Tells the child's calendar when it is not what was told last. The caller has locked the child's row."""
    session.flush()
    today = now.astimezone(PARIS).date()
    fact = _describe(session, child_id, today)
    content = fact.model_dump(mode="json")
    told = session.get(CustodyTold, child_id)
    if told is None:
        if not fact.spans:
            return
        told = CustodyTold(child_id=child_id, version=0)
        session.add(told)
    elif told.content == content:
        return
    told.content, told.version = content, told.version + 1
    tell(session, fact, subject=child_id, version=told.version, at=now)


def children_with_calendars(session: Session) -> Iterable[UUID]:
    """Every child whose calendar was ever decided."""
    return session.scalars(
        select(CustodyAgreement.child_id).distinct().order_by(CustodyAgreement.child_id)
    ).all()


def tell_again(session: Session, child_id: UUID, now: datetime) -> None:
    """`tell_custody` under the child's lock: after a school year or the child's homes have changed."""
    if session.scalar(select(Child.child_id).where(Child.child_id == child_id).with_for_update()):
        tell_custody(session, child_id, now)


def _describe(session: Session, child_id: UUID, today: date) -> CustodyUpdated:
    years = school_years.from_day(session, today)
    if not years:
        return CustodyUpdated(child_id=child_id, spans=[])
    first, last = years[0].first, years[-1].last
    families = set(session.scalars(select(FamilyChild.family_id).where(FamilyChild.child_id == child_id)))
    agreements = [
        each
        for each in agreements_of(session, child_id, first)
        if {each.first_family_id, each.second_family_id} == families
    ]
    holidays = school_years.holidays_of(years)
    spans = [span for each in agreements for span in _spans(each, holidays, first, last)]
    held = (each for each in agreements if each.valid_to is None or each.valid_to >= today)
    current = next(held, None)
    return CustodyUpdated(
        child_id=child_id,
        agreement_id=current.agreement_id if current else None,
        spans=_joined(spans),
    )


def _spans(
    agreement: CustodyAgreement, holidays: Sequence[Holiday], first: date, last: date
) -> list[CustodySpan]:
    period = clipped(agreement, first, last)
    if period is None:
        return []
    homes = Homes(agreement.first_family_id, agreement.second_family_id)
    return [
        CustodySpan(first=span.first, last=span.last, family_id=homes.of(span.side))
        for span in custody.spans(terms_of(agreement), holidays, *period)
    ]


def _joined(spans: list[CustodySpan]) -> list[CustodySpan]:
    """Where one agreement follows another, the same home may go on."""
    found: list[CustodySpan] = []
    for span in spans:
        before = found[-1] if found else None
        if before and before.family_id == span.family_id and before.last + timedelta(days=1) == span.first:
            found[-1] = before.model_copy(update={"last": span.last})
        else:
            found.append(span)
    return found
