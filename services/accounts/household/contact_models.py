"""The tables of whom a family trusts with its children, and of how the children are insured."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class Contact(Base):
    """Somebody to call in an emergency, or who may collect a child. A home's own: the other one does not see it."""

    __tablename__ = "contact"

    contact_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), index=True)
    first_name: Mapped[str] = mapped_column(String(300))
    last_name: Mapped[str] = mapped_column(String(300))
    relation: Mapped[str] = mapped_column(
        String(20), comment="A code of contracts.accounts.contacts.Relation"
    )
    phones: Mapped[list[str]] = mapped_column(comment="One or two, as they are dialled from France")
    call_order: Mapped[int | None] = mapped_column(
        Integer, comment="1 is called first; empty: not in an emergency"
    )
    may_collect: Mapped[bool]


class ContactChild(Base):
    """A contact is one for some of the family's children."""

    __tablename__ = "contact_child"

    contact_id: Mapped[UUID] = mapped_column(
        ForeignKey("contact.contact_id", ondelete="CASCADE"), primary_key=True
    )
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), primary_key=True, index=True)


class Insurance(Base):
    """The school insurance a home has taken for a child."""

    __tablename__ = "insurance"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), primary_key=True, index=True)
    company: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(100))
    valid_until: Mapped[date] = mapped_column(Date, comment="Last day covered")
