"""Which pupil a guardian's row means: the two files of one export do not spell alike.

Case, accents, hyphens and spaces do not count; the name in use counts as well as the surname; homonyms are told
apart by their class. What is left is asked of the agent, with the pupils that look most alike.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from accounts.names import name_key, plain, spell
from accounts.school_register.doubts import SAME_CHILD, Doubt, child_doubt
from accounts.school_register.onde import GuardianRow, NamedChild, PupilRow

_ALIKE = (
    0.78  # « Mathis Durand » and « Matis Durant » are; « Lucas Martin » and « Lucie Martin » are offered too
)
_OFFERED = 3


@dataclass
class ChildMatches:
    """What was found for each row of the guardians' file."""

    lines: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    doubts: list[Doubt] = field(default_factory=list)

    def note(self, doubt: Doubt) -> None:
        """Keeps it; the same question of two rows of one guardian is asked once."""
        for place, other in enumerate(self.doubts):
            if other.doubt_id == doubt.doubt_id:
                self.doubts[place] = replace(other, lines=other.lines + doubt.lines)
                return
        self.doubts.append(doubt)

    def of_row(self, line: int) -> list[int]:
        """Lines of the pupils that the row is a guardian of."""
        return self.lines.get(line, [])

    def unknown_of(self, line: int) -> list[str]:
        """Children the row names that nobody in the pupils' file resembles."""
        return self.unknown.get(line, [])

    def doubt_of(self, line: int) -> Doubt | None:
        """The row's doubt that is still open, else one that was answered, else None."""
        own = [doubt for doubt in self.doubts if line in doubt.lines]
        return next((doubt for doubt in own if doubt.taken is None), own[0] if own else None)


def match_children(
    pupils: Mapping[int, PupilRow], guardians: Sequence[GuardianRow], choices: dict[str, str]
) -> ChildMatches:
    """Finds every child of every usable row."""
    index: dict[str, list[PupilRow]] = defaultdict(list)
    for pupil in pupils.values():
        for key in _keys(pupil.last_name, pupil.usage_name, pupil.first_name):
            index[key].append(pupil)
    found = ChildMatches()
    for row in guardians:
        if row.problem is not None:
            continue
        for child in row.children:
            pupil_line = _match(child, row, index, pupils, choices, found)
            if pupil_line is not None and pupil_line not in found.lines[row.line]:
                found.lines[row.line].append(pupil_line)
    return found


def _match(
    child: NamedChild,
    row: GuardianRow,
    index: dict[str, list[PupilRow]],
    pupils: Mapping[int, PupilRow],
    choices: dict[str, str],
    found: ChildMatches,
) -> int | None:
    keys = _keys(child.last_name, child.usage_name, child.first_name)
    named = {pupil.line: pupil for key in keys for pupil in index.get(key, [])}
    same_class = [line for line, pupil in named.items() if _in_class(child, pupil)]
    if len(named) == 1:
        return next(iter(named))
    if len(same_class) == 1:
        return same_class[0]
    candidates = list(named.values()) or _alike(child, pupils)
    name = spell(child.first_name, child.usage_name or child.last_name)
    if not candidates:
        found.unknown[row.line].append(name)
        return None
    guardian = f"{spell(row.first_name, row.usage_name or row.last_name)}, ligne {row.line}"
    offered = [(pupil.line, _describe(pupil), _stable(pupil)) for pupil in candidates]
    who = name_key(row.last_name, row.first_name)
    doubt = child_doubt(name, guardian, who, row.line, " ".join(sorted(keys)), offered, choices)
    found.note(doubt)
    taken = doubt.taken
    return int(taken.target) if taken is not None and taken.code == SAME_CHILD else None


def _alike(child: NamedChild, pupils: Mapping[int, PupilRow]) -> list[PupilRow]:
    """The few pupils whose whole name resembles the child's most."""
    wanted = name_key(child.last_name or child.usage_name, child.first_name)
    scored = []
    for pupil in pupils.values():
        matcher = SequenceMatcher(None, wanted, name_key(pupil.last_name, pupil.first_name))
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            score = matcher.ratio() + (0.05 if _in_class(child, pupil) else 0)
            if score >= _ALIKE:
                scored.append((-score, pupil.line, pupil))
    return [pupil for _, _, pupil in sorted(scored)[:_OFFERED]]


def _keys(last_name: str, usage_name: str, first_name: str) -> set[str]:
    return {name_key(surname, first_name) for surname in (last_name, usage_name) if surname}


def _in_class(child: NamedChild, pupil: PupilRow) -> bool:
    return bool(pupil.class_name) and plain(pupil.class_name) in plain(child.class_name)


def _describe(pupil: PupilRow) -> str:
    born = f", né(e) le {pupil.birth_date:%d/%m/%Y}" if pupil.birth_date else ""
    return f"{spell(pupil.first_name, pupil.usage_name or pupil.last_name)}, {pupil.class_name}{born}"


def _stable(pupil: PupilRow) -> str:
    return f"{name_key(pupil.last_name, pupil.first_name)} {pupil.birth_date}"
