"""What several guardians' answers come to for one child.

Usual acts need the agreement of one parent, who is taken to act with the other (Code civil 372-2); a flag says which
consents go beyond (an image of the child). A known « no » is never overruled: only silence passes for agreement.
Agreement can be taken back at any time (RGPD 7-3): the last answer of each adult is the one that counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from contracts.accounts.consents import ConsentState


@dataclass(frozen=True)
class Answer:
    """The last answer of one adult, and the version of the text it was given to."""

    adult_id: UUID
    agrees: bool
    version: int


def state_of(
    needs_all: bool, current: int, adults: Iterable[UUID], answers: Iterable[Answer]
) -> ConsentState:
    """The state for a child whose guardians are `adults`, of all its homes. Answers of others do not count."""
    asked = set(adults)
    given = [each for each in answers if each.adult_id in asked]
    agreed = [each for each in given if each.agrees]
    if len(agreed) < len(given):
        return ConsentState.CONFLICT if agreed else ConsentState.REFUSED
    if not given:
        return ConsentState.UNANSWERED
    fresh = {each.adult_id for each in agreed if each.version == current}
    if fresh == asked or (fresh and not needs_all):
        return ConsentState.GRANTED
    return ConsentState.OUTDATED if len(fresh) < len(agreed) else ConsentState.WAITING
