"""The table of what was done on an account."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class AccountEvent(Base):
    """Something that was done on an account, by its owner or by the town: shown to the owner. See `journal`."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_account_id_at", "account_id", "at"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"))
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(40), comment="A code of contracts.accounts.journal.Action")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="What the sentence needs; never a secret")
    address: Mapped[str] = mapped_column(String(64), comment="Network address it came from; may be empty")
    done_by: Mapped[str] = mapped_column(String(700), comment="Name, when it was not the owner")
