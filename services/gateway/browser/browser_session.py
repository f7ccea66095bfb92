"""Who is signed in, in which browser. A visitor who is not signed in has no row.

    browser_session.sign_in(Identity(Kind.CITIZEN, account_id, "Mme Léa Martin"), vault_private_key=key)
    browser_session.current()              SignedIn or None, read once per request
    browser_session.vault_private_key()    bytes, or None when the vault is not open in this browser
    browser_session.open_vault(key)        when the vault is made or opened after signing in
    browser_session.remember("step", 2)    small JSON, for the length of the session
    browser_session.sign_out()
    browser_session.revoke(session_id), revoke_all(account_id, but_this=True), open_sessions()

The cookie holds a random token of 32 bytes; the row is found by its SHA-256. The vault's private key lies in the
row under a key derived from the token (BLAKE2b): a copy of the database opens neither a session nor a vault, and
signing out destroys the only place where the key was. Every sign-in makes a new token (session fixation).

Sessions end by real time, not by the town's clock: moving the demonstration's month signs nobody out.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, g, request, session
from nacl.secret import SecretBox

from contracts.caller import Kind, Role
from contracts.errors import ServiceUnavailable
from gateway.browser import draft_cookie
from gateway.browser.session_store import SessionRecord
from gateway.metrics import SIGN_INS
from gateway.settings import ABSOLUTE, IDLE
from gateway.wiring import settings, wiring

_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Identity:
    """Whom `sign_in` lets in, as the accounts service vouched for them."""

    kind: Kind
    account_id: UUID
    name: str
    roles: frozenset[Role] = frozenset()
    last_sign_in: datetime | None = None


@dataclass(frozen=True)
class SignedIn:
    """The session of this browser."""

    session_id: UUID
    kind: Kind
    account_id: UUID
    name: str
    roles: frozenset[Role]
    created_at: datetime
    last_sign_in: datetime | None
    data: dict[str, Any]

    @property
    def is_agent(self) -> bool:
        """Works for the town."""
        return self.kind is Kind.AGENT

    def has_role(self, *roles: Role) -> bool:
        """Holds one of these roles; anybody does when none is named."""
        return not roles or not self.roles.isdisjoint(roles)


def sign_in(identity: Identity, vault_private_key: bytes | None = None) -> SignedIn:
    """Opens a session under a new token; the one this browser had is ended.

    A parent keeps the proof of what was begun in this browser without an account.
    """
    is_first = identity.kind is Kind.CITIZEN and _record() is None
    begun = draft_cookie.everything() if is_first else {}
    sign_out()
    draft_cookie.replace(begun)
    token = secrets.token_bytes(32)
    now = wiring().real_clock.now()
    record = SessionRecord(
        session_id=uuid4(),
        token_hash=_hash(token),
        kind=identity.kind,
        account_id=identity.account_id,
        name=identity.name,
        roles=identity.roles,
        address=(request.remote_addr or "")[:64],
        browser=request.user_agent.string[:300],
        created_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE[identity.kind],
        last_sign_in=identity.last_sign_in,
        vault_key=_seal(token, vault_private_key),
    )
    wiring().sessions.purge(now)
    wiring().sessions.add(record)
    g.browser_token, g.browser_record = token, record
    SIGN_INS.labels(identity.kind.value).inc()
    return _signed_in(record)


def sign_out() -> None:
    """Ends this browser's session, and whatever its other cookies held (CSRF token, messages, drafts)."""
    record = _record()
    session.clear()
    draft_cookie.replace({})
    if record is not None:
        wiring().sessions.remove(record.session_id, record.account_id)
    g.browser_token = g.browser_record = None


def current() -> SignedIn | None:
    """Who is signed in here, or None."""
    record = _record()
    return _signed_in(record) if record else None


def shown() -> SignedIn | None:
    """Who is signed in, as far as it can be known: for the frame of a page, which must not fail for that."""
    try:
        return current()
    except ServiceUnavailable:
        return None


def vault_private_key() -> bytes | None:
    """The vault's private key, as it was given to `sign_in` or `open_vault`."""
    record = _record()
    if record is None or record.vault_key is None:
        return None
    return SecretBox(_vault_secret(g.browser_token)).decrypt(record.vault_key)


