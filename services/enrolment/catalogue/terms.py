"""An activity's terms as a value, and what they say in words."""

from functools import lru_cache

from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.terms import Waiting, WaitingOrder
from enrolment.models import Activity


def terms_of(activity: Activity) -> ActivityTerms:
    """The terms as a value."""
    return ActivityTerms.model_validate(activity.terms)


@lru_cache(maxsize=200)
def terms_from(text: str) -> ActivityTerms:
    """The same, of the JSON text that is kept: read again only when an agent has changed it."""
    return ActivityTerms.model_validate_json(text)


def order_sentence(waiting: Waiting | None) -> str:
    """Who comes first in a line, as parents read it; empty without a line."""
    if waiting is None:
        return ""
    if waiting.order is WaitingOrder.RESIDENTS_FIRST:
        return "d’abord les familles qui habitent la ville, puis dans l’ordre des demandes"
    return "dans l’ordre des demandes"
