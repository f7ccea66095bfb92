"""Tables of what agents take over the counter, and of the slips under which they hand it on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base, states
from contracts.billing.counter import Means


class Deposit(Base):
    """A numbered slip (« bordereau de remise »): written once."""

    __tablename__ = "deposit"
    __table_args__ = (
        UniqueConstraint("fund", "year", "sequence"),
        UniqueConstraint("number"),
        CheckConstraint("total_cents > 0", name="total_positive"),
    )

    deposit_id: Mapped[UUID] = mapped_column(primary_key=True)
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    means: Mapped[Means] = mapped_column(states(Means))
    year: Mapped[int]
    sequence: Mapped[int] = mapped_column(comment="Without a gap per fund and year")
    number: Mapped[str] = mapped_column(String(40))
    payments: Mapped[int]
    total_cents: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    made_by_name: Mapped[str] = mapped_column(String(250))


class Taken(Base):
    """What a payment over the counter has that others have not."""

    __tablename__ = "taken"
    __table_args__ = (
        Index(
            "ix_taken_held", "fund", "means", postgresql_where=text("deposit_id IS NULL AND NOT given_back")
        ),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.payment_id"), primary_key=True)
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    means: Mapped[Means] = mapped_column(states(Means))
    reference: Mapped[str] = mapped_column(
        String(100), comment="Bank and number of a cheque, numbers of titles"
    )
    taken_by: Mapped[UUID | None]
    taken_by_name: Mapped[str] = mapped_column(String(250))
    held_cents: Mapped[int] = mapped_column(
        comment="What is in the till of it: less than paid when cash went back"
    )
    given_back: Mapped[bool] = mapped_column(
        default=False, comment="All of it went back before it was handed on"
    )
    deposit_id: Mapped[UUID | None] = mapped_column(ForeignKey("deposit.deposit_id"), index=True)
