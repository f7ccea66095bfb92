"""Enrolments as they are shown: to the parents of the child, to agents."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, Uuid, any_, bindparam, func, select
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from contracts import serving
from contracts.caller import Caller, Kind, Role
from contracts.enrolment.enrolments import (
    AttachmentView,
    ChildView,
    ChoicesView,
    ChoiceView,
    EnrolmentQueue,
    EnrolmentQueueView,
    EnrolmentView,
)
from contracts.enrolment.offer import ActivityTerms, PlaceKind, Season
from contracts.errors import NotFound
from contracts.events.enrolments import EnrolmentState
from contracts.serving import Whose
from enrolment.catalogue.offer import school_names, view_activity, view_place
from enrolment.catalogue.terms import order_sentence, terms_of
from enrolment.enrolling import attached, lines
from enrolment.enrolling.enrolments import fits, why_not
from enrolment.enrolling.states import LIVE
from enrolment.given import memory, passing
from enrolment.household import families
from enrolment.models import (
    Activity,
    Attachment,
    Child,
    Enrolment,
    Family,
    FamilyChild,
    Offering,
    Place,
)
from enrolment.schedule import calendar

_MAY_WAIT = (EnrolmentState.REQUESTED, EnrolmentState.WAITING)
ASKING = (EnrolmentState.REQUESTED, EnrolmentState.OFFERED)
"""In which something may be asked of the parent."""
Joined = Row[UUID, str, datetime, date | None, datetime | None, bool, str]
EnrolledRow = tuple[Enrolment, Child, Activity, Place]


def show(session: Session, enrolment_id: UUID, caller: Caller, today: date) -> EnrolmentView:
    """One enrolment, to a guardian of the child or a `requests` agent."""
    row = session.execute(_rows().where(Enrolment.enrolment_id == enrolment_id)).first()
    if row is None:
        raise NotFound
    if caller.kind is Kind.CITIZEN:
        own = families.families_of(session, caller.citizen())
        if caller.account_id not in families.guardians_of(session, row[0].child_id):
            raise NotFound
        return _with_given(session, row[0], views(session, [row], own, today)[0], caller, today)
    caller.staff(Role.REQUESTS)
    return views(session, [row], None, today)[0]


def _with_given(
    session: Session, enrolment: Enrolment, view: EnrolmentView, caller: Caller, today: date
) -> EnrolmentView:
    """With what was given meanwhile, with something else, of the kinds that are missing. One statement, if any is."""
    found = attached.find(session, enrolment, caller.citizen(), view.missing_documents, today)
    return view.model_copy(update={"given": [passing.view(row) for row in found.values()]})


def of_account(session: Session, caller: Caller, today: date) -> list[EnrolmentView]:
    """This school year's enrolments of all the caller's children, newest first. Three statements."""
    own = families.families_of(session, caller.citizen())
    return views(session, rows_of(session, own, today), own, today)


def asked_of(session: Session, caller: Caller, today: date) -> list[EnrolmentView]:
    """Those of them that wait for the parent: a document is missing, a place is offered."""
    own = families.families_of(session, caller.citizen())
    asking = [row for row in rows_of(session, own, today) if row[0].state in ASKING]
    return [
        each for each in views(session, asking, own, today) if each.missing_documents or each.offer_ends_at
    ]


def rows_of(session: Session, own: Collection[UUID], today: date) -> list[EnrolledRow]:
    """This school year's enrolments of all the children of these families, newest first. One statement."""
    year = calendar.school_year_of(today).label
    return list(session.execute(_OF_YEAR, {"own": list(own), "year": year}))


def of_families(session: Session, own: Collection[UUID], today: date) -> list[EnrolmentView]:
    """Every enrolment of every year of the children of these families, newest first. Two statements."""
    rows = session.execute(
        _rows()
        .where(Enrolment.child_id.in_(select(FamilyChild.child_id).where(FamilyChild.family_id.in_(own))))
        .order_by(Enrolment.requested_at.desc(), Enrolment.enrolment_id)
    )
    return views(session, list(rows), own, today)


