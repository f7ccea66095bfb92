"""The tables of documents. Columns named `sealed_…` hold ciphertext that this service has no key for."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import metadata_for


class Base(DeclarativeBase):
    """Tables of documents."""

    metadata = metadata_for("documents")


class DocumentType(Base):
    """A kind of supporting document."""

    __tablename__ = "document_type"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), comment="As the parent reads it")
    hint: Mapped[str] = mapped_column(String(200), comment="What is expected, in one sentence")
    validity: Mapped[str] = mapped_column(String(20), comment="contracts.documents.types.Validity")
    position: Mapped[int] = mapped_column(Integer, comment="Lower comes first")
    serves: Mapped[str] = mapped_column(String(20), default="child", comment="contracts.serving.Reach")


class AccountKeys(Base):
    """The key pair of an account. The private half only ever as ciphertext."""

    __tablename__ = "account_keys"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, comment="X25519, 32 bytes")
    password_wrap: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="Private half under the password")
    recovery_wrap: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, comment="Private half under the printed code"
    )
    recovery_made_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_recovery_wrap: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, comment="Private half under a newer code that nobody has said to have kept"
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Document(Base):
    """A sealed document; its object in the bucket `vault` is named by its id."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("(deleted_at IS NULL) = (sealed_key IS NOT NULL)", name="key_until_deleted"),
        Index("ix_document_account_id", "account_id"),
        Index(
            "ix_document_valid_until",
            "valid_until",
            postgresql_where=text("deleted_at IS NULL AND expiry_told_at IS NULL"),
        ),
        Index("ix_document_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account_keys.account_id"))
    document_type: Mapped[str] = mapped_column(ForeignKey("document_type.code"), comment="In clear")
    size: Mapped[int] = mapped_column(Integer, comment="Bytes of the document")
    object_size: Mapped[int] = mapped_column(Integer, comment="Bytes of its sealed object")
    sealed_key: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="The file's key, sealed to the account's public key; forgotten at deletion"
    )
    sealed_description: Mapped[bytes] = mapped_column(
        LargeBinary, comment="File name and media type, under the file's key"
    )
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    valid_until: Mapped[date | None] = mapped_column(Date, comment="In clear; chosen by the parent")
    deleted_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="Out of the vault; the object stays while a share is readable"
    )
    expiry_told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, default=1, comment="Grows with every change told of")
    request_id: Mapped[UUID | None] = mapped_column(
        index=True, comment="Sent by the town with a request without an account: sealed to its tracking code"
    )
    fingerprint: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Of the content, under a key of the open vault; forgotten at deletion"
    )


class Share(Base):
    """A document attached to something filed with the town."""

    __tablename__ = "share"
    __table_args__ = (
        UniqueConstraint("document_id", "subject_kind", "subject_id"),
        CheckConstraint("(closed_at IS NULL) = (sealed_key IS NOT NULL)", name="key_until_closed"),
        Index("ix_share_subject_kind_subject_id", "subject_kind", "subject_id"),
        Index("ix_share_readable_until", "readable_until", postgresql_where=text("closed_at IS NULL")),
    )

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.document_id", ondelete="CASCADE"))
    account_id: Mapped[UUID | None] = mapped_column(comment="Who shared it; none: given without an account")
    subject_kind: Mapped[str] = mapped_column(String(40), comment="enrolment, request")
    subject_id: Mapped[UUID]
    requests_public_key: Mapped[bytes] = mapped_column(LargeBinary, comment="The town's key it was sealed to")
    sealed_key: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="The file's key, sealed to the town's key; forgotten at the end of the term"
    )
    shared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    readable_until: Mapped[date] = mapped_column(Date, comment="Last day agents may open it")
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    serves_until: Mapped[date | None] = mapped_column(
        Date, comment="Last day it counts as given: its own date or its type's, whichever comes first"
    )
    carried_from: Mapped[UUID | None] = mapped_column(comment="The share whose key it has, given before")


class Opening(Base):
    """An agent opened a shared document. The parent reads this."""

    __tablename__ = "opening"
    __table_args__ = (Index("ix_opening_share_id", "share_id"),)

    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
    share_id: Mapped[UUID] = mapped_column(ForeignKey("share.share_id", ondelete="CASCADE"))
    agent_id: Mapped[UUID]
    agent_name: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Reading(Base):
    """The owner opened a document of the vault."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_document_id_read_at", "document_id", "read_at"),)

    reading_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.document_id", ondelete="CASCADE"))
    read_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
