"""Families that billing knew before it kept civil status: accounts is asked to tell them again, by itself and bounded.

A fact is only ever extended, and what was told before a field was there lacks it. So a town that upgrades has nothing
to do by hand; and a family whose file lacks a name for another reason is asked about once a week at most.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.invoicing.dates import paris_day
from chassis.outbox import tell
from contracts.events.billing import FamiliesMissed

MOST_AT_ONCE = 200
AGAIN_AFTER = timedelta(days=7)

# Two replicas that look at the same time ask about different families.
_LACKING = text(
    """
    UPDATE family SET asked_again_on = :today
    WHERE family_id IN (
        SELECT family_id FROM family
        WHERE (asked_again_on IS NULL OR asked_again_on <= :before)
          AND EXISTS (SELECT FROM guardian WHERE guardian.family_id = family.family_id AND last_name = '')
        ORDER BY asked_again_on NULLS FIRST, family_id LIMIT :most FOR UPDATE SKIP LOCKED
    )
    RETURNING family_id
    """
)


def ask_again(session: Session, now: datetime) -> int:
    """Asks for the families whose guardians have no name of their own here, two hundred at a time. How many."""
    today = paris_day(now)
    values = {"today": today, "before": today - AGAIN_AFTER, "most": MOST_AT_ONCE}
    lacking = sorted(session.scalars(_LACKING, values))
    if lacking:
        tell(session, FamiliesMissed(family_ids=lacking), subject=today.isoformat(), at=now)
    return len(lacking)
