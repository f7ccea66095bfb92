"""The tables of the outgoing mail: what is sent, what came back, who wants what."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class Mail(Base):
    """A mail to one person: written in the transaction of what it tells of, sent later."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_due", "next_try_at", postgresql_where="state = 'queued'"),
        Index("ix_mail_undelivered", "created_at", postgresql_where="state IN ('failed', 'bounced')"),
    )

    mail_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    to: Mapped[str] = mapped_column(String(320))
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.account_id", ondelete="SET NULL"),
        index=True,
        comment="Of a kind that can be switched off: whose choice it is",
    )
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(
        Text, comment="Emptied once sent when it holds a link that opens something, else after ten days"
    )
    html: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), comment="queued, sent, failed, bounced")
    attempts: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(500))
    why: Mapped[str] = mapped_column(
        String(20), server_default="", comment="A code of contracts.accounts.mail.Why"
    )
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    return_token: Mapped[str | None] = mapped_column(
        String(40), unique=True, comment="In the envelope's sender; drawn anew when it is sent again"
    )
    stop_token: Mapped[str | None] = mapped_column(
        String(40), unique=True, comment="Switches the kind off for the account, without signing in"
    )


class MailChoice(Base):
    """A kind of mail that an account does without."""

    __tablename__ = "mail_choice"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.account_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    off_at: Mapped[datetime]


class MailReturn(Base):
    """A delivery report that was read: the same one again has no effect."""

    __tablename__ = "mail_return"

    token: Mapped[str] = mapped_column(String(40), primary_key=True)
    action: Mapped[str] = mapped_column(String(20), primary_key=True, comment="RFC 3464: failed, delayed …")
    mail_id: Mapped[UUID] = mapped_column(ForeignKey("mail.mail_id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(15), comment="RFC 3463: 5.1.1 …")
    diagnostic: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]


class BadAddress(Base):
    """An address that mail came back from. Another address of the same account starts clean."""

    __tablename__ = "bad_address"

    email: Mapped[str] = mapped_column(String(320), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, comment="Permanent ones, since it was last found good")
    why: Mapped[str] = mapped_column(String(20))
    last_at: Mapped[datetime]
    failing_since: Mapped[datetime | None] = mapped_column(comment="From the second permanent failure on")
