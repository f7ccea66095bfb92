"""From rows to families: who lives with whom, who is one person, which child is meant.

A household is what stands at one address and shares a child: a step-family at one address whose adults share no
child is two files, as the law sees it. A child whose guardians stand at two addresses belongs to two families.
Nothing is guessed where two readings are possible: the row is doubtful until an agent has said (`doubts`).
Every row of both files ends in exactly one outcome.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.names import address_key, name_key, spell
from accounts.school_register.children import ChildMatches, match_children
from accounts.school_register.doubts import MOVED, TWO_HOMES, Doubt, adult_doubt
from accounts.school_register.known_homes import KnownHomes, child_key, home_left, spelt_before
from accounts.school_register.onde import GuardianRow, Problem, PupilRow
from contracts.accounts.imports import Outcome, SourceFile


@dataclass(frozen=True)
class Address:
    """A home. `key` is empty when the file gives none."""

    key: str
    street: str
    postcode: str
    city: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip()) if part)


@dataclass
class PlannedAdult:
    """A guardian of a household. `also_at`: other addresses of the same person; `moved`: they are former ones.

    `decided`: an agent has said so, in answer to a doubt.
    """

    key: str
    title: str
    first_name: str
    last_name: str
    usage_name: str
    email: str
    phone: str
    lines: list[int]
    also_at: frozenset[str] = frozenset()
    moved: bool = False
    decided: bool = False

    @property
    def name(self) -> str:
        """First name and the name in use."""
        return spell(self.first_name, self.usage_name or self.last_name)


@dataclass
class PlannedHome:
    """A family to be: its adults, and the lines of its children in the pupils' file."""

    address: Address
    adults: list[PlannedAdult]
    children: list[int]


@dataclass
class Row:
    """What became of a row."""

    file: SourceFile
    line: int
    label: str
    detail: str = ""
    outcome: Outcome = Outcome.UNDERSTOOD
    reason: str = ""
    remarks: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """What both files say together. `pupils`: the usable ones, by line; `unreadable`: those that cannot be used."""

    rows: list[Row]
    pupils: dict[int, PupilRow]
    homes: list[PlannedHome]
    doubts: list[Doubt]
    unreadable: list[PupilRow] = field(default_factory=list)

    @property
    def open_doubts(self) -> list[Doubt]:
        """Those that nobody has answered yet."""
        return [doubt for doubt in self.doubts if doubt.taken is None]


def plan_import(
    pupils: Sequence[PupilRow],
    guardians: Sequence[GuardianRow],
    known: KnownHomes,
    choices: Mapping[str, str],
) -> Plan:
    """Reads the two files together. The same arguments always give the same plan."""
    answers = dict(choices)
    usable = _distinct(pupils)
    matches = match_children(usable, guardians, answers)
    usable_rows = [row for row in guardians if row.problem is None and matches.of_row(row.line)]
    addresses = _addresses(usable_rows)
    doubts, moves = _adult_doubts(usable_rows, addresses, known, answers, _children_of(matches, usable))
    homes = _form_homes(usable_rows, addresses, doubts, moves, matches)
    every = [*doubts.values(), *matches.doubts]
    rows = [
        *_pupil_rows(pupils, usable, homes),
        *_guardian_rows(guardians, matches, addresses, doubts, moves),
    ]
    unreadable = [row for row in pupils if row.problem not in (None, Problem.REPEATED)]
    return Plan(rows, usable, homes, every, unreadable)


def adult_key(row: GuardianRow) -> str:
    """One spelling, one key: surname at birth and first name."""
    return name_key(row.last_name, row.first_name)


def _distinct(pupils: Sequence[PupilRow]) -> dict[int, PupilRow]:
    """The usable pupils by line; the same child twice counts once."""
    found: dict[tuple[object, ...], PupilRow] = {}
    for row in pupils:
        if row.problem is None:
            found.setdefault((name_key(row.last_name, row.first_name), row.birth_date), row)
    return {row.line: row for row in found.values()}


def _addresses(rows: list[GuardianRow]) -> dict[int, Address]:
    """Where each row lives; a row without address takes the only other one of the same adult."""
    own = {
        row.line: Address(address_key(row.street, row.postcode, row.city), row.street, row.postcode, row.city)
        for row in rows
    }
    by_adult: dict[str, dict[str, Address]] = defaultdict(dict)
    for row in rows:
        if own[row.line].key:
            by_adult[adult_key(row)].setdefault(own[row.line].key, own[row.line])
    for row in rows:
        homes = by_adult[adult_key(row)]
        if not own[row.line].key and len(homes) == 1:
            own[row.line] = next(iter(homes.values()))
    return own


