"""Billing: what the town grants a family: a reduction that its tariffs know, or an aid with a cap."""

from enum import StrEnum


class AllowanceKind(StrEnum):
    """A reduction is the tariff's own; an aid says itself what it takes off."""

    REDUCTION = "reduction"
    AID = "aid"
