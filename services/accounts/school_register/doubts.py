"""What a school's file does not tell, put as a question that an agent can answer.

`adult`: the same name stands at several addresses. One person who has moved, one person with two homes (both
families then open with the same account), or two people? `child`: a guardian names a child who is spelt otherwise
in the pupils' file, or like two of them.
"""

import hashlib
from dataclasses import dataclass

MOVED = "moved"
TWO_HOMES = "two_homes"
TWO_PEOPLE = "two_people"
SAME_CHILD = "same_child"
LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class Option:
    """An answer. `target`: the address key, or the pupil's line, that the answer points at."""

    value: str
    code: str
    label: str = ""
    target: str = ""


@dataclass(frozen=True)
class Doubt:
    """`lines`: of the guardians' file. `choice`: the value of the option taken, None while open."""

    doubt_id: str
    kind: str
    name: str
    facts: tuple[str, ...]
    lines: tuple[int, ...]
    options: tuple[Option, ...]
    choice: str | None = None

    @property
    def taken(self) -> Option | None:
        """The option chosen, if it is one of those there are."""
        return next((option for option in self.options if option.value == self.choice), None)


def doubt_id(kind: str, *parts: str) -> str:
    """The same doubt of another import has the same id, so that an answer given once is remembered."""
    return hashlib.sha256("\x1f".join((kind, *parts)).encode()).hexdigest()[:24]


def adult_doubt(
    name: str,
    name_key: str,
    homes: dict[str, tuple[str, str]],
    lines: tuple[int, ...],
    choices: dict[str, str],
) -> Doubt:
    """`homes`: address key → (address in words, what the file or the register says of it)."""
    identity = doubt_id("adult", name_key, *sorted(homes))
    options = [Option(f"moved:{doubt_id('', key)[:8]}", MOVED, homes[key][0], key) for key in homes]
    options += [Option(TWO_HOMES, TWO_HOMES), Option(TWO_PEOPLE, TWO_PEOPLE)]
    facts = tuple(f"{address} — {said}" if said else address for address, said in homes.values())
    return Doubt(identity, "adult", name, facts, lines, tuple(options), choices.get(identity))


def child_doubt(
    child: str,
    guardian: str,
    who: str,
    line: int,
    key: str,
    candidates: list[tuple[int, str, str]],
    choices: dict[str, str],
) -> Doubt:
    """`candidates`: (line in the pupils' file, child in words, stable key); `who`: the guardian's name key, since the
    line is another one in the next export."""
    identity = doubt_id("child", who, key, *sorted(stable for _, _, stable in candidates))
    options = [
        Option(f"child:{doubt_id('', stable)[:8]}", SAME_CHILD, label, str(place))
        for place, label, stable in candidates
    ]
    options.append(Option(LEAVE_OUT, LEAVE_OUT))
    facts = (guardian,)
    return Doubt(identity, "child", child, facts, (line,), tuple(options), choices.get(identity))
