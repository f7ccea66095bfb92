"""What the Treasury is to be told: the difference between what is owed and what it was told before. Pure.

A claim is told once; a payment or a credit note that comes afterwards lowers it by a reducing piece, and money that a
bank takes back raises it by another claim. So whatever happens between two files, their sum is what is owed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

_KEY_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXY"


@dataclass(frozen=True)
class Line:
    """A line of a piece: an account and what it is owed (positive), or is to be lowered by (negative)."""

    number: int
    account: str
    cents: int


@dataclass(frozen=True)
class Told:
    """A piece told before, with what is left of each of its lines after the pieces that lowered it."""

    piece_id: UUID
    form: str
    year: int
    slip: int
    number: int
    lines: tuple[Line, ...]


def split(cents: int, weights: Mapping[str, int]) -> list[Line]:
    """`cents` over accounts in proportion to what each earned: whole cents, the greatest remainders rounded up.

    An account that earned nothing, or gave back, takes no part, unless none earned anything.
    """
    earning = {account: weight for account, weight in sorted(weights.items()) if weight > 0}
    if not earning:
        earning = dict.fromkeys(sorted(weights), 1)
    total = sum(earning.values())
    shares = {account: cents * weight // total for account, weight in earning.items()}
    missing = cents - sum(shares.values())
    by_remainder = sorted(earning, key=lambda account: (-(cents * earning[account] % total), account))
    for account in by_remainder[:missing]:
        shares[account] += 1
    given = [(account, share) for account, share in shares.items() if share]
    return [Line(number, account, share) for number, (account, share) in enumerate(given, start=1)]


def lowered(cents: int, told: Sequence[Told]) -> list[tuple[Told, tuple[Line, ...]]]:
    """`cents` (positive) off what was told: the latest piece first, its last line first.

    Raises ValueError when less is left.
    """
    taken: list[tuple[Told, tuple[Line, ...]]] = []
    for piece in reversed(told):
        lines: list[Line] = []
        for line in reversed(piece.lines):
            part = min(cents, line.cents)
            if part > 0:
                lines.append(Line(line.number, line.account, -part))
                cents -= part
        if lines:
            taken.append((piece, tuple(reversed(lines))))
    if cents:
        raise ValueError("more to be lowered than was told")
    return taken


def control_letter(year: int, period: int, debt: str) -> str:
    """The second key of an article of a rôle: modulo 23 of year, period, 00 and the debt's number on 13 figures."""
    return _KEY_LETTERS[int(f"{year % 100:02d}{period}00{debt:0>13}") % 23]