def queue(session: Session, ask: EnrolmentQueue, caller: Caller, today: date) -> EnrolmentQueueView:
    """Enrolments in a state, the oldest first, for agents; those that wait line by line, in the order of service."""
    caller.staff(Role.REQUESTS)
    wanted = [Enrolment.state == ask.state]
    if ask.activity_code:
        wanted.append(Enrolment.activity_code == ask.activity_code)
    total = session.scalar(select(func.count()).select_from(Enrolment).where(*wanted)) or 0
    rows = session.execute(
        _rows()
        .outerjoin(Family, Family.family_id == Enrolment.family_id)
        .where(*wanted)
        .order_by(*(lines.BY_LINE if ask.state is EnrolmentState.WAITING else ()))
        .order_by(Enrolment.requested_at, Enrolment.enrolment_id)
        .offset(ask.offset)
        .limit(ask.limit)
    )
    return EnrolmentQueueView(total=total, enrolments=views(session, list(rows), None, today))


def choices(session: Session, child_id: UUID, caller: Caller, now: datetime) -> ChoicesView:
    """What a child may be enrolled in this school year, and where; what it has already asked for."""
    acting = families.act_for(session, caller, child_id)
    today = calendar.local_day(now)
    year = calendar.school_year_of(today).label
    rows = session.execute(
        _rows()
        .where(Enrolment.child_id == child_id, Enrolment.school_year == year)
        .order_by(Enrolment.requested_at)
    )
    enrolled: dict[str, EnrolmentView] = {}
    for view in views(session, list(rows), acting.family_ids, today):
        if view.state in LIVE or view.activity_code not in enrolled:
            enrolled[view.activity_code] = view
    offered: dict[str, tuple[Activity, list[Place]]] = {}
    for activity, place in session.execute(
        select(Activity, Place)
        .join(Offering, Offering.activity_code == Activity.code)
        .join(Place, Place.code == Offering.place_code)
        .order_by(Activity.name, Place.name)
    ):
        offered.setdefault(activity.code, (activity, []))[1].append(place)
    all_terms = {code: terms_of(activity) for code, (activity, _) in offered.items()}
    asked = {each for terms in all_terms.values() for each in terms.documents}
    whose = Whose(acting.account_id, acting.family_id, child_id)
    before = memory.find(session, serving.ENROLMENT, whose, asked, today)
    found = []
    for code, (_, places) in offered.items():
        terms = all_terms[code]
        if terms.retired and terms.code not in enrolled:
            continue
        why = why_not(session, terms, acting, now)
        fitting = [p for p in places if fits(terms, PlaceKind(p.kind), p.code, acting.child.place_code)]
        enrolment = enrolled.get(terms.code)
        if fitting or enrolment:
            found.append(
                ChoiceView(
                    activity=view_activity(terms, school_names(session, terms), today),
                    places=[view_place(p) for p in fitting],
                    why_not=why.sentence if why else "",
                    given=[passing.view(before[each]) for each in terms.documents if each in before],
                    enrolment=enrolment,
                )
            )
    return ChoicesView(child=view_child(acting.child, acting.school_name), school_year=year, choices=found)


def view_child(child: families.SomeChild, place_name: str = "") -> ChildView:
    """A child."""
    return ChildView(
        child_id=child.child_id,
        first_name=child.first_name,
        last_name=child.last_name,
        place_code=child.place_code,
        place_name=place_name,
        class_name=child.class_name,
    )


def children_of(session: Session, account_id: UUID) -> list[ChildView]:
    """The children an account may act for, by first name."""
    rows = session.execute(CHILDREN, {"account_id": account_id})
    return [ChildView.model_validate(row, from_attributes=True) for row in rows]


def _rows() -> Select[Enrolment, Child, Activity, Place]:
    return (
        select(Enrolment, Child, Activity, Place)
        .join(Child, Child.child_id == Enrolment.child_id)
        .join(Activity, Activity.code == Enrolment.activity_code)
        .join(Place, Place.code == Enrolment.place_code)
    )


