"""Tables of direct debit: mandates, collections, what of a collection is under which mandate, what banks send back.

Rows are locked in this order: bank file, fund (shared), mandates, collection, invoices (by id), payments, numbering.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base, states
from contracts.billing.bank_files import BankFileKind, Verdict
from contracts.billing.debits import CollectionState, MandateState


class Mandate(Base):
    """A family's leave to take what it owes a fund from an account."""

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index(
            "uq_mandate_active", "family_id", "fund", unique=True, postgresql_where=text("state = 'active'")
        ),
        CheckConstraint("(state IN ('active', 'suspended')) = (ended_at IS NULL)", name="ended_or_not"),
    )

    mandate_id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(35), comment="RUM: never given twice")
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    creditor_id: Mapped[str] = mapped_column(String(35), comment="ICS, as signed")
    family_id: Mapped[UUID] = mapped_column(index=True)
    account_id: Mapped[UUID] = mapped_column(index=True, comment="Who signed")
    signed_by: Mapped[str] = mapped_column(String(250))
    signed_at: Mapped[datetime]
    holder: Mapped[str] = mapped_column(String(70))
    address: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="Of the debtor, as signed")
    sealed_iban: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Empty once it may not be kept any more"
    )
    iban_end: Mapped[str] = mapped_column(String(4))
    bic: Mapped[str] = mapped_column(String(11))
    state: Mapped[MandateState] = mapped_column(states(MandateState))
    reason: Mapped[str] = mapped_column(String(40), default="", comment="A bank's code, or a word")
    ended_at: Mapped[datetime | None]
    last_debit_on: Mapped[date | None] = mapped_column(comment="Of the last collection sent to the bank")


class Collection(Base):
    """What a fund collects on one day, from the announcement to the bank's file."""

    __tablename__ = "collection"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("(state = 'filed') = (filed_at IS NOT NULL)", name="filed_or_not"),
    )

    collection_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(35), comment="Also the message id of the file")
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    collect_on: Mapped[date]
    state: Mapped[CollectionState] = mapped_column(states(CollectionState))
    announced_at: Mapped[datetime]
    announced_by: Mapped[UUID | None]
    announced_by_name: Mapped[str] = mapped_column(String(250))
    filed_at: Mapped[datetime | None]
    filed_by_name: Mapped[str] = mapped_column(String(250), default="")
    sealed_file: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="As the bank has it; empty once it may not be kept any more"
    )


class Debit(Base):
    """A payment that a collection asks of a mandate."""

    __tablename__ = "debit"

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.payment_id"), primary_key=True)
    collection_id: Mapped[UUID] = mapped_column(ForeignKey("collection.collection_id"), index=True)
    mandate_id: Mapped[UUID] = mapped_column(ForeignKey("mandate.mandate_id"), index=True)
    sequence: Mapped[str] = mapped_column(String(4), default="", comment="FRST or RCUR, once in the file")
    rejected_on: Mapped[date | None]
    rejected_by_name: Mapped[str] = mapped_column(String(250), default="")


class BankFile(Base):
    """A file in which a bank says what it sends back."""

    __tablename__ = "bank_file"
    __table_args__ = (UniqueConstraint("digest"),)

    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[BankFileKind] = mapped_column(states(BankFileKind))
    name: Mapped[str] = mapped_column(String(200))
    message_id: Mapped[str] = mapped_column(String(35), comment="The bank's")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the file: read once")
    read_at: Mapped[datetime] = mapped_column(index=True)
    read_by_name: Mapped[str] = mapped_column(String(250))
    recorded_at: Mapped[datetime | None]
    recorded_by_name: Mapped[str] = mapped_column(String(250), default="")


class BankFileLine(Base):
    """A line of it, as it was read."""

    __tablename__ = "bank_file_line"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("bank_file.file_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("debit.payment_id"), index=True, comment="The debit that it names, where it is ours"
    )
    end_to_end: Mapped[str] = mapped_column(String(35))
    mandate: Mapped[str] = mapped_column(String(35))
    whole: Mapped[str] = mapped_column(String(35), comment="A file or batch of ours refused in one word")
    code: Mapped[str] = mapped_column(String(4))
    cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3))
    returned_on: Mapped[date]
    verdict: Mapped[Verdict | None] = mapped_column(states(Verdict), comment="What it was recorded as")
