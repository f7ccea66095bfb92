"""Parts of a day that go together: no lunch without a half-day. Pure: parts in, parts out."""

from collections.abc import Collection
from dataclasses import dataclass, field

from contracts.enrolment.terms import Link


@dataclass
class Verdict:
    """What of a day's changes may stand.

    `alone`: parts to add that lack what they need; `needed`: parts to give back that one which stays booked needs;
    `together`: (part, the part it rests on), both to be added: both have a place or none.
    """

    alone: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    together: list[tuple[str, str]] = field(default_factory=list)


def needs_of(links: Collection[Link], slot: str) -> set[str]:
    """The parts of which one must be had with this one; empty: it stands alone."""
    return {need for link in links if link.slot == slot for need in link.needs}


def unmet(links: Collection[Link], slots: Collection[str]) -> set[str]:
    """The parts that are had without any of those they need."""
    return {link.slot for link in links if link.slot in slots and not link.needs & set(slots)}


def judge(
    links: Collection[Link], booked: Collection[str], adding: Collection[str], removing: Collection[str]
) -> Verdict:
    """What may stand of adding and giving back these parts of one day, where `booked` are had now.

    If nothing was unmet before, nothing is after what stands.
    """
    verdict = Verdict()
    while True:
        had = (set(booked) - (set(removing) - verdict.needed)) | (set(adding) - verdict.alone)
        lacking = unmet(links, had)
        alone = lacking & (set(adding) - verdict.alone)
        needed = {
            slot
            for slot in set(removing) - verdict.needed
            if any(slot in needs_of(links, each) for each in lacking - alone)
        }
        if not alone and not needed:
            break
        verdict.alone |= alone
        verdict.needed |= needed
    for slot in sorted(set(adding) - verdict.alone):
        needs = needs_of(links, slot)
        if needs and not needs & (set(booked) - (set(removing) - verdict.needed)):
            verdict.together.append((slot, min(needs & had)))
    return verdict