# Written once: they are part of pages opened all day.
CHILDREN = (
    select(
        Child.child_id,
        Child.first_name,
        Child.last_name,
        Child.place_code,
        func.coalesce(Place.name, "").label("place_name"),
        Child.class_name,
    )
    .outerjoin(Place, Place.code == Child.place_code)
    .where(Child.child_id.in_(families.OWN_CHILDREN))
    .order_by(Child.birth_date, Child.first_name)
    .execution_options(**PREPARED)
)
"""The children of the account bound as `account_id`, as `ChildView`."""
_OF_YEAR = (
    _rows()
    .where(
        Enrolment.child_id.in_(
            select(FamilyChild.child_id).where(
                FamilyChild.family_id == any_(bindparam("own", type_=ARRAY(Uuid)))
            )
        ),
        Enrolment.school_year == bindparam("year"),
    )
    .order_by(Enrolment.requested_at.desc(), Enrolment.enrolment_id)
    .execution_options(**PREPARED)
)
_GIVEN = (
    select(
        Attachment.enrolment_id,
        Attachment.document_type,
        Attachment.received_at,
        Attachment.valid_until,
        Attachment.given_at,
        Attachment.is_coming,
        Attachment.given_with,
    )
    .where(Attachment.enrolment_id == any_(bindparam("enrolment_ids", type_=ARRAY(Uuid))))
    .order_by(Attachment.received_at)
    .execution_options(**PREPARED)
)


def views(
    session: Session, rows: Iterable[EnrolledRow], own: Collection[UUID] | None, today: date
) -> list[EnrolmentView]:
    """`own`: the reader's families; what another household did carries no name. None: an agent reads. One statement,
    and one more a line."""
    kept = list(rows)
    joined: dict[UUID, list[Joined]] = defaultdict(list)
    if kept:
        for each in session.execute(_GIVEN, {"enrolment_ids": [row[0].enrolment_id for row in kept]}):
            joined[each.enrolment_id].append(each)
    ranks = lines.rank(session, [row[0] for row in kept])
    terms = {activity: terms_of(activity) for activity in {row[2] for row in kept}}
    return [_view(row, terms[row[2]], joined[row[0].enrolment_id], own, ranks, today) for row in kept]


def _view(
    row: EnrolledRow,
    terms: ActivityTerms,
    joined: list[Joined],
    own: Collection[UUID] | None,
    ranks: Mapping[UUID, int],
    today: date,
) -> EnrolmentView:
    enrolment, child, activity, place = row
    has = {each.document_type for each in joined if passing.counts(each.given_at, each.valid_until, today)}
    awaited = enrolment.state == EnrolmentState.REQUESTED
    return EnrolmentView(
        enrolment_id=enrolment.enrolment_id,
        child_id=child.child_id,
        child_name=families.full_name(child),
        family_id=enrolment.family_id,
        activity_code=activity.code,
        activity_name=activity.name,
        has_sessions=terms.season is not Season.NONE,
        place_code=place.code,
        place_name=place.name,
        school_year=enrolment.school_year,
        state=EnrolmentState(enrolment.state),
        requested_at=enrolment.requested_at,
        requested_by=enrolment.requested_by_name if own is None or enrolment.family_id in own else "",
        decided_at=enrolment.decided_at,
        reason=enrolment.reason,
        attachments=[_attachment(each) for each in joined],
        missing_documents=[each for each in terms.documents if each not in has] if awaited else [],
        place_in_line=ranks.get(enrolment.enrolment_id),
        order_sentence=order_sentence(terms.waiting) if enrolment.state in _MAY_WAIT else "",
        accepted_because=enrolment.accepted_because if own is None else "",
        offer_ends_at=enrolment.offer_ends_at if enrolment.state == EnrolmentState.OFFERED else None,
        version=enrolment.version,
    )


def _attachment(row: Joined) -> AttachmentView:
    return AttachmentView(
        document_type=row.document_type,
        received_at=row.given_at or row.received_at,
        valid_until=row.valid_until,
        given_before=row.given_at is not None,
        given_with=row.given_with,
        is_coming=row.is_coming,
    )
