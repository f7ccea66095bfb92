"""Copies of what enrolment tells: which department answers for a request, and which agents belong to it."""

from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from documents.models import Base


class FiledRequest(Base):
    """A request that was filed: documents attached under its id may be opened by its department."""

    __tablename__ = "filed_request"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    department_code: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[UUID | None] = mapped_column(comment="Who filed it; none: without an account")


class DepartmentAgent(Base):
    """An agent belongs to a department: from `department.updated`, which says so whole."""

    __tablename__ = "department_agent"

    department_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(primary_key=True)