def _children_of(matches: ChildMatches, pupils: Mapping[int, PupilRow]) -> Callable[[int], set[str]]:
    """The keys of the children a guardian's row names."""

    def keys(line: int) -> set[str]:
        named = [pupils[place] for place in matches.of_row(line)]
        return {child_key(name_key(row.last_name, row.first_name), row.birth_date) for row in named}

    return keys


def _adult_doubts(
    rows: list[GuardianRow],
    addresses: dict[int, Address],
    known: KnownHomes,
    choices: dict[str, str],
    children_of: Callable[[int], set[str]],
) -> tuple[dict[str, Doubt], dict[str, str]]:
    """A doubt for each name that stands at an address the register does not have, beside another one.

    And the moves that can be told without asking: name key → the address left (`known_homes`).
    """
    by_adult: dict[str, list[GuardianRow]] = defaultdict(list)
    for row in rows:
        if addresses[row.line].key:
            by_adult[adult_key(row)].append(row)
    doubts: dict[str, Doubt] = {}
    moves: dict[str, str] = {}
    for key, standing in by_adult.items():
        register = dict(known.get(key, {}))
        homes: dict[str, tuple[str, str]] = {}
        for row in standing:
            address = addresses[row.line]
            names = ", ".join(spell(child.first_name, child.last_name) for child in row.children)
            homes.setdefault(address.key, (str(address), f"ligne {row.line}, pour {names}"))
        if set(homes) <= spelt_before(register):
            continue
        named = {child for row in standing for child in children_of(row.line)}
        left = home_left(register, set(homes), named)
        if left is not None:
            moves[key] = left
            continue
        register.pop("", None)
        if len(set(homes) | set(register)) < 2:
            continue
        for address_known, home in register.items():
            homes.setdefault(address_known, (home.words, "déjà au registre"))
        name = spell(standing[0].first_name, standing[0].usage_name or standing[0].last_name)
        doubts[key] = adult_doubt(name, key, homes, tuple(row.line for row in standing), choices)
    return doubts, moves


def _form_homes(
    rows: list[GuardianRow],
    addresses: dict[int, Address],
    doubts: dict[str, Doubt],
    moves: Mapping[str, str],
    matches: ChildMatches,
) -> list[PlannedHome]:
    """Households: at one address, whoever is tied by a shared child."""
    by_key = {address.key: address for address in addresses.values()}
    adults: dict[tuple[str, str], PlannedAdult] = {}
    children: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        key, address, also_at, moved = adult_key(row), addresses[row.line], frozenset[str](), False
        taken = doubts[key].taken if key in doubts and address.key else None
        if taken is not None and taken.code == MOVED:
            every = {option.target for option in doubts[key].options if option.code == MOVED}
            address = by_key.get(taken.target, address)
            also_at, moved = frozenset(every - {address.key}), True
        elif taken is not None and taken.code == TWO_HOMES:
            every = {option.target for option in doubts[key].options if option.code == MOVED}
            also_at = frozenset(every - {address.key})
        elif key in moves and address.key:
            also_at, moved = frozenset({moves[key]}), True
        # Without an address nothing ties two homonyms together but the row itself.
        place = (key, address.key or f"?{row.line}")
        if place not in adults:
            adults[place] = PlannedAdult(
                key, row.title, row.first_name, row.last_name, row.usage_name, row.email, row.phone, [],
                also_at, moved, taken is not None,
            )  # fmt: skip
        adult = adults[place]
        adult.lines.append(row.line)
        adult.email, adult.phone = adult.email or row.email, adult.phone or row.phone
        children[place].extend(line for line in matches.of_row(row.line) if line not in children[place])
    return [_home(group, adults, children, by_key) for group in _tied(adults, children)]


def _home(
    group: list[tuple[str, str]],
    adults: dict[tuple[str, str], PlannedAdult],
    children: dict[tuple[str, str], list[int]],
    by_key: dict[str, Address],
) -> PlannedHome:
    key = group[0][1]
    address = by_key[key] if not key.startswith("?") else Address("", "", "", "")
    lines = sorted({line for place in group for line in children[place]})
    return PlannedHome(address, [adults[place] for place in group], lines)


