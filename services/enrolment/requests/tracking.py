"""Numbers and tracking codes: what a request is called, and what proves that one may read it without an account."""

import hashlib
import hmac
import secrets

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.tracking_code import tidy
from enrolment.requests.models import RequestNumber

# Crockford's: none of I, L, O, U, which are read for others. 16 of 32 signs: 80 bits.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16


def next_number(session: Session, year: int) -> str:
    """« 2026-000123 »: without a gap, in the order of filing. Holds the year's row until the transaction ends."""
    statement = (
        insert(RequestNumber)
        .values(year=year, last=1)
        .on_conflict_do_update(index_elements=[RequestNumber.year], set_={"last": RequestNumber.last + 1})
        .returning(RequestNumber.last)
    )
    return f"{year}-{session.scalars(statement).one():06d}"


def new_code() -> str:
    """« 7K3M-9QXA-02TD-H5WZ »."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return "-".join(signs[at : at + 4] for at in range(0, _LENGTH, 4))


def hash_of(code: str) -> bytes:
    """What is kept of a code, however it was typed. With 80 bits of chance in it, one fast hash is enough."""
    return hashlib.sha256(tidy(code).encode()).digest()


def is_code(code: str, kept: bytes) -> bool:
    """Whether it is the code, in a time that does not depend on it."""
    return hmac.compare_digest(hash_of(code), kept)


def tidy_number(number: str) -> str:
    """As it is kept: « n° 2026 000123 » was typed for « 2026-000123 »."""
    figures = "".join(sign for sign in number if sign.isascii() and sign.isdigit())
    return f"{figures[:4]}-{figures[4:]}"
