"""Ten codes on paper for the day the telephone is lost: `7K3M-9DXV-2HTC-4RWP`, each good for one sign-in.

Sixteen random signs (79 bits) of the alphabet of the activation keys, read as forgivingly; a plain hash is enough.
"""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from accounts.household import key_code
from accounts.staff.second_factor_models import RecoveryCode

NUMBER = 10
LENGTH = 16


def renew(session: Session, account_id: UUID) -> list[str]:
    """Ten new codes, as they are printed; those before are void."""
    codes = ["".join(secrets.choice(key_code.ALPHABET) for _ in range(LENGTH)) for _ in range(NUMBER)]
    forget(session, account_id)
    session.add_all(RecoveryCode(code_hash=_hash(account_id, code), account_id=account_id) for code in codes)
    return [key_code.spell(code) for code in codes]


def use(session: Session, account_id: UUID, typed: str, now: datetime) -> bool:
    """Takes the code, if it is one of the account's that was not used."""
    code = read(typed)
    if code is None:
        return False
    taken = (
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == _hash(account_id, code), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.account_id)
    )
    return session.execute(taken).first() is not None


def count_left(session: Session, account_id: UUID) -> int:
    """How many were not used."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def forget(session: Session, account_id: UUID) -> None:
    """The account has no codes any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def read(typed: str) -> str | None:
    """The sixteen signs meant by what was typed; None when it cannot be a code."""
    try:
        signs = key_code.read_signs(typed)
    except key_code.Mistyped:
        return None
    return signs if len(signs) == LENGTH else None


def _hash(account_id: UUID, code: str) -> bytes:
    return hashlib.sha256(account_id.bytes + code.encode()).digest()
