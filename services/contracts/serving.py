"""« Déjà fourni »: what a document answers that was given to the town before. Pure; enrolment says by it what serves
again, `documents` judges by it once more before a key is passed on.

Three questions, all of which must be answered by yes. *Purpose* (RGPD art. 5-1-b): may what was given with this kind of
matter be read in that one? A certificate of illness for one absence is not the town's to read elsewhere, what is
written for an emergency (the health sheet) reaches no other desk but for the vaccinations that the law asks of every
child (Code de la santé publique, L3111-2), and what contests a bill stays with it. *Reach*: does it speak of whom
something is asked of? *Time*: is it still valid, and can the town still read it?
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

ENROLMENT, REQUEST, FAMILY, HEALTH, ABSENCE = "enrolment", "request", "family", "health", "absence"
"""What a document is given with: the kinds of subject of `documents.readers`; `request` is a démarche, once filed."""

CERTIFICATE_DAYS = 31
"""So long after the absence it was given for, a medical certificate may say something of another one."""


class Reach(StrEnum):
    """Of whom a kind of document speaks."""

    HOUSEHOLD = "household"  # of the home: it serves all its children and adults (the quotient familial)
    CHILD = "child"  # of one child (its insurance)
    PERSON = "person"  # of the adult who gave it, and of nobody else in the home (an identity card)
    MATTER = "matter"  # of one child, only for the kind of matter it was written for (a medical certificate)
    NOTHING = "nothing"  # written for one occasion, or nobody knows what it is: it is given each time


@dataclass(frozen=True)
class Whose:
    """Who gave something or is asked for it, for which household and child. None: of none in particular."""

    account_id: UUID | None
    family_id: UUID | None
    child_id: UUID | None = None


_PASSES = {
    ENROLMENT: frozenset({ENROLMENT, REQUEST, FAMILY}),
    REQUEST: frozenset({ENROLMENT, REQUEST, FAMILY}),
    FAMILY: frozenset({ENROLMENT, REQUEST}),
    HEALTH: frozenset({ENROLMENT, REQUEST}),
}
_ONLY_FROM_HEALTH = frozenset({"vaccinations"})
_MATTERS = frozenset({ENROLMENT, ABSENCE})


def passes(document_type: str, reach: Reach, given_with: str, asked_by: str) -> bool:
    """Whether what was given with one kind of matter may be read in another, by its purpose."""
    if reach is Reach.NOTHING:
        return False
    if reach is Reach.MATTER:
        return given_with == asked_by and asked_by in _MATTERS
    if given_with == HEALTH and document_type not in _ONLY_FROM_HEALTH:
        return False
    return asked_by in _PASSES.get(given_with, ())


def speaks_of(reach: Reach, given: Whose, asked: Whose) -> bool:
    """Whether it speaks of whom something is asked of."""
    match reach:
        case Reach.HOUSEHOLD if given.family_id is None:  # given before the town knew a household
            return given.account_id is not None and given.account_id == asked.account_id
        case Reach.HOUSEHOLD:
            return given.family_id == asked.family_id
        case Reach.PERSON:  # with a child's matter it may be the child's own
            is_same = given.account_id is not None and given.account_id == asked.account_id
            return is_same and given.child_id == asked.child_id
        case Reach.CHILD | Reach.MATTER:
            of_child = given.child_id is not None and given.child_id == asked.child_id
            return of_child and given.family_id is not None and given.family_id == asked.family_id
        case Reach.NOTHING:
            return False


def serves_until(
    reach: Reach, valid_until: date | None, readable_until: date, absent_until: date | None = None
) -> date:
    """The last day it serves again: its own, its kind's, the last that the town can read it. `absent_until`: the last
    day of the absence it was given for."""
    ends = [readable_until]
    if valid_until is not None:
        ends.append(valid_until)
    if reach is Reach.MATTER and absent_until is not None:
        ends.append(absent_until + timedelta(days=CERTIFICATE_DAYS))
    return min(ends)


def household_of(own: frozenset[UUID], of_child: frozenset[UUID] | None = None) -> UUID | None:
    """The household that a démarche is about: that through which the child that it names is the account's, else the
    account's only one. Who has two homes and names no child speaks for neither."""
    found = own if of_child is None else own & of_child
    return next(iter(found)) if len(found) == 1 else None
