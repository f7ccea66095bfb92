"""What each named mark of a roll-call does to the bill."""

from enum import StrEnum

from contracts.events.attendance import Mark


class Effect(StrEnum):
    """The billing effect of a mark."""

    FREE = "free"
    BILLED = "billed"
    SURCHARGED = "surcharged"
    ABSENT = "absent"


EFFECTS: dict[Mark, Effect] = {
    Mark.PRESENT: Effect.BILLED,
    Mark.ABSENT_IN_TIME: Effect.FREE,
    Mark.ABSENT_JUSTIFIED: Effect.FREE,
    Mark.ABSENT_UNJUSTIFIED: Effect.ABSENT,
    Mark.PRESENT_WITHOUT_BOOKING: Effect.SURCHARGED,
}
"""The town's table. A mark without an effect would be billed by accident: a test holds the two together."""

REMARKS: dict[Mark, str] = {
    Mark.ABSENT_UNJUSTIFIED: "absence non justifiée",
    Mark.PRESENT_WITHOUT_BOOKING: "présence sans réservation",
}
"""What the invoice adds to the line, where the mark explains the price."""
