"""The difference between a school's file and the register, line by line, and who is right where they disagree.

    diff = Differences(place_code, choices)
    diff.add(ChangeKind.CLASS_CHANGED, key, who, before="CE1 A", after="CE2 B")
    if diff.takes_theirs(…): …

What the family corrected since the school last spoke stays, unless the agent takes the school's word: the school's
file is then the older of the two. What nobody touched follows the school.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from contracts.accounts.imports import ChangeKind, ImportChange

_ORDER = list(ChangeKind)


class Differences:
    """Collects the lines. `choices`: {change id: choice} of the agent, for this import."""

    def __init__(self, choices: Mapping[str, str]) -> None:
        self._choices = choices
        self._found: dict[str, ImportChange] = {}
        self._kept: dict[str, set[str]] = defaultdict(set)

    def add(
        self,
        kind: ChangeKind,
        subject: str,
        who: str,
        before: str = "",
        after: str = "",
        *,
        family: str = "",
        note: str = "",
        choices: Sequence[str] = (),
    ) -> str:
        """Adds a line, and gives the choice taken: the agent's if it is one of `choices`, else the first of them.

        `subject`: what tells it from any other line of its kind, the same in each preview.
        """
        change_id = change_id_of(kind, subject, before, after)
        wanted = self._choices.get(change_id, "")
        choice = wanted if wanted in choices else next(iter(choices), "")
        self._found[change_id] = ImportChange(
            change_id=change_id,
            kind=kind,
            who=who,
            before=before,
            after=after,
            family=family,
            note=note,
            choice=choice,
        )
        return choice

    def takes_theirs(
        self,
        subject: str,
        who: str,
        ours: str,
        theirs: str,
        *,
        family: str,
        note: str,
        settled: Sequence[str],
    ) -> bool:
        """Puts a disagreement to the agent; False, and no line, where an import before has settled it."""
        change_id = change_id_of(ChangeKind.DIFFERENCE, f"{note} {subject}", ours, theirs)
        if change_id in settled:
            return False
        choice = self.add(
            ChangeKind.DIFFERENCE,
            f"{note} {subject}",
            who,
            ours,
            theirs,
            family=family,
            note=note,
            choices=("ours", "theirs"),
        )
        if choice == "ours":
            self._kept[subject].add(change_id)
        return choice == "theirs"

    def kept_of(self, *subjects: str) -> set[str]:
        """Ids of the differences left as the family has them."""
        return {change_id for subject in subjects for change_id in self._kept[subject]}

    def lines(self) -> list[ImportChange]:
        """All of them, by kind and name."""
        return sorted(self._found.values(), key=_place)


def _place(line: ImportChange) -> tuple[str | int, ...]:
    """By kind; changes of class by class, the others by name."""
    words = (line.who, line.before, line.after)
    if line.kind is ChangeKind.CLASS_CHANGED:
        words = (line.before, line.after, line.who)
    return (_ORDER.index(line.kind), *words, line.change_id)


def change_id_of(kind: ChangeKind, subject: str, before: str, after: str) -> str:
    """The same change of another preview has the same id."""
    return hashlib.sha256("\x1f".join((kind, subject, before, after)).encode()).hexdigest()[:24]


def fingerprint(changes: Sequence[Mapping[str, object]]) -> str:
    """Of the changes with their choices: two previews that read alike have the same."""
    words = "\x1e".join(f"{change['change_id']}\x1f{change['choice']}" for change in changes)
    return hashlib.sha256(words.encode()).hexdigest()[:24]