def _tied(
    adults: dict[tuple[str, str], PlannedAdult], children: dict[tuple[str, str], list[int]]
) -> list[list[tuple[str, str]]]:
    """Groups of adults at one address (or all without one) connected by the children they share."""
    leader: dict[tuple[str, str], tuple[str, str]] = {place: place for place in adults}

    def lead(place: tuple[str, str]) -> tuple[str, str]:
        while leader[place] != place:
            place = leader[place]
        return place

    first_with: dict[tuple[str, int], tuple[str, str]] = {}
    for place in adults:
        home = "" if place[1].startswith("?") else place[1]
        for child in children[place]:
            other = first_with.setdefault((home, child), place)
            if lead(other) != lead(place):
                leader[lead(place)] = lead(other)
    groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for place in adults:
        groups[lead(place)].append(place)
    return list(groups.values())


def _pupil_rows(
    pupils: Sequence[PupilRow], usable: dict[int, PupilRow], homes: list[PlannedHome]
) -> list[Row]:
    count: dict[int, int] = defaultdict(int)
    for home in homes:
        for line in home.children:
            count[line] += 1
    rows = []
    for pupil in pupils:
        born = f"{pupil.birth_date:%d/%m/%Y}" if pupil.birth_date else ""
        row = Row(
            SourceFile.PUPILS,
            pupil.line,
            spell(pupil.first_name, pupil.usage_name or pupil.last_name),
            " · ".join(part for part in (born, pupil.class_name) if part),
        )
        if pupil.line not in usable:
            row.outcome, row.reason = Outcome.REJECTED, pupil.problem or Problem.REPEATED
        elif count[pupil.line] == 0:
            row.remarks.append("no_guardian")
        elif count[pupil.line] > 1:
            row.remarks.append("two_homes" if count[pupil.line] == 2 else "three_homes")
        rows.append(row)
    return rows


def _guardian_rows(
    guardians: Sequence[GuardianRow],
    matches: ChildMatches,
    addresses: dict[int, Address],
    doubts: dict[str, Doubt],
    moves: Mapping[str, str],
) -> list[Row]:
    places: dict[tuple[str, str], int] = defaultdict(int)
    for guardian in guardians:
        if guardian.line in addresses:
            places[(adult_key(guardian), addresses[guardian.line].key)] += 1
    rows = []
    for guardian in guardians:
        names = ", ".join(spell(child.first_name, child.last_name) for child in guardian.children)
        row = Row(
            SourceFile.GUARDIANS,
            guardian.line,
            spell(guardian.first_name, guardian.usage_name or guardian.last_name),
            f"pour {names}" if names else "",
        )
        rows.append(row)
        doubtful_child = matches.doubt_of(guardian.line)
        if guardian.problem is not None:
            row.outcome, row.reason = Outcome.REJECTED, guardian.problem
            continue
        if guardian.line not in addresses and doubtful_child is None:
            row.outcome, row.reason = Outcome.REJECTED, Problem.UNKNOWN_CHILDREN
            continue
        doubt = doubts.get(adult_key(guardian)) if guardian.line in addresses else None
        doubt = doubt if doubt and guardian.line in doubt.lines else None
        if (doubt and doubt.taken is None) or (doubtful_child and doubtful_child.taken is None):
            row.outcome = Outcome.DOUBTFUL
        elif guardian.line not in addresses:
            row.outcome, row.reason = Outcome.REJECTED, "left_out"
            continue
        if doubt and doubt.taken:
            row.remarks.append(doubt.taken.code)
        if guardian.line in addresses and addresses[guardian.line].key and adult_key(guardian) in moves:
            row.remarks.append("new_address")
        if guardian.line in addresses:
            row.remarks += _remarks(guardian, addresses[guardian.line], matches, places)
    return rows


def _remarks(
    guardian: GuardianRow, address: Address, matches: ChildMatches, places: dict[tuple[str, str], int]
) -> list[str]:
    found = []
    if not address.key:
        found.append("no_address")
    elif places[(adult_key(guardian), address.key)] > 1:
        found.append("same_adult")
    if matches.unknown_of(guardian.line):
        found.append("unknown_child")
    surnames = {name_key(child.last_name) for child in guardian.children}
    if not surnames & {name_key(guardian.last_name), name_key(guardian.usage_name)}:
        found.append("other_name")
    return found
