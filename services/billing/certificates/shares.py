"""What of the money received on an invoice paid for the care of a child. Whole cents, never more than was received.

The law lets a family count what it paid in the year, whatever the year of the care, for children under six on
1 January; meals, penalties for an absence and exceptional extras are left out (CGI art. 200 quater B;
BOI-IR-RICI-300; answer 78406 of the minister, Assemblée nationale, 13th legislature).
"""

from datetime import date

from contracts.events.attendance import Mark


def is_under_six(birth_date: date, year: int) -> bool:
    """True for a child who is not six yet on 1 January of the year."""
    return (birth_date.year + 6, birth_date.month, birth_date.day) > (year, 1, 1)


def care_unit_cents(mark: str, unit_cents: int, plain_cents: int) -> int:
    """Of the price of a unit of child care, what paid for care.

    Nothing of a day on which the child did not come; without the surcharge of a day that was not booked, whose price
    would have been `plain_cents`.
    """
    if mark == Mark.ABSENT_UNJUSTIFIED:
        return 0
    return min(unit_cents, plain_cents) if mark == Mark.PRESENT_WITHOUT_BOOKING else unit_cents


def share(care_cents: int, total_cents: int, received_cents: int) -> int:
    """Of what was received so far on an invoice, the part that paid for care: pro rata, rounded down.

    `total_cents` is not zero; a credit note has a negative total, and what it settles is negative too. What was
    received above the total pays for nothing yet. Wholly settled, an invoice gives exactly its care.
    """
    least, most = sorted((0, total_cents))
    return min(max(received_cents, least), most) * care_cents // total_cents
