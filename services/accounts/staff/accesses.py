"""The record of what agents looked at and changed of families, here and in the other services."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from accounts.household.families import labels_of
from accounts.household.family_files import named
from accounts.models import Account, Family, FamilyAccess, Guardian
from accounts.names import spell
from chassis.clock import PARIS
from contracts.accounts.accesses import (
    Access,
    AccessesPage,
    AccessRow,
    AgentName,
    ExportAccesses,
    ExportTooLong,
    ListAccesses,
)
from contracts.caller import Kind
from contracts.events.billing import BillConsulted
from contracts.events.consultations import ChildConsulted
from contracts.events.documents import DocumentOpened
from contracts.events.requests import RequestConsulted

KEPT = timedelta(days=365)
"""CNIL, délibération 2021-122: traces are kept six months to a year."""
PER_PAGE = 50
MOST = 10_000
"""Lines of one file: the answer crosses the broker."""
ATTACHED_TO = {
    "enrolment": "joint à une inscription",
    "absence": "joint à une absence signalée",
    "request": "joint à une demande",
    "family": "joint au dossier famille",
    "health": "joint à la fiche santé",
}


def note(session: Session, fact: BillConsulted | ChildConsulted, access: Access, at: datetime) -> None:
    """Writes down what another service tells."""
    _add(session, fact.family_id, fact.agent_id, fact.agent_name, access, fact.detail, at)


def note_document(session: Session, fact: DocumentOpened, at: datetime) -> None:
    """A document is its owner's: it concerns each family that they are a guardian of, or the one it was given to."""
    wanted = select(Family.family_id)
    if fact.subject_kind == "family":
        wanted = wanted.where(Family.family_id == fact.subject_id)
    else:
        own = select(Guardian.family_id).where(Guardian.account_id == fact.account_id)
        wanted = wanted.where(Family.family_id.in_(own))
    detail = f"Document {ATTACHED_TO.get(fact.subject_kind, '')}".strip()
    for family_id in session.scalars(wanted):
        _add(session, family_id, fact.agent_id, fact.agent_name, Access.DOCUMENT, detail, at)


def note_request(session: Session, fact: RequestConsulted, at: datetime) -> None:
    """A request is its account's: it concerns each family that they are a guardian of."""
    own = select(Guardian.family_id).where(Guardian.account_id == fact.account_id).distinct()
    detail = f"Demande {fact.number}, {fact.title}"
    for family_id in session.scalars(own):
        _add(session, family_id, fact.agent_id, fact.agent_name, Access.REQUEST, detail, at)


def list_page(session: Session, ask: ListAccesses) -> AccessesPage:
    """Newest first. Four statements."""
    wanted = _wanted(ask)
    total = session.scalar(_chosen(select(func.count()), wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    rows = (
        _chosen(select(FamilyAccess, Family.number), wanted)
        .order_by(FamilyAccess.at.desc(), FamilyAccess.access_id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return AccessesPage(
        rows=_views(session, rows), agents=_agents(session), page=page, pages=pages, total=total
    )


def export(session: Session, ask: ExportAccesses) -> list[AccessRow]:
    """Oldest first. Raises ExportTooLong."""
    wanted = _wanted(ask)
    total = session.scalar(_chosen(select(func.count()), wanted)) or 0
    if total > MOST:
        raise ExportTooLong(count=total, most=MOST)
    rows = _chosen(select(FamilyAccess, Family.number), wanted)
    return _views(session, rows.order_by(FamilyAccess.at, FamilyAccess.access_id))


def forget_old(session: Session, now: datetime) -> None:
    """Removes lines past their time."""
    session.execute(delete(FamilyAccess).where(FamilyAccess.at < now - KEPT))


def _add(
    session: Session,
    family_id: UUID,
    agent_id: UUID,
    agent_name: str,
    access: Access,
    detail: str,
    at: datetime,
) -> None:
    session.add(
        FamilyAccess(
            family_id=family_id,
            agent_id=agent_id,
            agent_name=agent_name,
            action=access.value,
            detail=detail[:300],
            at=at,
        )
    )


def _wanted(ask: ListAccesses | ExportAccesses) -> list[ColumnElement[bool]]:
    wanted = named(ask.family)
    if ask.agent_id is not None:
        wanted.append(FamilyAccess.agent_id == ask.agent_id)
    if ask.since is not None:
        wanted.append(FamilyAccess.at >= _midnight(ask.since))
    if ask.until is not None:
        wanted.append(FamilyAccess.at < _midnight(ask.until + timedelta(days=1)))
    return wanted


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def _chosen(columns: Select[*tuple[Any, ...]], wanted: list[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return (
        columns.select_from(FamilyAccess)
        .join(Family, Family.family_id == FamilyAccess.family_id)
        .where(*wanted)
    )


def _views(session: Session, rows: Select[*tuple[Any, ...]]) -> list[AccessRow]:
    found = session.execute(rows).all()
    labels = labels_of(session, {access.family_id for access, _ in found})
    return [
        AccessRow(
            at=access.at,
            family_id=access.family_id,
            family_number=number,
            family_label=labels.get(access.family_id, ""),
            agent_id=access.agent_id,
            agent=access.agent_name,
            access=access.action,
            detail=access.detail,
        )
        for access, number in found
    ]


def _agents(session: Session) -> list[AgentName]:
    rows = session.scalars(
        select(Account)
        .where(Account.kind == Kind.AGENT.value)
        .order_by(Account.last_name, Account.first_name, Account.account_id)
    )
    return [AgentName(account_id=row.account_id, name=spell(row.first_name, row.last_name)) for row in rows]
