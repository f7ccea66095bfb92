"""Copies of what enrolment tells: which department answers for a request, which agents belong to it; letters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Integer, LargeBinary, String
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


class DecisionLetter(Base):
    """The decision letter of a request lies, or lay, in its requester's vault: it is put once, whoever deletes it."""

    __tablename__ = "decision_letter"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID]
    put_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ComingFile(Base):
    """A file of the town's, sealed and stored, whose message enrolment has not told of: it is in no vault."""

    __tablename__ = "coming_file"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(index=True)
    account_id: Mapped[UUID | None] = mapped_column(
        comment="Whose vault it goes into; none: to the tracking code"
    )
    public_key: Mapped[bytes] = mapped_column(LargeBinary, comment="What its key is sealed to")
    size: Mapped[int] = mapped_column(Integer, comment="Bytes of the document")
    object_size: Mapped[int] = mapped_column(Integer, comment="Bytes of its sealed object")
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_description: Mapped[bytes] = mapped_column(LargeBinary)
    put_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
