"""What the town grants families: granted, ended before its date, and what is left of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from billing.invoicing.dates import MONTHS_CORRECTED, first_of, month_after, paris_day
from billing.models import THIS_TRANSACTION, Activity, AidDay, Allowance, Child, Family, Tariff
from billing.tariffs import grant_rules
from billing.tariffs.simulation import families_named
from billing.tariffs.tariff_book import read_rule, standings_of
from chassis.outbox import tell
from contracts.billing.allowances import (
    AllowanceKind,
    AllowancePage,
    AllowanceView,
    ChildNamed,
    EndAllowance,
    FamilyAllowances,
    FamilyNamed,
    FindAllowances,
    GrantAllowance,
    GrantedAllowance,
)
from contracts.billing.refusals import AllowanceOver, AllowanceOverlaps
from contracts.billing.tariffs import Named, Standing
from contracts.caller import Caller
from contracts.errors import Invalid, NotFound
from contracts.events.billing import AllowanceEnded, AllowanceGranted

PAGE = 50
_SHOWN_AFTER = timedelta(days=60)
"""How long a family still reads of what is over."""

_CHILDREN = """
SELECT child_id, first_name || ' ' || last_name AS name FROM child
WHERE :family_id = ANY (family_ids)
   OR child_id IN (SELECT child_id FROM booking WHERE family_id = :family_id)
   OR child_id IN (SELECT child_id FROM attendance WHERE family_id = :family_id)
