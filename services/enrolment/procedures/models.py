"""Procedures, the versions of their forms, and answers that are not sent yet."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class Procedure(Base):
    """A démarche. It is offered when it has a current version and is not retired."""

    __tablename__ = "procedure"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    current: Mapped[int | None] = mapped_column(Integer, comment="Number of the version in use")
    draft: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="ProcedureForm being composed"
    )
    revision: Mapped[int] = mapped_column(Integer, default=1, comment="Of anything here")
    retired: Mapped[bool] = mapped_column(default=False)
    edition: Mapped[int | None] = mapped_column(
        Integer, comment="Of the form that the software ships, while it is in use; none: the town's own"
    )


class FormVersion(Base):
    """A published version, for ever as it is: a trigger refuses any change."""

    __tablename__ = "form_version"

    procedure_code: Mapped[str] = mapped_column(ForeignKey("procedure.code"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="ProcedureForm, whole")
    published_at: Mapped[datetime] = mapped_column(Instant)
    published_by: Mapped[str] = mapped_column(String(200), comment="Empty: shipped with the software")


class RequestDraft(Base):
    """Answers that are being given; sent, they become the request of the same id."""

    __tablename__ = "request_draft"
    __table_args__ = (
        ForeignKeyConstraint(
            ["procedure_code", "number"], ["form_version.procedure_code", "form_version.number"]
        ),
        CheckConstraint("(account_id IS NULL) <> (secret_hash IS NULL)", name="one_owner"),
    )

    draft_id: Mapped[UUID] = mapped_column(primary_key=True)
    procedure_code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int] = mapped_column(Integer, comment="Version of the form that is filled")
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    secret_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary, index=True, comment="SHA-256 of 32 random bytes that the browser holds"
    )
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    typed: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, comment="By field, then by control: what was typed and is no answer that holds"
    )
    asked: Mapped[list[str]] = mapped_column(
        ARRAY(String(40)), default=list, comment="Fields that were on a page when it was saved"
    )
    reuses: Mapped[list[str]] = mapped_column(
        ARRAY(String(40)),
        default=list,
        comment="Questions that need no document, to which one given before is given again all the same",
    )
    updated_at: Mapped[datetime] = mapped_column(Instant, index=True)
