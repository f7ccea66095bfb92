"""The keys of a vault: wrapped, never in clear."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.documents.sealed import PublicKey, Sealed
from contracts.messages import Command, Message, Question, View


class KeyWrap(Message):
    """A private key under a secret: Argon2id(secret, salt, operations, memory in bytes) opens the secretbox."""

    salt: Annotated[Sealed, Field(min_length=16, max_length=16)]
    operations: int = Field(ge=1, le=64)
    memory: int = Field(ge=8192, le=1 << 30)
    box: Annotated[Sealed, Field(min_length=40, max_length=256)]


class AccountKeysView(View):
    """An account's keys, as far as anybody but the account may know them."""

    public_key: PublicKey
    password_wrap: KeyWrap
    recovery_wrap: KeyWrap | None = None
    recovery_made_at: AwareDatetime | None = None
    next_recovery_wrap: KeyWrap | None = Field(
        default=None, description="Of a newer code that nobody has said to have kept yet: both open"
    )


class KeyRingView(View):
    """`keys` is None until the first sign-in has made them."""

    keys: AccountKeysView | None


class ReadKeys(Question[KeyRingView]):
    """The caller's own keys. Citizens."""


class KeepKeys(Command[AccountKeysView]):
    """Keeps the keys made at the first sign-in. The first wins: the answer holds the ones that count. Citizens."""

    public_key: PublicKey
    password_wrap: KeyWrap


class RewrapKeys(Command[AccountKeysView]):
    """Replaces the wraps given: a new password, a new recovery code. Raises KeysChanged when the pair is another.

    The code before opens until the new one is said to be kept (KeepCode): the page that shows it may never arrive.
    """

    public_key: PublicKey
    password_wrap: KeyWrap | None = None
    recovery_wrap: KeyWrap | None = None


class KeepCode(Command[AccountKeysView]):
    """The code shown is kept on paper: from now on it alone opens. `salt`: of its wrap, which says which code.

    Raises CodeReplaced when another was made since, KeysChanged. Citizens.
    """

    public_key: PublicKey
    salt: Annotated[Sealed, Field(min_length=16, max_length=16)]


class StartOver(Command[AccountKeysView]):
    """A new, empty vault with new keys: what nobody can open any more is removed. What was shared stays shared.

    For a parent who has lost both password and recovery code. `replaces`: the public key given up (KeysChanged).
    """

    replaces: PublicKey
    public_key: PublicKey
    password_wrap: KeyWrap
