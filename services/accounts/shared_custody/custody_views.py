"""A child's calendar as a guardian of one of its homes sees it, and a stated one as an agent decides it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.household.families import load_views
from accounts.models import Child
from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_subjects import name_of
from accounts.shared_custody import custody, school_years
from accounts.shared_custody.custody import Holiday
from accounts.shared_custody.custody_agreements import (
    agreements_of,
    check_draft,
    clipped,
    draft_of,
    open_agreement,
)
from accounts.shared_custody.custody_homes import Homes, homes_of, speak_for
from accounts.shared_custody.custody_models import CustodyAgreement, CustodyOpinion, SchoolYear
from accounts.shared_custody.custody_subjects import FIELD
from accounts.staff.agents import record_access
from chassis.clock import PARIS
from contracts.accounts.accesses import Access
from contracts.accounts.changes import ChangeState, SubjectKind
from contracts.accounts.custody import (
    AgreementView,
    CustodyDays,
    CustodyDraft,
    CustodyFile,
    CustodyView,
    HomeOpinion,
    HomeView,
    Opinion,
    OpinionView,
    PreviewCustody,
    PreviewView,
    ProposalView,
    RivalView,
    SchoolYearView,
    ShowCustody,
)
from contracts.caller import Caller, Role
from contracts.errors import NotFound

PREVIEW = timedelta(weeks=8)
REFUSAL_SHOWN = timedelta(days=60)


def show(session: Session, ask: ShowCustody, account_id: UUID, now: datetime) -> CustodyView:
    """The school year asked for, this one, or the first one known. Raises NotFound."""
    family_id, homes = speak_for(session, account_id, ask.child_id, ask.family_id)
    child = session.get_one(Child, ask.child_id)
    today = _day(now)
    years = school_years.from_day(session, today)
    shown = next((year for year in years if ask.label in ("", year.label)), None)
    if ask.label and shown is None:
        raise NotFound
    since = years[0].first if years else today
    agreements = [
        each
        for each in agreements_of(session, ask.child_id, since)
        if each.first_family_id == homes.first and each.second_family_id == homes.second
    ]
    return CustodyView(
        child_id=child.child_id,
        family_id=family_id,
        first_name=child.first_name,
        last_name=child.usage_name or child.last_name,
        years=[_year(year) for year in years],
        shown=_year(shown) if shown else None,
        days=_year_days(agreements, homes, family_id, years, shown),
        agreements=[
            AgreementView(draft=homes.seen_from(draft_of(each), family_id), valid_to=each.valid_to)
            for each in agreements
            if each.valid_to is None or each.valid_to >= today
        ],
        proposals=_proposals(session, ask.child_id, family_id, homes, now),
    )


def preview(session: Session, ask: PreviewCustody, account_id: UUID, now: datetime) -> PreviewView:
    """What a draft would give, seen from the home that states it. Raises NotFound, Invalid."""
    speak_for(session, account_id, ask.child_id, ask.family_id)
    today = _day(now)
    check_draft(session, ask.child_id, ask.draft, today)
    years = school_years.from_day(session, today)
    return PreviewView(
        first_name=session.get_one(Child, ask.child_id).first_name,
        days=_eight_weeks(ask.draft, school_years.holidays_of(years), today),
    )


def proposal(
    session: Session, row: ChangeRequest, family_id: UUID, homes: Homes, now: datetime
) -> ProposalView:
    """A stated calendar as one of the two homes sees it."""
    today = _day(now)
    own = session.get(CustodyOpinion, (row.change_id, family_id))
    draft = homes.seen_from(CustodyDraft.model_validate(row.new), family_id)
    holidays = school_years.holidays_of(school_years.from_day(session, today))
    return ProposalView(
        change_id=row.change_id,
        draft=draft,
        state=ChangeState(row.state),
        by_other_home=row.family_id != family_id,
        asked_at=row.asked_at,
        reason=row.reason if row.family_id == family_id else "",
        days=_eight_weeks(draft, holidays, today),
        opinion=OpinionView(opinion=Opinion(own.opinion), text=own.text, at=own.at) if own else None,
    )


def open_file(session: Session, change_id: UUID, caller: Caller, now: datetime) -> CustodyFile:
    """Everything to decide by, and a line in the record of accesses of both families.

    Raises NotFound, CustodyNeedsTwoHomes.
    """
    caller.staff(Role.FAMILY_FILES)
    row = session.get(ChangeRequest, change_id)
    if row is None or row.subject_kind != SubjectKind.CUSTODY.value:
        raise NotFound
    homes = homes_of(session, row.subject_id)
    record_access(session, [homes.first, homes.second], caller, Access.CHANGE_OPENED, now)
    today = _day(now)
    holidays = school_years.holidays_of(school_years.from_day(session, today))
    draft = CustodyDraft.model_validate(row.new)
    held = open_agreement(session, row.subject_id)
    present = draft_of(held) if held else None
    families = load_views(session, [homes.first, homes.second])
    first, second = (
        HomeView(family_id=each, number=families[each].number, label=families[each].label)
        for each in (homes.first, homes.second)
    )
    return CustodyFile(
        change_id=change_id,
        state=ChangeState(row.state),
        child_id=row.subject_id,
        child_name=name_of(session.get_one(Child, row.subject_id)),
        homes=(first, second),
        side=homes.side(row.family_id),
        by=row.asked_name,
        asked_at=row.asked_at,
        draft=draft,
        days=_eight_weeks(draft, holidays, today),
        present=present,
        present_days=_present_days(session, row.subject_id, holidays, max(today, draft.valid_from)),
        seen=present.model_dump(mode="json") if present else None,
        opinions=_opinions(session, change_id, homes),
        rivals=_rivals(session, row),
        ended_by=row.ended_name,
        ended_at=row.ended_at,
        reason=row.reason,
    )


def _day(now: datetime) -> date:
    return now.astimezone(PARIS).date()


def _year(year: SchoolYear) -> SchoolYearView:
    return SchoolYearView(label=year.label, first=year.first, last=year.last)


def _year_days(
    agreements: Sequence[CustodyAgreement],
    homes: Homes,
    family_id: UUID,
    years: list[SchoolYear],
    shown: SchoolYear | None,
) -> list[CustodyDays]:
    if shown is None:
        return []
    holidays = school_years.holidays_of(years)
    found: list[CustodyDays] = []
    for agreement in agreements:
        period = clipped(agreement, shown.first, shown.last)
        if period is not None:
            found += _days(homes.seen_from(draft_of(agreement), family_id), holidays, *period)
    return found


def _present_days(
    session: Session, child_id: UUID, holidays: Sequence[Holiday], first: date
) -> list[CustodyDays]:
    found: list[CustodyDays] = []
    for agreement in agreements_of(session, child_id, first):
        period = clipped(agreement, first, first + PREVIEW - timedelta(days=1))
        if period is not None:
            found += _days(draft_of(agreement), holidays, *period)
    return found


def _eight_weeks(draft: CustodyDraft, holidays: Sequence[Holiday], today: date) -> list[CustodyDays]:
    first = max(today, draft.valid_from)
    return _days(draft, holidays, first, first + PREVIEW - timedelta(days=1))


def _days(draft: CustodyDraft, holidays: Sequence[Holiday], first: date, last: date) -> list[CustodyDays]:
    if draft.terms is None:
        return []
    return [
        CustodyDays(
            first=run.first,
            last=run.last,
            side=run.belonging.side,
            why=run.belonging.why,
            holiday=run.belonging.holiday,
            part=run.belonging.part,
        )
        for run in custody.runs(draft.terms, holidays, first, last)
    ]


def _proposals(
    session: Session, child_id: UUID, family_id: UUID, homes: Homes, now: datetime
) -> list[ProposalView]:
    """What awaits, of both homes, and what was refused to this one lately, newest first."""
    rows = session.scalars(
        select(ChangeRequest)
        .where(
            ChangeRequest.subject_kind == SubjectKind.CUSTODY.value,
            ChangeRequest.subject_id == child_id,
            ChangeRequest.family_id.in_([homes.first, homes.second]),
            or_(
                ChangeRequest.state == ChangeState.AWAITING.value,
                (ChangeRequest.state == ChangeState.REFUSED.value)
                & (ChangeRequest.family_id == family_id)
                & (ChangeRequest.ended_at > now - REFUSAL_SHOWN),
            ),
        )
        .order_by(ChangeRequest.asked_at.desc())
    )
    return [proposal(session, row, family_id, homes, now) for row in rows]


def _opinions(session: Session, change_id: UUID, homes: Homes) -> list[HomeOpinion]:
    rows = session.scalars(
        select(CustodyOpinion).where(CustodyOpinion.change_id == change_id).order_by(CustodyOpinion.at)
    )
    return [
        HomeOpinion(
            side=homes.side(row.family_id),
            by=row.name,
            opinion=Opinion(row.opinion),
            text=row.text,
            at=row.at,
        )
        for row in rows
    ]


def _rivals(session: Session, row: ChangeRequest) -> list[RivalView]:
    rows = session.scalars(
        select(ChangeRequest)
        .where(
            ChangeRequest.subject_kind == SubjectKind.CUSTODY.value,
            ChangeRequest.subject_id == row.subject_id,
            ChangeRequest.field == FIELD,
            ChangeRequest.state == ChangeState.AWAITING.value,
            ChangeRequest.change_id != row.change_id,
        )
        .order_by(ChangeRequest.asked_at)
    )
    return [
        RivalView(
            change_id=each.change_id,
            draft=CustodyDraft.model_validate(each.new),
            by=each.asked_name,
            asked_at=each.asked_at,
        )
        for each in rows
    ]
