"""The tables of accounts: who may sign in, families, keys. Others: `import_models`, `mail_models`."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import metadata_for


class Base(DeclarativeBase):
    """Instants are aware; names and addresses come with the key that says when two are the same (`names`)."""

    metadata = metadata_for("accounts")
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(String),
    }


FAMILY_NUMBER = Sequence("family_number", metadata=Base.metadata, start=1001)


class Place(Base):
    """Copy of enrolment's places, from `place.updated`."""

    __tablename__ = "place"

    place_code: Mapped[str] = mapped_column(String(40), primary_key=True, comment="UAI of a school")
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    city: Mapped[str] = mapped_column(String(200), comment="A family of one of these cities is resident")


class Account(Base):
    """A parent's or an agent's way in; a parent's begins to exist when the mail's link was followed.

    One person may have one of each kind, under one address.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("kind", "email"),
        CheckConstraint("kind IN ('citizen', 'agent')", name="kind"),
        Index("ix_account_address_told", "account_id", postgresql_where=text("NOT address_told")),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(320), comment="Lower case")
    title: Mapped[str] = mapped_column(String(10), server_default="")
    first_name: Mapped[str] = mapped_column(String(300))
    last_name: Mapped[str] = mapped_column(String(300))
    phone: Mapped[str] = mapped_column(String(40), server_default="", comment="E.164")
    phone_verified_at: Mapped[datetime | None] = mapped_column(comment="A code sent to it was typed")
    password_hash: Mapped[str | None] = mapped_column(String(200), comment="Argon2id; empty until chosen")
    password_set_by: Mapped[UUID | None] = mapped_column(
        comment="The command that changed the password last: a repeat changes nothing"
    )
    roles: Mapped[list[str]] = mapped_column(server_default="{}", comment="Of an agent")
    address_told: Mapped[bool] = mapped_column(
        server_default="false", comment="The other services have heard of the address"
    )
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None] = mapped_column(comment="An agent who may not come in for now")
    closed_at: Mapped[datetime | None] = mapped_column(
        comment="Closed by its owner: names and address are gone, the row stays for what refers to it"
    )


class Registration(Base):
    """An account asked for, until the link in the mail is followed. Each asking has its own name and password:
    whoever follows a link gets what was typed with it, and nothing that somebody else typed for the address."""

    __tablename__ = "registration"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, comment="SHA-256 of the token")
    command_id: Mapped[UUID] = mapped_column(unique=True, comment="A form sent twice is one asking")
    email: Mapped[str] = mapped_column(String(320), index=True)
    title: Mapped[str] = mapped_column(String(10))
    first_name: Mapped[str] = mapped_column(String(300))
    last_name: Mapped[str] = mapped_column(String(300))
    password_hash: Mapped[str | None] = mapped_column(String(200), comment="Empty when a provider vouches")
    issuer: Mapped[str | None] = mapped_column(String(300), comment="The provider that will open the account")
    subject: Mapped[str | None] = mapped_column(String(255), comment="Who it is, for that provider")
    expires_at: Mapped[datetime]
    used_by: Mapped[UUID | None] = mapped_column(
        comment="The command that used it: a repeat is not a second use"
    )


class ResetLink(Base):
    """A link to choose a password, sent by mail: only its hash is here."""

    __tablename__ = "reset_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, comment="SHA-256 of the token")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_by: Mapped[UUID | None] = mapped_column(
        comment="The command that used it: a repeat is not a second use"
    )


class Attempt(Base):
    """Failures in a row, by what they were tried on. See `throttle`."""

    __tablename__ = "attempt"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True, comment="sign_in:account:<hash> …")
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class Family(Base):
    """A household: the file, the address, the price band and the invoices."""

    __tablename__ = "family"

    family_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    street: Mapped[str] = mapped_column(String(300))
    postcode: Mapped[str] = mapped_column(String(300))
    city: Mapped[str] = mapped_column(String(300))
    address_key: Mapped[str] = mapped_column(String(700), index=True)
    resident: Mapped[bool]
    version: Mapped[int] = mapped_column(Integer, comment="Grows with each fact told of the family")
    created_at: Mapped[datetime]


class Guardian(Base):
    """An adult of a family. Rows of one adult (two homes) share `adult_id`, and one account opens them all."""

    __tablename__ = "guardian"
    __table_args__ = (Index("uq_guardian_family_account", "family_id", "account_id", unique=True),)

    guardian_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), index=True)
    adult_id: Mapped[UUID] = mapped_column(index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.account_id"), index=True)
    title: Mapped[str] = mapped_column(String(10))
    first_name: Mapped[str] = mapped_column(String(300))
    last_name: Mapped[str] = mapped_column(String(300))
    usage_name: Mapped[str] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(700), index=True)
    email: Mapped[str] = mapped_column(String(320), comment="As the school has it; lower case or empty")
    phone: Mapped[str] = mapped_column(String(40))


class Child(Base):
    """A child, known by surname, first name and date of birth."""

    __tablename__ = "child"
    __table_args__ = (UniqueConstraint("name_key", "birth_date"),)

    child_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    first_name: Mapped[str] = mapped_column(String(300))
    last_name: Mapped[str] = mapped_column(String(300))
    usage_name: Mapped[str] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(700))
    birth_date: Mapped[date] = mapped_column(Date)
    sex: Mapped[str] = mapped_column(String(1))
    place_code: Mapped[str | None] = mapped_column(
        String(40), index=True, comment="Empty when the child left"
    )
    class_name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(50))
    version: Mapped[int] = mapped_column(Integer)


class FamilyChild(Base):
    """A child belongs to a family; to two when the parents live apart."""

    __tablename__ = "family_child"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), primary_key=True, index=True)


class Quotient(Base):
    """The quotient familial of a family for a month. No row is unknown, which is not zero."""

    __tablename__ = "quotient"
    __table_args__ = (CheckConstraint("euros >= 0", name="euros"),)

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True, comment="First day of the month")
    euros: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(100))
    set_by: Mapped[UUID | None] = mapped_column(comment="The agent's account; empty is the installation")
    set_at: Mapped[datetime]


class ActivationKey(Base):
    """A Clé Enfance: its peppered hash and its life. The key itself exists on paper only."""

    __tablename__ = "activation_key"
    __table_args__ = (
        Index(
            "uq_activation_key_live",
            "guardian_id",
            unique=True,
            postgresql_where="revoked_at IS NULL AND redeemed_at IS NULL",
        ),
    )

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, comment="HMAC under the pepper")
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardian.guardian_id"), index=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    issued_with: Mapped[UUID] = mapped_column(
        index=True, comment="The command; the key is derived from it again"
    )
    expires_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    redeemed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.account_id"))
    revoked_at: Mapped[datetime | None]


class FamilyAccess(Base):
    """An agent looked into or changed a family's file."""

    __tablename__ = "family_access"
    __table_args__ = (
        Index("ix_family_access_family_id_at", "family_id", "at"),
        Index("ix_family_access_agent_id_at", "agent_id", "at"),
    )

    access_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"))
    agent_id: Mapped[UUID]
    agent_name: Mapped[str] = mapped_column(String(700))
    action: Mapped[str] = mapped_column(String(40), comment="A code of contracts.accounts.accesses.Access")
    detail: Mapped[str] = mapped_column(
        String(300), server_default="", comment="What was opened: an invoice's number, a child's first name"
    )
    at: Mapped[datetime] = mapped_column(index=True)
