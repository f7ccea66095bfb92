"""The gateway's tables: nothing lasts in them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import metadata_for


class Base(DeclarativeBase):
    """Tables of the gateway."""

    metadata = metadata_for("gateway")


class BrowserSession(Base):
    """One browser, signed in."""

    __tablename__ = "browser_session"
    __table_args__ = (
        Index("ix_browser_session_account", "account_id"),
        Index("ix_browser_session_expires_at", "expires_at"),
    )

    session_id: Mapped[UUID] = mapped_column(
        primary_key=True, comment="Shown in the list of open sessions; opens nothing"
    )
    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, unique=True, comment="SHA-256 of the cookie's token; the token itself is stored nowhere"
    )
    kind: Mapped[str] = mapped_column(String(20), comment="citizen or agent")
    account_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text, comment="As shown in the header")
    roles: Mapped[list[str]] = mapped_column(
        ARRAY(String(40)), comment="Of an agent, as they were at sign-in"
    )
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(300), comment="User-Agent, to recognise one's own sessions")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="To the minute")
    expires_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), comment="Whatever happens, not after this"
    )
    last_sign_in: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="The sign-in before this one, for « Dernière connexion »"
    )
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    vault_key: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Private key of the vault, sealed under a key derived from the cookie's token"
    )


class DownloadGrant(Base):
    """One document let out once, within a minute. See `gateway.vault.grants`."""

    __tablename__ = "download_grant"
    __table_args__ = (Index("ix_download_grant_expires_at", "expires_at"),)

    token_hash: Mapped[bytes] = mapped_column(
        LargeBinary, primary_key=True, comment="SHA-256 of the token in the address"
    )
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary, comment="The file's key, name and kind, under a key derived from the token"
    )
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
