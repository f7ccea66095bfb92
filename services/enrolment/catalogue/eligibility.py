"""Who may enrol: age, level, school, residence; and the French sentence of that same rule.

Pure: a rule and what is known of a child in, a reason or a sentence out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.enrolment.terms import Eligibility, Group, Level
from enrolment.wording import listed, years


@dataclass(frozen=True)
class Applicant:
    """A child as the rules see it. `level` as the school's register writes it; `is_resident`: its family is."""

    birth_date: date
    level: str
    school: str | None
    is_resident: bool


class Unfit(StrEnum):
    """Why a child may not."""

    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    LEVEL = "level"
    SCHOOL = "school"
    NOT_RESIDENT = "not_resident"


def age_on(birth_date: date, day: date) -> int:
    """Full years lived, negative before birth. Who was born on 29 February ages on 1 March of common years."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)


def why_not(rule: Eligibility, child: Applicant, first: date, last: date) -> Unfit | None:
    """Why a child may not, on any day from `first` to `last`; None when it may on one of them at least."""
    if rule.residents_only and not child.is_resident:
        return Unfit.NOT_RESIDENT
    if rule.schools and child.school not in rule.schools:
        return Unfit.SCHOOL
    if rule.levels and child.level.strip().upper() not in rule.levels:
        return Unfit.LEVEL
    if rule.youngest is not None and age_on(child.birth_date, last) < rule.youngest:
        return Unfit.TOO_YOUNG
    if rule.oldest is not None and age_on(child.birth_date, first) > rule.oldest:
        return Unfit.TOO_OLD
    return None


def group_of(groups: tuple[Group, ...], birth_date: date, day: date) -> Group | None:
    """The group whose places a child takes that day; None: no group is for its age, or there are none."""
    age = age_on(birth_date, day)
    return next((group for group in groups if group.youngest <= age <= group.oldest), None)


def sentence(rule: Eligibility, school_names: Mapping[str, str]) -> str:
    """« réservé aux enfants de 3 à 5 ans, en classe de MS ou GS, qui fréquentent : … »; empty: open to all."""
    said = [years(rule.youngest, rule.oldest)]
    if rule.levels:
        said.append(f"en classe de {listed([level for level in Level if level in rule.levels], 'ou')}")
    if rule.schools:
        names = sorted(school_names.get(code, code) for code in rule.schools)
        said.append(f"qui fréquentent : {listed(names, 'ou')}")
    if rule.residents_only:
        said.append("dont la famille habite la ville")
    said = [part for part in said if part]
    return f"réservé aux enfants {', '.join(said)}" if said else ""
