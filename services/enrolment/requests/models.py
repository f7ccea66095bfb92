"""The tables of requests, of what happened to each, and of the departments in charge."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, LargeBinary, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant

OPEN_STATES = "state IN ('received', 'in_progress', 'information_asked')"


class Department(Base):
    """A municipal department that answers for requests."""

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True, comment="As the forms name it")
    email: Mapped[str] = mapped_column(
        String(320), default="", comment="Its mailbox: told of what is due; empty: nobody"
    )
    system: Mapped[str] = mapped_column(
        String(80), default="", comment="The broker user whose orders count for its requests; empty: none"
    )
    version: Mapped[int] = mapped_column(Integer, default=1, comment="Grows with each change")


class DepartmentAgent(Base):
    """An agent belongs to a department. The role `requests` is asked of them besides."""

    __tablename__ = "department_agent"

    department_code: Mapped[str] = mapped_column(ForeignKey("department.code"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(200), comment="As the administrator saw it")


class RequestNumber(Base):
    """The last number given in a year."""

    __tablename__ = "request_number"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)


class Request(Base):
    """A request that was filed. Erased, only number, procedure, department, dates and state are left."""

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_account_id", "account_id", "submitted_at"),
        Index("ix_request_queue", "department_code", "due_on", postgresql_where=text(OPEN_STATES)),
        Index("ix_request_due_on", "due_on", postgresql_where=text(OPEN_STATES)),
        Index("ix_request_closed_at", "closed_at", postgresql_where=text("erased_at IS NULL")),
        Index(
            "ix_request_letter_try_at", "letter_try_at", postgresql_where=text("letter_try_at IS NOT NULL")
        ),
        Index("ix_request_email", "email", postgresql_where=text("account_id IS NULL AND erased_at IS NULL")),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The draft's it was made of")
    number: Mapped[str] = mapped_column(String(20), unique=True, comment="2026-000123")
    procedure_code: Mapped[str] = mapped_column(String(40))
    form_number: Mapped[int] = mapped_column(Integer, comment="The version of the form that was filled")
    title: Mapped[str] = mapped_column(String(120))
    account_id: Mapped[UUID | None] = mapped_column(comment="None: filed without an account")
    email: Mapped[str] = mapped_column(String(320), comment="Where the requester is written to")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="By field; empty once erased")
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the tracking code, 80 bits")
    code_key: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Public half of the key that the code is; none: not followed since there is one"
    )
    state: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20), comment="Which table of states is its")
    silence: Mapped[str] = mapped_column(String(20), comment="What no answer in time means")
    department_code: Mapped[str] = mapped_column(ForeignKey("department.code"))
    agent_id: Mapped[UUID | None] = mapped_column(index=True, comment="Whose it is to answer")
    agent_name: Mapped[str] = mapped_column(String(200), default="")
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(comment="Until when the department answers; moves with a pause")
    silence_on: Mapped[date] = mapped_column(comment="When no answer counts as one; moves with it")
    paused_on: Mapped[date | None] = mapped_column(comment="Since when information is awaited")
    warned: Mapped[str] = mapped_column(
        String(10), default="", comment="soon, late: what was told of the delay"
    )
    closed_at: Mapped[datetime | None] = mapped_column(Instant, comment="Decided or withdrawn")
    letter: Mapped[str] = mapped_column(Text, default="", comment="The decision, as the requester reads it")
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    letter_put_at: Mapped[datetime | None] = mapped_column(Instant, comment="Since when it is in the vault")
    letter_try_at: Mapped[datetime | None] = mapped_column(
        Instant, comment="When it is tried to put it there; none: there is nothing to put"
    )
    letter_tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    letter_without_vault: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="At the last try the account had no vault"
    )
    retention_months: Mapped[int] = mapped_column(Integer, comment="Kept so long after it is closed")
    lacking: Mapped[list[str]] = mapped_column(
        ARRAY(String(60)),
        default=list,
        comment="Kinds of documents that were to serve again and could not: asked of the requester",
    )
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer, default=1, comment="Grows with each change")


class RequestStep(Base):
    """Something that happened to a request: what was said, done or opened, by whom."""

    __tablename__ = "request_step"
    __table_args__ = (Index("ix_request_step_request_id", "request_id", "step_id"),)

    step_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("request.request_id"))
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(20))
    side: Mapped[str] = mapped_column(String(10), comment="requester, town, system")
    by_name: Mapped[str] = mapped_column(String(200), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    documents: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default="{}", comment="Sent by the town with it, into the vault"
    )
    by_code: Mapped[bool] = mapped_column(
        default=False, server_default="false", comment="They are sealed to the tracking code instead"
    )


class RequestDocument(Base):
    """A document attached under a request's id; it may come before the request, which is a draft until then."""

    __tablename__ = "request_document"
    __table_args__ = (Index("ix_request_document_request_id", "request_id"),)

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    document_id: Mapped[UUID]
    document_type: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[UUID | None] = mapped_column(comment="Whose vault it is of; None: sent without one")
    received_at: Mapped[datetime] = mapped_column(Instant)
    serves: Mapped[str | None] = mapped_column(String(20), comment="contracts.serving.Reach")
    valid_until: Mapped[date | None] = mapped_column(comment="None: its kind knows no end")
    readable_until: Mapped[date | None] = mapped_column(comment="Last day the town can read it")
    given_at: Mapped[datetime | None] = mapped_column(
        Instant, comment="When it was given with something else: it serves again"
    )
    given_with: Mapped[str] = mapped_column(
        String(20), default="", comment="What it was given with first; empty: with this"
    )
    is_coming: Mapped[bool] = mapped_column(
        default=False, comment="It serves again, and documents has not passed it on yet"
    )


class AccountAddress(Base):
    """The address that an account has confirmed: as accounts tells it."""

    __tablename__ = "account_address"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), index=True)


class Attempt(Base):
    """Attempts at a tracking code, by what they are counted on (`chassis.throttle`)."""

    __tablename__ = "attempt"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True, comment="tracking:account:<hash> …")
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(Instant)
    blocked_until: Mapped[datetime | None] = mapped_column(Instant)
