"""Where the register already has the adults of a file, and when a new address is a move rather than a question.

The same name with the same child is the same person. If the register has them in one home with that child, and the
file in one home only, another one, the school tells a move; anything else may be a second home or a namesake.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass


@dataclass(frozen=True)
class KnownHome:
    """A home of the register. `said`: its address as the schools' files last wrote it; `children`: their keys."""

    words: str
    said: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()


KnownHomes = Mapping[str, Mapping[str, KnownHome]]
"""Adults already on file: name key → {address key, empty when unknown: home}."""


def spelt_before(register: Mapping[str, KnownHome]) -> set[str]:
    """Addresses that are the register's, or were until the family corrected them."""
    return set(register) | {address for home in register.values() for address in home.said}


def home_left(register: Mapping[str, KnownHome], homes: Set[str], children: Set[str]) -> str | None:
    """The home an adult has left for the only one of `homes`, or None when that cannot be told."""
    if len(homes) != 1:
        return None
    with_child = [address for address, home in register.items() if home.children & children]
    others = [address for address in register if address and address not in with_child]
    return with_child[0] if len(with_child) == 1 and not others else None


def child_key(name_key: str, birth_date: object) -> str:
    """A child as homes name it."""
    return f"{name_key} {birth_date}"
