"""Passwords: what is good enough (CNIL, délibération 2022-100) and how it is kept.

With throttled attempts the CNIL asks for at least 50 bits. We ask for 12 signs and judge what is there instead of
counting kinds of signs: zxcvbn's estimate of the number of guesses, which knows words, names, dates and keyboards.
Kept as Argon2id at RFC 9106's second recommended option (t=3, 64 MiB), what the vault's key is derived with too: one
password opens both, so whoever stole both databases would guess at the cheaper of the two. Hashing takes some 100 ms
of a core: never on the event loop (`in_thread`). One lane: those who sign in meanwhile share the cores already.
"""

import math
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from chassis.offload import in_thread

SHORTEST = 12
LONGEST = 256
LEAST_BITS = 50
_JUDGED = 72  # zxcvbn's time grows fast with length; what follows can only add strength

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


def find_fault(password: str, known: list[str]) -> str | None:
    """Code of what is wrong with a new password, or None. `known`: names and addresses it must not rest on."""
    password = _composed(password)
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    words = [
        part for text in known for part in (text, *text.replace("@", " ").replace(".", " ").split()) if part
    ]
    guesses = zxcvbn(password[:_JUDGED], user_inputs=[*words, "espace", "citoyens", "romans", "mairie"])[
        "guesses"
    ]
    return "password_guessable" if math.log2(float(guesses)) < LEAST_BITS else None


def hash_password(password: str) -> str:
    """Argon2id, with its salt and parameters."""
    return in_thread(_hasher.hash, _composed(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether it is the password. Without a stored hash the same work is done, for nothing."""
    return in_thread(_verify, stored or _decoy(), _composed(password)) and stored is not None


def renew_hash(stored: str | None, password: str) -> str | None:
    """A new hash when the stored one was made with parameters that are no longer ours; else None."""
    return hash_password(password) if stored and _hasher.check_needs_rehash(stored) else None


@cache
def _decoy() -> str:
    return _hasher.hash("nobody's password")


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _composed(password: str) -> str:
    # « é » typed on a phone and « é » typed on a Mac are not the same bytes.
    return unicodedata.normalize("NFKC", password)
