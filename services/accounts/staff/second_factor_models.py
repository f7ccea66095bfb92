"""The tables of the agents' second factor. See `second_factor`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class SecondFactor(Base):
    """An agent's authenticator application."""

    __tablename__ = "second_factor"

    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.account_id", ondelete="CASCADE"), primary_key=True
    )
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary, comment="Under ESPACE_SECOND_FACTOR_KEY")
    last_counter: Mapped[int] = mapped_column(
        BigInteger, comment="Thirty-second step of the last code accepted: none twice"
    )
    enrolled_at: Mapped[datetime]


class RecoveryCode(Base):
    """What lets an agent in without the application, once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(
        LargeBinary, primary_key=True, comment="SHA-256 of the account and the code"
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime | None]


class SignInTicket(Base):
    """A password that was right, until the code comes: only the hash of the ticket is here."""

    __tablename__ = "sign_in_ticket"

    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, comment="SHA-256 of the ticket")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"), index=True)
    sealed_secret: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Of the authenticator to set up; empty when there is one"
    )
    expires_at: Mapped[datetime]
    used_by: Mapped[UUID | None] = mapped_column(
        comment="The command that used it: a repeat is not a second use"
    )
