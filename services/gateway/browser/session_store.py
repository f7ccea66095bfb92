"""Where browser sessions are kept: rows found by the hash of a token."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import ConfigDict
from sqlalchemy import ColumnElement, bindparam, delete, select, text, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from chassis.one_trip import OneTrip, base64
from contracts.caller import Kind, Role
from contracts.errors import ServiceUnavailable
from gateway.models import BrowserSession


@dataclass(frozen=True)
class SessionRecord:
    """One signed-in browser, without anything that would open it."""

    __pydantic_config__ = ConfigDict(val_json_bytes="base64")

    session_id: UUID
    token_hash: bytes
    kind: Kind
    account_id: UUID
    name: str
    roles: frozenset[Role]
    address: str
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    last_sign_in: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)
    vault_key: bytes | None = None


class SessionStore(Protocol):
    """What `browser_session` needs of a store. Each raises ServiceUnavailable when it is away."""

    def add(self, record: SessionRecord) -> None: ...
    def find(self, token_hash: bytes) -> SessionRecord | None: ...
    def of_account(self, account_id: UUID) -> list[SessionRecord]: ...
    def touch(self, session_id: UUID, seen_at: datetime) -> None: ...
    def write(self, session_id: UUID, *, data: dict[str, Any], vault_key: bytes | None) -> None: ...
    def remove(self, session_id: UUID, account_id: UUID) -> bool: ...
    def remove_all(self, account_id: UUID, but: UUID | None = None) -> int: ...
    def purge(self, now: datetime) -> int: ...
    def check(self) -> None: ...


class DatabaseStore:
    """The `browser_session` table. Each method is one short transaction."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    @contextmanager
    def _begin(self) -> Iterator[Session]:
        with self._faults(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as problem:
            raise ServiceUnavailable(service="gateway") from problem

    def add(self, record: SessionRecord) -> None:
        """Keeps a new session."""
        with self._begin() as session:
            session.add(
                BrowserSession(
                    session_id=record.session_id,
                    token_hash=record.token_hash,
                    kind=record.kind.value,
                    account_id=record.account_id,
                    name=record.name,
                    roles=sorted(role.value for role in record.roles),
                    address=record.address,
                    browser=record.browser,
                    created_at=record.created_at,
                    seen_at=record.seen_at,
                    expires_at=record.expires_at,
                    last_sign_in=record.last_sign_in,
                    data=record.data,
                    vault_key=record.vault_key,
                )
            )

    def find(self, token_hash: bytes) -> SessionRecord | None:
        """The session of a token's hash, expired or not."""
        with self._faults(), self._sessions() as session:
            found = _OF_TOKEN.read(session, token_hash=token_hash).sessions
            return found[0] if found else None

    def of_account(self, account_id: UUID) -> list[SessionRecord]:
        """Every session of an account, the last seen first."""
        statement = select(BrowserSession).where(BrowserSession.account_id == account_id)
        with self._begin() as session:
            return [
                _record(row) for row in session.scalars(statement.order_by(BrowserSession.seen_at.desc()))
            ]

    def touch(self, session_id: UUID, seen_at: datetime) -> None:
        """Notes that the browser was here."""
        self._update(session_id, {"seen_at": seen_at})

    def write(self, session_id: UUID, *, data: dict[str, Any], vault_key: bytes | None) -> None:
        """Replaces what the session carries."""
        self._update(session_id, {"data": data, "vault_key": vault_key})

    def remove(self, session_id: UUID, account_id: UUID) -> bool:
        """Ends one session, if it belongs to the account; says whether there was one."""
        owned = (BrowserSession.session_id == session_id) & (BrowserSession.account_id == account_id)
        return self._delete(owned) == 1

    def remove_all(self, account_id: UUID, but: UUID | None = None) -> int:
        """Ends every session of an account, `but` one; says how many."""
        condition = BrowserSession.account_id == account_id
        if but is not None:
            condition &= BrowserSession.session_id != but
        return self._delete(condition)

    def purge(self, now: datetime) -> int:
        """Forgets sessions past their end."""
        return self._delete(BrowserSession.expires_at <= now)

    def check(self) -> None:
        """Raises, with the database's own words, when it does not answer."""
        with self._sessions.begin() as session:
            session.execute(text("SELECT 1"))

    def _update(self, session_id: UUID, values: dict[str, Any]) -> None:
        with self._begin() as session:
            session.execute(
                update(BrowserSession).where(BrowserSession.session_id == session_id).values(**values)
            )

    def _delete(self, condition: ColumnElement[bool]) -> int:
        statement = delete(BrowserSession).where(condition).returning(BrowserSession.session_id)
        with self._begin() as session:
            return len(session.execute(statement).all())


@dataclass(frozen=True)
class _Found:
    sessions: list[SessionRecord]


_OPAQUE = ("token_hash", "vault_key")
# Every page looks for it.
_OF_TOKEN = OneTrip(
    _Found,
    sessions=select(
        *(
            base64(column).label(column.key) if column.key in _OPAQUE else column
            for column in BrowserSession.__table__.columns
        )
    ).where(BrowserSession.token_hash == bindparam("token_hash")),
)


def _record(row: BrowserSession) -> SessionRecord:
    return SessionRecord(
        session_id=row.session_id,
        token_hash=row.token_hash,
        kind=Kind(row.kind),
        account_id=row.account_id,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        address=row.address,
        browser=row.browser,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        last_sign_in=row.last_sign_in,
        data=dict(row.data),
        vault_key=row.vault_key,
    )
