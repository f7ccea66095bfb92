"""Municipal departments: who answers for which requests. Agents belong to them by an administrator's word."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Role
from contracts.enrolment.departments import (
    DefineDepartment,
    DepartmentChanged,
    DepartmentExists,
    DepartmentView,
)
from contracts.errors import NotFound
from contracts.events.requests import DepartmentUpdated
from enrolment.requests.models import Department, DepartmentAgent


def every_one(session: Session) -> list[DepartmentView]:
    """By name, with their agents. Two statements."""
    return _views(session, session.scalars(select(Department).order_by(Department.name)).all())


def define(session: Session, ask: DefineDepartment, now: datetime) -> DepartmentView:
    """Makes or changes one, whole. Raises DepartmentChanged, DepartmentExists."""
    department = session.get(Department, ask.code, with_for_update=True)
    namesake = session.scalar(
        select(Department.code).where(Department.name == ask.name, Department.code != ask.code)
    )
    if namesake is not None or (department is not None and ask.version == 0):
        raise DepartmentExists(problems={"name": "department_exists"})
    if (department.version if department else 0) != ask.version:
        raise DepartmentChanged
    if department is None:
        department = Department(code=ask.code, version=0)
        session.add(department)
    department.name, department.email, department.system = ask.name, ask.email.strip().lower(), ask.system
    department.version += 1
    session.flush()
    session.execute(delete(DepartmentAgent).where(DepartmentAgent.department_code == ask.code))
    session.add_all(
        DepartmentAgent(department_code=ask.code, agent_id=agent_id, name=name[:200])
        for agent_id, name in ask.agents.items()
    )
    session.flush()
    _tell(session, department, list(ask.agents), now)
    return _views(session, [department])[0]


def named(session: Session, name: str, now: datetime) -> Department:
    """The department that a form names. One that nobody has set up yet is made, without agents: no request is lost."""
    found = session.scalar(select(Department).where(Department.name == name))
    if found is not None:
        return found
    number = 1
    while session.get(Department, f"service_{number}") is not None:
        number += 1
    made = insert(Department).values(code=f"service_{number}", name=name, email="", system="", version=1)
    if session.execute(made.on_conflict_do_nothing().returning(Department.code)).first() is None:
        return named(session, name, now)  # another request of the same kind was faster
    department = session.get_one(Department, f"service_{number}")
    _tell(session, department, [], now)
    return department


def of_agent(session: Session, caller: Caller) -> set[str]:
    """The codes of the departments that the agent belongs to. Raises NotSignedIn, NotAllowed."""
    agent_id = caller.agent(Role.REQUESTS)
    return set(
        session.scalars(select(DepartmentAgent.department_code).where(DepartmentAgent.agent_id == agent_id))
    )


def with_codes(session: Session, codes: set[str]) -> list[DepartmentView]:
    """These, by name."""
    found = session.scalars(select(Department).where(Department.code.in_(codes)).order_by(Department.name))
    return _views(session, found.all())


def of_system(session: Session, system: str) -> set[str]:
    """The codes of the departments whose requests a broker user may take over."""
    return (
        set(session.scalars(select(Department.code).where(Department.system == system))) if system else set()
    )


def other_than(session: Session, code: str) -> dict[str, str]:
    """Those that a request may be forwarded to."""
    rows = session.execute(
        select(Department.code, Department.name).where(Department.code != code).order_by(Department.name)
    )
    return dict(rows.all())


def colleagues(session: Session, code: str) -> dict[UUID, str]:
    """The agents of a department, by name."""
    rows = session.execute(
        select(DepartmentAgent.agent_id, DepartmentAgent.name)
        .where(DepartmentAgent.department_code == code)
        .order_by(DepartmentAgent.name)
    )
    return dict(rows.all())


def get(session: Session, code: str) -> Department:
    """Raises NotFound."""
    found = session.get(Department, code)
    if found is None:
        raise NotFound
    return found


def _tell(session: Session, department: Department, agent_ids: list[UUID], now: datetime) -> None:
    fact = DepartmentUpdated(
        department_code=department.code, department_name=department.name, agent_ids=agent_ids
    )
    tell(session, fact, subject=department.code, version=department.version, at=now)


def _views(session: Session, departments: Sequence[Department]) -> list[DepartmentView]:
    agents: dict[str, dict[UUID, str]] = {each.code: {} for each in departments}
    rows = session.scalars(
        select(DepartmentAgent)
        .where(DepartmentAgent.department_code.in_(agents))
        .order_by(DepartmentAgent.name)
    )
    for row in rows:
        agents[row.department_code][row.agent_id] = row.name
    return [
        DepartmentView(
            code=each.code,
            name=each.name,
            email=each.email,
            system=each.system,
            agents=agents[each.code],
            version=each.version,
        )
        for each in departments
    ]
