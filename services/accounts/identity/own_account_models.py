"""Tables of one's own account: changes of address and telephone being confirmed, failed sign-ins to be noted."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class ContactChange(Base):
    """A new e-mail address or telephone, until both sides have agreed. One of each kind: the last asked counts.

    Only hashes of the links and of the code are here; a link is used up by the command that it was followed with.
    """

    __tablename__ = "contact_change"
    __table_args__ = (
        UniqueConstraint("account_id", "kind"),
        CheckConstraint("kind IN ('email', 'phone')", name="kind"),
    )

    change_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"))
    command_id: Mapped[UUID] = mapped_column(unique=True, comment="A form sent twice is one asking")
    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(320), comment="Address in lower case, or number in E.164")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    old_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the link's token sent to the account's address"
    )
    new_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary, unique=True, comment="The same for the new address; empty for a telephone"
    )
    code_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="HMAC of the code sent by text message; empty when there are none"
    )
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(Integer, default=0)
    old_agreed_by: Mapped[UUID | None] = mapped_column(
        comment="The command that agreed: a repeat changes nothing"
    )
    new_agreed_by: Mapped[UUID | None]
    asked_by_agent: Mapped[str] = mapped_column(
        String(700), default="", comment="The agent's name, who stands for the old side"
    )
    done_at: Mapped[datetime | None]


class FailedSignIn(Base):
    """A sign-in that failed, whether or not there is such an account: the same work, so that time tells nothing.

    A timer turns those of real accounts into lines of their journals and empties the table.
    """

    __tablename__ = "failed_sign_in"

    failure_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))
    email: Mapped[str] = mapped_column(String(320), comment="As it was typed, lower case")
    address: Mapped[str] = mapped_column(String(64))