def open_vault(private_key: bytes | None) -> None:
    """Keeps the vault's private key for the length of this session; None closes the vault again."""
    _write(vault_key=_seal(g.browser_token, private_key) if _record() else None)


def remember(name: str, value: Any) -> None:
    """Keeps a small JSON value in this session; None forgets it. Nothing when nobody is signed in."""
    record = _record()
    if record is not None:
        data = {**record.data, name: value}
        _write(data={key: kept for key, kept in data.items() if kept is not None})


def came_without_password() -> bool:
    """Signed in by a passkey or by another provider: the password has opened nothing yet. `came_by` says by what."""
    record = _record()
    return record is not None and "came_by" in record.data


def open_sessions() -> list[SessionRecord]:
    """The sessions of whoever is signed in, the last seen first, for the page that lists them."""
    record = _record()
    if record is None:
        return []
    now = wiring().real_clock.now()
    return [kept for kept in wiring().sessions.of_account(record.account_id) if not _over(kept, now)]


def revoke(session_id: UUID) -> bool:
    """Ends one of the sessions of whoever is signed in; False when it is not theirs."""
    record = _record()
    return record is not None and wiring().sessions.remove(session_id, record.account_id)


def revoke_all(account_id: UUID, *, but_this: bool = False) -> int:
    """Ends every session of an account (password changed, agent removed), `but_this` browser's."""
    record = _record() if but_this else None
    return wiring().sessions.remove_all(account_id, but=record.session_id if record else None)


def init_app(app: Flask) -> None:
    """Hangs the cookie on the application's answers."""
    app.after_request(_set_cookie)


def cookie_name() -> str:
    """`__Host-` ties the cookie to this host over TLS; browsers refuse the prefix without TLS."""
    return "__Host-espace" if settings().https else "espace"


def _record() -> SessionRecord | None:
    """The row of this browser's session. Raises ServiceUnavailable once when the store is away: the page that says
    so is then made as for a stranger, and the cookie is left alone."""
    if g.get("store_away"):
        return None
    if "browser_record" not in g:
        token = _token_of(request.cookies.get(cookie_name(), ""))
        try:
            found = _find(token) if token else None
        except ServiceUnavailable:
            g.store_away = True
            raise
        g.browser_token, g.browser_record = token, found
    record: SessionRecord | None = g.browser_record
    return record


def _find(token: bytes) -> SessionRecord | None:
    store = wiring().sessions
    record = store.find(_hash(token))
    if record is None:
        return None
    now = wiring().real_clock.now()
    if _over(record, now):
        store.remove(record.session_id, record.account_id)
        return None
    if now - record.seen_at >= _TOUCH_EVERY:
        store.touch(record.session_id, now)
    return record


def _over(record: SessionRecord, now: datetime) -> bool:
    return now >= record.expires_at or now - record.seen_at >= IDLE[record.kind]


def _write(**changes: Any) -> None:
    record = _record()
    if record is None:
        return
    data, vault_key = changes.get("data", record.data), changes.get("vault_key", record.vault_key)
    wiring().sessions.write(record.session_id, data=data, vault_key=vault_key)
    g.browser_record = SessionRecord(**{**record.__dict__, "data": data, "vault_key": vault_key})


def _set_cookie(response: Response) -> Response:
    name = cookie_name()
    token: bytes | None = g.get("browser_token")
    sent = request.cookies.get(name)
    if "browser_record" not in g or (token and sent == _text(token) and g.browser_record):
        return response
    if token and g.browser_record:
        response.set_cookie(
            name, _text(token), httponly=True, samesite="Lax", secure=settings().https, path="/"
        )
    elif sent:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=settings().https, path="/")
    return response


def _signed_in(record: SessionRecord) -> SignedIn:
    return SignedIn(
        session_id=record.session_id,
        kind=record.kind,
        account_id=record.account_id,
        name=record.name,
        roles=record.roles,
        created_at=record.created_at,
        last_sign_in=record.last_sign_in,
        data=record.data,
    )


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def _token_of(text: str) -> bytes | None:
    try:
        token = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return token if len(token) == 32 else None


def _hash(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _vault_secret(token: bytes) -> bytes:
    return hashlib.blake2b(token, digest_size=32, person=b"espace-vault").digest()


def _seal(token: bytes, private_key: bytes | None) -> bytes | None:
    return bytes(SecretBox(_vault_secret(token)).encrypt(private_key)) if private_key else None
