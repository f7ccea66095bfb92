"""Questions asked of a browser: random, kept here, answered once, within five minutes, by whom and for what they
were asked."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.identity.ways_in_models import Ceremony

WITHIN = timedelta(minutes=5)
_BYTES = 32


class Purpose(StrEnum):
    """What the answer will do."""

    ADD_PASSKEY = "add_passkey"
    SIGN_IN = "sign_in"
    LINK = "link"


def open_one(session: Session, purpose: Purpose, account_id: UUID | None, now: datetime) -> Ceremony:
    """A new one, flushed."""
    made = Ceremony(
        purpose=purpose.value,
        account_id=account_id,
        challenge=secrets.token_bytes(_BYTES),
        expires_at=now + WITHIN,
    )
    session.add(made)
    session.flush()
    return made


def take(
    session: Session, ceremony_id: UUID, purpose: Purpose, account_id: UUID | None, now: datetime
) -> bytes | None:
    """Its challenge, and the ceremony is over, whatever becomes of the answer: commit before judging it.

    None when there is none, when it is too old, for something else or somebody else's. Two at once: one has it.
    """
    taken = session.execute(
        delete(Ceremony)
        .where(
            Ceremony.ceremony_id == ceremony_id,
            Ceremony.purpose == purpose.value,
            Ceremony.account_id == account_id if account_id else Ceremony.account_id.is_(None),
            Ceremony.expires_at > now,
        )
        .returning(Ceremony.challenge)
    ).first()
    return taken[0] if taken else None


def forget_old(session: Session, now: datetime) -> None:
    """Removes those nobody answered."""
    session.execute(delete(Ceremony).where(Ceremony.expires_at <= now))
