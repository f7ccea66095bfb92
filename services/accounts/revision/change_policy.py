"""Which change of the family's file is written at once, and which one an agent looks at first.

What moves money, residency or identity is looked at, with a document; what only helps to reach somebody is not.
"""

from dataclasses import dataclass
from enum import StrEnum

from contracts.accounts.changes import WHOLE, SubjectKind
from contracts.caller import Role


class Policy(StrEnum):
    """When a parent's change is written."""

    AT_ONCE = "at_once"
    AFTER_REVIEW = "after_review"


@dataclass(frozen=True)
class FieldRule:
    """`reviewer`: the role that looks at it, and that may change it directly. `said`: its name in a mail, which never
    tells a value."""

    policy: Policy
    said: str
    reviewer: Role = Role.FAMILY_FILES


def at_once(said: str, reviewer: Role = Role.FAMILY_FILES) -> FieldRule:
    """Written as soon as a parent says so."""
    return FieldRule(Policy.AT_ONCE, said, reviewer)


def after_review(said: str, reviewer: Role = Role.FAMILY_FILES) -> FieldRule:
    """Written when an agent has accepted it."""
    return FieldRule(Policy.AFTER_REVIEW, said, reviewer)


FIELDS: dict[SubjectKind, dict[str, FieldRule]] = {
    # The address decides residency, hence prices and priorities: a proof is asked for.
    SubjectKind.FAMILY: {"address": after_review("l’adresse du foyer")},
    SubjectKind.GUARDIAN: {
        "title": at_once("la civilité"),
        "first_name": after_review("le prénom"),
        "last_name": after_review("le nom de naissance"),
        "usage_name": after_review("le nom d’usage"),
        "phone": at_once("le téléphone"),
    },
    # By surname, first name and birth date a child is known to the school's register.
    SubjectKind.CHILD: {
        "first_name": after_review("le prénom"),
        "last_name": after_review("le nom de naissance"),
        "usage_name": after_review("le nom d’usage"),
        "birth_date": after_review("la date de naissance"),
    },
    # Somebody who can be called or may collect: the parents' own decision (C. civ. 371-1), needed the same evening.
    SubjectKind.CONTACT: {
        WHOLE: at_once("le contact"),
        "name": at_once("le nom du contact"),
        "relation": at_once("le lien avec l’enfant"),
        "phones": at_once("les téléphones du contact"),
        "call_order": at_once("l’ordre d’appel en urgence"),
        "may_collect": at_once("l’autorisation de venir chercher l’enfant"),
        "child_ids": at_once("les enfants concernés"),
    },
    # It decides whose a day is, hence who is billed, and two homes may not agree on it.
    SubjectKind.CUSTODY: {"calendar": after_review("le calendrier de garde")},
    SubjectKind.INSURANCE: {"contract": at_once("l’assurance")},
}


def rule_of(kind: SubjectKind, field: str) -> FieldRule | None:
    """The rule of a field; None when there is no such field to change."""
    return FIELDS.get(kind, {}).get(field)
