"""Opening the vault: at sign-in, by the recovery code, after a change of password.

The order of a change of password: accounts first, then `wrap_for`. Where the second fails, the old password still
opens the vault on its page; nothing is lost.
"""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID, uuid4

from flask import g, request
from structlog import get_logger

from chassis.metrics import counter
from contracts.caller import Caller, Kind
from contracts.documents.keys import (
    AccountKeysView,
    KeepCode,
    KeepKeys,
    KeyWrap,
    ReadKeys,
    RewrapKeys,
    StartOver,
)
from contracts.errors import DomainError
from gateway.services import ask
from gateway.vault import keys, recovery
from gateway.wiring import wiring

log = get_logger()
OPENINGS = counter(
    "vault_openings_total", "Attempts to open a vault, by means and outcome", ("means", "outcome")
)


def open_at_sign_in(account_id: UUID, password: str) -> bytes | None:
    """See `gateway.vault.at_sign_in`. Two calls at the very first sign-in, one at all others."""
    caller = Caller(
        kind=Kind.CITIZEN,
        account_id=account_id,
        address=request.remote_addr or "",
        correlation_id=g.get("correlation_id", ""),
    )
    client = wiring().client
    try:
        kept = client.ask(ReadKeys(), caller).keys
        if kept is None:
            pair = keys.new_pair()
            command = KeepKeys(
                command_id=uuid4(),
                public_key=pair.public,
                password_wrap=keys.wrap(pair.private, password),
            )
            kept = client.ask(command, caller)
            if kept.public_key == pair.public:
                OPENINGS.labels("password", "made").inc()
                return pair.private
        private = keys.unwrap(kept.password_wrap, password, kept.public_key)
    except keys.WrongSecret:
        OPENINGS.labels("password", "refused").inc()
        return None
    except Exception as failure:
        # Whatever is wrong with the vault, the parent came to sign in.
        log.warning("vault not opened at sign-in", failure=repr(failure))
        OPENINGS.labels("password", "failed").inc()
        return None
    OPENINGS.labels("password", "opened").inc()
    return private


def wrap_for(private: bytes, password: str) -> bool:
    """Puts the vault under a new password, for whoever is signed in. False when documents refused or is away."""
    try:
        ask(
            RewrapKeys(
                command_id=uuid4(),
                public_key=keys.public_half(private),
                password_wrap=keys.wrap(private, password),
            )
        )
    except DomainError as refusal:
        log.warning("vault not put under the new password", code=refusal.code)
        return False
    return True


def open_by_code(kept: AccountKeysView, typed: str) -> bytes:
    """The private key by the recovery code, however it was typed. Raises WrongSecret."""
    try:
        code = recovery.canonical(typed)
    except recovery.NotACode:
        OPENINGS.labels("code", "mistyped").inc()
        raise keys.WrongSecret from None
    return _open("code", (kept.recovery_wrap, kept.next_recovery_wrap), code, kept.public_key)


def open_by_password(kept: AccountKeysView, password: str) -> bytes:
    """The private key by a password, the present or an earlier one. Raises WrongSecret."""
    return _open("password", (kept.password_wrap,), password, kept.public_key)


def renew_code(private: bytes, command_id: UUID) -> tuple[str, bytes]:
    """Makes a new recovery code, shown once and kept nowhere; and what `keep_code` names it by.

    The one before opens until then: a page that never arrived must not leave a parent with a code that is dead.
    """
    code = recovery.new_code()
    wrap = keys.wrap(private, code)
    ask(RewrapKeys(command_id=command_id, public_key=keys.public_half(private), recovery_wrap=wrap))
    return code, wrap.salt


def keep_code(private: bytes, salt: bytes, command_id: UUID) -> None:
    """The code is on paper: the one before is forgotten. Raises CodeReplaced."""
    ask(KeepCode(command_id=command_id, public_key=keys.public_half(private), salt=salt))


def start_over(replaces: bytes, password: str, command_id: UUID) -> bytes:
    """A new, empty vault under `password`; gives its private key. What lay in the old one is removed."""
    pair = keys.new_pair()
    kept = ask(
        StartOver(
            command_id=command_id,
            replaces=replaces,
            public_key=pair.public,
            password_wrap=keys.wrap(pair.private, password),
        )
    )
    return (
        pair.private
        if kept.public_key == pair.public
        else keys.unwrap(kept.password_wrap, password, kept.public_key)
    )


def _open(means: str, wraps: Iterable[KeyWrap | None], secret: str, public: bytes) -> bytes:
    for wrap in wraps:
        with suppress(keys.WrongSecret):
            if wrap is not None:
                private = keys.unwrap(wrap, secret, public)
                OPENINGS.labels(means, "opened").inc()
                return private
    OPENINGS.labels(means, "refused").inc()
    raise keys.WrongSecret
