"""The tables of consents: what is asked, in which words, and every answer ever given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class ConsentKind(Base):
    """Something guardians are asked for each child."""

    __tablename__ = "consent_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    needs_all_guardians: Mapped[bool] = mapped_column(
        comment="Beyond the usual acts that one parent may do alone (Code civil 372-2)"
    )
    answer_required: Mapped[bool] = mapped_column(comment="The file is not certified without an answer")
    version: Mapped[int] = mapped_column(Integer, comment="Of the text asked now")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(comment="Asked no more")


class ConsentText(Base):
    """A published text. Never updated: an answer refers to what was read."""

    __tablename__ = "consent_text"

    code: Mapped[str] = mapped_column(ForeignKey("consent_kind.code"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    effect: Mapped[str] = mapped_column(Text, comment="What a no, or taking a yes back, entails")
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None] = mapped_column(comment="Account; empty is the installation")
    published_name: Mapped[str] = mapped_column(String(700))


class ConsentAnswer(Base):
    """An answer: only added, never changed. The last of an adult for a child and a kind is the one that counts."""

    __tablename__ = "consent_answer"
    __table_args__ = (
        ForeignKeyConstraint(["code", "version"], ["consent_text.code", "consent_text.version"]),
        Index("ix_consent_answer_child_id_code", "child_id", "code"),
    )

    answer_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"))
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    adult_id: Mapped[UUID] = mapped_column(comment="guardian.adult_id: one person, in whichever home")
    agrees: Mapped[bool]
    answered_at: Mapped[datetime]
    answered_by: Mapped[UUID] = mapped_column(comment="Account")
    answered_name: Mapped[str] = mapped_column(String(700), comment="As the account was called then")
