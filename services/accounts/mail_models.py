"""The table of the outgoing mail."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class Mail(Base):
    """A mail to one person: written in the transaction of what it tells of, sent later."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_due", "next_try_at", postgresql_where="state = 'queued'"),)

    mail_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, comment="Emptied once sent: it may hold a link")
    html: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), comment="queued, sent, failed")
    attempts: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
