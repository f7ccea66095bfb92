"""The tables of what opens an account beside its password. See `passkeys`, `federation`, `ceremonies`."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class Passkey(Base):
    """A WebAuthn credential. The private half never left the person's device or manager."""

    __tablename__ = "passkey"

    passkey_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary, comment="COSE")
    sign_count: Mapped[int] = mapped_column(
        BigInteger, comment="Grows with each use where the authenticator counts; 0 where it does not"
    )
    name: Mapped[str] = mapped_column(String(60))
    synced: Mapped[bool] = mapped_column(comment="Backed up by a manager when it was last used")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class FederatedIdentity(Base):
    """Somebody as another provider knows them: one account a person, one identity of a provider an account."""

    __tablename__ = "federated_identity"
    __table_args__ = (Index("uq_federated_identity_account_id_issuer", "account_id", "issuer", unique=True),)

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True, comment="« sub » of the provider")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"))
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class Ceremony(Base):
    """A question asked of a browser, answered once and soon."""

    __tablename__ = "ceremony"

    ceremony_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    purpose: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.account_id", ondelete="CASCADE"), comment="Whose; empty at sign-in"
    )
    challenge: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
