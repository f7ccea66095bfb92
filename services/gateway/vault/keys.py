"""The keys of a vault: an X25519 pair per account, its private half under a password and under a recovery code.

A file's key travels in sealed boxes, with the id of its document inside: a box put in another's place is refused.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from threading import BoundedSemaphore
from uuid import UUID

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from contracts.documents.keys import KeyWrap
from gateway.vault.sealing import Damaged

# RFC 9106's second recommended option, one lane. `accounts.identity.passwords` keeps the same password's hash at the
# same price: a cheaper one would be the way in for whoever stole both databases.
OPERATIONS = 3
MEMORY = 64 * 1024 * 1024
# A morning of sign-ins must not take the memory of as many derivations: a core does one at a time anyway.
_AT_ONCE = BoundedSemaphore(2)
MOST_OPERATIONS = 16
MOST_MEMORY = 512 * 1024 * 1024


class WrongSecret(Exception):
    """The password or code does not open this wrap."""


@dataclass(frozen=True)
class KeyPair:
    """Both halves, 32 bytes each."""

    public: bytes
    private: bytes


def new_pair() -> KeyPair:
    """A fresh pair."""
    private = PrivateKey.generate()
    return KeyPair(bytes(private.public_key), bytes(private))


def public_half(private: bytes) -> bytes:
    """The public half of a private key: never trusted to a database, which could answer with somebody else's."""
    return bytes(PrivateKey(private).public_key)


def wrap(private: bytes, secret: str, operations: int = OPERATIONS, memory: int = MEMORY) -> KeyWrap:
    """The private key under a secret."""
    salt = secrets.token_bytes(pwhash.argon2id.SALTBYTES)
    box = SecretBox(_derive(secret, salt, operations, memory)).encrypt(private)
    return KeyWrap(salt=salt, operations=operations, memory=memory, box=bytes(box))


def unwrap(kept: KeyWrap, secret: str, public: bytes) -> bytes:
    """The private key of `public`. Raises WrongSecret."""
    if kept.operations > MOST_OPERATIONS or kept.memory > MOST_MEMORY:
        raise WrongSecret  # parameters nobody of ours chose: not worth the memory
    try:
        private = SecretBox(_derive(secret, kept.salt, kept.operations, kept.memory)).decrypt(kept.box)
    except CryptoError as refused:
        raise WrongSecret from refused
    if len(private) != PrivateKey.SIZE or public_half(private) != public:
        raise WrongSecret
    return private


def mark(private: bytes) -> hashlib.blake2b:
    """A hash that only who holds the private key can make: it tells two files of one vault apart, and no others."""
    return hashlib.blake2b(key=_derived(private, b"vault-twice"), digest_size=32)


def session_box(private: bytes) -> SecretBox:
    """For what this vault's owner carries from page to page, and nobody else may read or make."""
    return SecretBox(_derived(private, b"vault-pending"))


def seal_key(file_key: bytes, document_id: UUID, public: bytes) -> bytes:
    """A file's key that only the private half of `public` opens."""
    return bytes(SealedBox(PublicKey(public)).encrypt(document_id.bytes + file_key))


def open_key(sealed: bytes, document_id: UUID, private: bytes) -> bytes:
    """The file's key. Raises Damaged when it is another document's, or another account's."""
    try:
        opened = SealedBox(PrivateKey(private)).decrypt(sealed)
    except CryptoError as refused:
        raise Damaged from refused
    if len(opened) != 48 or opened[:16] != document_id.bytes:
        raise Damaged
    return opened[16:]


def _derived(private: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(key=private, digest_size=32, person=purpose).digest()


def _derive(secret: str, salt: bytes, operations: int, memory: int) -> bytes:
    # The same word may come composed or not, by keyboard and system.
    typed = unicodedata.normalize("NFC", secret).encode()
    with _AT_ONCE:
        return pwhash.argon2id.kdf(SecretBox.KEY_SIZE, typed, salt, opslimit=operations, memlimit=memory)
