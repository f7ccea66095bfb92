"""A grant lets one document out once, or all of a vault, within a minute, to whoever holds its token.

The file is served from a path that reads no cookie: what a parent uploaded must never run as the parent. But what
opens the file is in the parent's session. So the page that is asked for a document opens its key with the session,
leaves it here, and sends the browser on to `/fichiers/<token>`. The row holds the key under another key derived
from the token, and the hash of the token: a copy of the database opens nothing, and a used address is dead.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import orjson
from nacl.secret import SecretBox
from sqlalchemy import Engine, bindparam, delete, insert, literal_column, select
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2

from chassis.database import run_alone
from gateway.models import DownloadGrant

LIFE = timedelta(minutes=1)
_TABLE = DownloadGrant.__table__
_FORGOTTEN = delete(DownloadGrant).where(_TABLE.c.expires_at <= bindparam("now")).cte("forgotten")
_TAKEN = (
    delete(DownloadGrant)
    .where(_TABLE.c.token_hash == bindparam("token_hash"))
    .returning(_TABLE.c.sealed, _TABLE.c.expires_at)
    .cte("taken")
)
_DIALECT = PGDialect_psycopg2()  # type: ignore[no-untyped-call]
_GIVE = str(
    insert(DownloadGrant)
    .values({column.name: bindparam(column.name) for column in _TABLE.c})
    .returning(literal_column("true"))
    .add_cte(_FORGOTTEN)
    .compile(dialect=_DIALECT)
)
_TAKE = str(
    select(select(_TAKEN.c.sealed).where(_TAKEN.c.expires_at > bindparam("now")).scalar_subquery()).compile(
        dialect=_DIALECT
    )
)


@dataclass(frozen=True)
class Granted:
    """One document, ready to be fetched and opened."""

    document_id: UUID
    name: str
    media_type: str
    size: int
    file_key: bytes = field(repr=False)


@dataclass(frozen=True)
class GrantedArchive:
    """All documents of a vault, ready to be fetched as one ZIP. `text`: what they are, for its reader."""

    name: str
    made_at: datetime
    text: str
    documents: tuple[Granted, ...]


class Grants(Protocol):
    """What downloads need of a store of grants."""

    def give(self, granted: Granted | GrantedArchive, now: datetime) -> str: ...
    def take(self, token: str, now: datetime) -> Granted | GrantedArchive | None: ...


class DatabaseGrants:
    """The `download_grant` table. Each method is one statement, and one trip: a download begins with two of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(self, granted: Granted | GrantedArchive, now: datetime) -> str:
        """Keeps a grant and gives its token. Grants that nobody came for are forgotten on the way."""
        token, row = seal(granted, now)
        run_alone(self._engine, _GIVE, {**row, "now": now})
        return token

    def take(self, token: str, now: datetime) -> Granted | GrantedArchive | None:
        """The grant of a token, which is used up; None when there is none, or no longer."""
        sealed = run_alone(self._engine, _TAKE, {"token_hash": digest(token), "now": now})
        return None if sealed is None else unseal(token, bytes(sealed))


def seal(granted: Granted | GrantedArchive, now: datetime) -> tuple[str, dict[str, object]]:
    """A fresh token, and the row that only it opens."""
    token = secrets.token_urlsafe(32)
    content: dict[str, object]
    if isinstance(granted, GrantedArchive):
        content = {
            "name": granted.name,
            "made_at": granted.made_at.isoformat(),
            "text": granted.text,
            "documents": [_written(each) for each in granted.documents],
        }
    else:
        content = _written(granted)
    sealed = bytes(SecretBox(_secret(token)).encrypt(orjson.dumps(content)))
    return token, {"token_hash": digest(token), "sealed": sealed, "expires_at": now + LIFE}


def unseal(token: str, sealed: bytes) -> Granted | GrantedArchive:
    """What `seal` put under this token."""
    content = orjson.loads(SecretBox(_secret(token)).decrypt(sealed))
    if "documents" not in content:
        return _read(content)
    return GrantedArchive(
        name=content["name"],
        made_at=datetime.fromisoformat(content["made_at"]),
        text=content["text"],
        documents=tuple(_read(each) for each in content["documents"]),
    )


def _written(granted: Granted) -> dict[str, object]:
    return {
        "document_id": str(granted.document_id),
        "name": granted.name,
        "media_type": granted.media_type,
        "size": granted.size,
        "file_key": base64.b64encode(granted.file_key).decode(),
    }


def _read(content: dict[str, Any]) -> Granted:
    return Granted(
        document_id=UUID(content["document_id"]),
        name=content["name"],
        media_type=content["media_type"],
        size=content["size"],
        file_key=base64.b64decode(content["file_key"]),
    )


def digest(token: str) -> bytes:
    """What a token is found by."""
    return hashlib.sha256(token.encode()).digest()


def _secret(token: str) -> bytes:
    return hashlib.blake2b(token.encode(), digest_size=32, person=b"vault-grant").digest()