ORDER BY birth_date, first_name, child_id
"""
"""Those of the file, and those the family was ever billed for."""


def grant(session: Session, ask: GrantAllowance, caller: Caller, now: datetime) -> GrantedAllowance:
    """See `contracts.billing.allowances`. Two agents at once meet at the family's row: the second sees the first's."""
    family = session.get(Family, ask.family_id, with_for_update={"key_share": True})
    if family is None:
        raise NotFound
    today = paris_day(now)
    kinds = reductions(session, today)
    wrong = grant_rules.problems(ask, _earliest(today)) | _unknown(session, ask, kinds)
    if wrong:
        raise Invalid(problems=wrong)
    aid = ask.kind is AllowanceKind.AID
    row = Allowance(
        family_id=ask.family_id,
        child_id=ask.child_id,
        activity_code=ask.activity_code,
        kind=ask.kind,
        reduction="" if aid else ask.reduction,
        name=ask.name.strip() if aid else kinds[ask.reduction][0],
        percent=ask.percent if aid else 0,
        cents=ask.cents if aid else 0,
        cap_cents=ask.cap_cents if aid else None,
        cap_days=ask.cap_days if aid else None,
        since=ask.since,
        until=ask.until,
        granted_until=ask.until,
        decision=ask.decision,
        granted_at=now,
        granted_by=caller.account_id,
        granted_by_name=caller.name,
        ended_by_name="",
        end_reason="",
    )
    for other in session.scalars(select(Allowance).where(Allowance.family_id == ask.family_id)):
        if grant_rules.overlaps(_span(row), _span(other)):
            until = other.until.isoformat() if other.until else None
            raise AllowanceOverlaps(name=other.name, since=other.since.isoformat(), until=until)
    session.add(row)
    session.flush()
    [view] = views(session, [row], today)
    known = AllowanceGranted.model_fields.keys() & GrantedAllowance.model_fields.keys()
    fact = AllowanceGranted(label=_told(row), **view.model_dump(include=known - {"name"}))
    tell(session, fact, subject=row.allowance_id, version=1, at=now)
    return view


def end(session: Session, ask: EndAllowance, caller: Caller, now: datetime) -> GrantedAllowance:
    """See `contracts.billing.allowances`. A draft that runs meanwhile does not see it, and is out of date."""
    row = session.get(Allowance, ask.allowance_id, with_for_update={"key_share": True})
    if row is None:
        raise NotFound
    if row.ended_at is not None:
        raise AllowanceOver
    today = paris_day(now)
    if wrong := grant_rules.end_problem(row.since, row.until, ask.last_day, _earliest(today)):
        raise Invalid(problems={"last_day": wrong})
    row.until, row.ended_at, row.end_reason = ask.last_day, now, ask.reason
    row.ended_by, row.ended_by_name = caller.account_id, caller.name
    row.changed_in = THIS_TRANSACTION  # type: ignore[assignment]
    session.flush()
    fact = AllowanceEnded(
        allowance_id=row.allowance_id,
        family_id=row.family_id,
        kind=row.kind,
        label=_told(row),
        since=row.since,
        until=ask.last_day,
    )
    tell(session, fact, subject=row.allowance_id, version=2, at=now)
    return views(session, [row], today)[0]


def of_family(session: Session, family_id: UUID, today: date) -> FamilyAllowances:
    """What it has and may be given. Raises NotFound."""
    family = session.get(Family, family_id)
    if family is None:
        raise NotFound
    rows = session.scalars(
        select(Allowance)
        .where(Allowance.family_id == family_id)
        .order_by(Allowance.since.desc(), Allowance.granted_at.desc(), Allowance.allowance_id)
    ).all()
    activities = session.scalars(select(Activity).order_by(Activity.activity_name))
    return FamilyAllowances(
        family=_named(family),
        children=children_of(session, family_id),
        activities=[Named(code=each.activity_code, name=each.activity_name) for each in activities],
        reductions=[Named(code=code, name=name) for code, (name, _) in reductions(session, today).items()],
        allowances=views(session, rows, today),
        earliest=_earliest(today),
    )


def find(session: Session, ask: FindAllowances, today: date) -> AllowancePage:
    """The families meant, and what is not over, by family."""
    standing = or_(Allowance.until.is_(None), Allowance.until >= today)
    rows = session.scalars(
        select(Allowance)
        .join(Family, Family.family_id == Allowance.family_id)
        .where(standing, or_(Allowance.until.is_(None), Allowance.until >= Allowance.since))
        .order_by(Family.label, Family.number, Allowance.since, Allowance.allowance_id)
        .limit(PAGE)
        .offset((ask.page - 1) * PAGE)
    ).all()
    words = ask.words.strip()
    return AllowancePage(
        found=[_named(each) for each in families_named(session, words)] if words else [],
        running=views(session, rows, today),
        total=session.scalar(select(func.count()).select_from(Allowance).where(standing)) or 0,
        page=ask.page,
    )


def of_parents(session: Session, families: Sequence[UUID], today: date) -> list[AllowanceView]:
    """What these families have, and for two months what they had."""
    lately = today - _SHOWN_AFTER
    rows = session.scalars(
        select(Allowance)
        .where(
            Allowance.family_id.in_(families),
            or_(Allowance.until.is_(None), Allowance.until >= lately, Allowance.ended_at >= lately),
        )
        .order_by(Allowance.since.desc(), Allowance.allowance_id)
    ).all()
    return [
        AllowanceView.model_validate(each.model_dump(include=set(AllowanceView.model_fields)))
        for each in views(session, rows, today)
    ]


def children_of(session: Session, family_id: UUID) -> list[ChildNamed]:
    """The eldest first."""
    rows = session.execute(text(_CHILDREN), {"family_id": family_id})
    return [ChildNamed(child_id=row.child_id, name=row.name) for row in rows]


def reductions(session: Session, today: date) -> dict[str, tuple[str, set[str]]]:
    """code → (name, activities) of the kinds that tariffs in force or to come know, by name."""
    found: dict[str, tuple[str, set[str]]] = {}
    tariffs = session.scalars(select(Tariff)).all()
    standings = standings_of(tariffs, today)
    for tariff in tariffs:
        if standings[tariff.tariff_id] is not Standing.PAST:
            for kind in read_rule(tariff.rule).reductions:
                found.setdefault(kind.code, (kind.name, set()))[1].add(tariff.activity_code)
    return dict(sorted(found.items(), key=lambda item: item[1][0]))


def views(session: Session, rows: Sequence[Allowance], today: date) -> list[GrantedAllowance]:
    """In the order given; four statements, however many."""
    if not rows:
        return []
    families = {
        each.family_id: each
        for each in session.scalars(select(Family).where(Family.family_id.in_({r.family_id for r in rows})))
    }
    children = {
        each.child_id: f"{each.first_name} {each.last_name}"
        for each in session.scalars(select(Child).where(Child.child_id.in_({r.child_id for r in rows})))
    }
    activities = {each.activity_code: each.activity_name for each in session.scalars(select(Activity))}
    used = _used(session, (row.allowance_id for row in rows))
    found = []
    for row in rows:
        cents, days = used[row.allowance_id]
        left_cents = None if row.cap_cents is None else max(0, row.cap_cents - cents)
        left_days = None if row.cap_days is None else max(0, row.cap_days - days)
        family = families[row.family_id]
        found.append(
            GrantedAllowance(
                allowance_id=row.allowance_id,
                kind=row.kind,
                state=grant_rules.state_on(
                    today,
                    row.since,
                    row.until,
                    ended=row.ended_at is not None,
                    used_up=0 in (left_cents, left_days),
                ),
                name=row.name,
                child_name=children.get(row.child_id, "Enfant inconnu") if row.child_id else "",
                activity_name=activities.get(row.activity_code, row.activity_code),
                percent=row.percent,
                cents=row.cents,
                cap_cents=row.cap_cents,
                cap_days=row.cap_days,
                left_cents=left_cents,
                left_days=left_days,
                since=row.since,
                until=row.until,
                decision=row.decision,
                end_reason=row.end_reason,
                family_id=row.family_id,
                family_label=family.label,
                family_number=family.number,
                granted_until=row.granted_until,
                granted_at=row.granted_at,
                granted_by_name=row.granted_by_name,
                ended_at=row.ended_at,
                ended_by_name=row.ended_by_name,
            )
        )
    return found


def _unknown(session: Session, ask: GrantAllowance, kinds: dict[str, tuple[str, set[str]]]) -> dict[str, str]:
    """What was chosen of a list and is not on it."""
    wrong = {}
    if ask.child_id and ask.child_id not in {each.child_id for each in children_of(session, ask.family_id)}:
        wrong["child_id"] = "unknown_child"
    if ask.activity_code and session.get(Activity, ask.activity_code) is None:
        wrong["activity_code"] = "unknown_activity"
    elif ask.kind is AllowanceKind.REDUCTION:
        known = kinds.get(ask.reduction, ("", set()))[1]
        if not known:
            wrong["reduction"] = "unknown_reduction"
        elif ask.activity_code and ask.activity_code not in known:
            wrong["activity_code"] = "reduction_not_of_activity"
    return wrong


def _used(session: Session, ids: Iterable[UUID]) -> defaultdict[UUID, tuple[int, int]]:
    """allowance → (cents, child's days) taken of it, as last reckoned."""
    days = func.count(func.row(AidDay.child_id, AidDay.day).distinct())
    rows = session.execute(
        select(AidDay.allowance_id, func.sum(AidDay.cents), days)
        .where(AidDay.allowance_id.in_(list(ids)))
        .group_by(AidDay.allowance_id)
    )
    found: defaultdict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    found.update({allowance_id: (int(cents), count) for allowance_id, cents, count in rows})
    return found


def _span(row: Allowance) -> grant_rules.Span:
    return grant_rules.Span(row.kind, row.name, row.child_id, row.activity_code, row.since, row.until)


def _told(row: Allowance) -> str:
    """The name of an aid; that of a reduction may say something of health, and is told to nobody."""
    return row.name if row.kind is AllowanceKind.AID else ""


def _named(family: Family) -> FamilyNamed:
    return FamilyNamed(family_id=family.family_id, number=family.number, label=family.label)


def _earliest(today: date) -> date:
    """The first day that the next run still corrects."""
    return month_after(first_of(today), -MONTHS_CORRECTED)
