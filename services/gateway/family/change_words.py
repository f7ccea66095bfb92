"""Changes of the family's file in words: what a field is called, what a value says, where a change stands.

A matter that brings its own subject adds its fields to `FIELDS`: (kind, field) → (label, how a value is said).
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from contracts.accounts.changes import WHOLE, ChangeState, ChangeView, SubjectKind
from contracts.accounts.contacts import Relation
from contracts.accounts.records import HomeRecord
from gateway import french

Say = Callable[[Any, Mapping[str, str]], str]
"""A value, and the children's first names by id, as text."""

NOTHING = "Rien"
STATES = {
    ChangeState.APPLIED: ("Enregistrée", "done"),
    ChangeState.AWAITING: ("En attente d’un agent", "wait"),
    ChangeState.ACCEPTED: ("Acceptée", "done"),
    ChangeState.REFUSED: ("Refusée", "todo"),
    ChangeState.WITHDRAWN: ("Retirée", "off"),
    ChangeState.SUPERSEDED: ("Remplacée par une autre", "off"),
}
RELATIONS = {
    Relation.GRANDPARENT: "Grand-parent",
    Relation.UNCLE_AUNT: "Oncle ou tante",
    Relation.SIBLING: "Frère ou sœur majeur",
    Relation.STEP_PARENT: "Beau-parent",
    Relation.CHILD_MINDER: "Assistante maternelle, baby-sitter",
    Relation.FRIEND: "Ami de la famille",
    Relation.NEIGHBOUR: "Voisin ou voisine",
    Relation.OTHER: "Autre personne",
}
RANKS = {1: "en premier", 2: "en deuxième", 3: "en troisième", 4: "en quatrième", 5: "en cinquième"}
KINDS = {
    SubjectKind.FAMILY: "Adresse du foyer",
    SubjectKind.GUARDIAN: "Responsables",
    SubjectKind.CHILD: "État civil d’un enfant",
    SubjectKind.CONTACT: "Contacts",
    SubjectKind.INSURANCE: "Assurance",
    SubjectKind.CUSTODY: "Calendrier de garde",
}


def address_text(value: Mapping[str, Any]) -> str:
    """« 12 rue Jacquemart, 26100 Romans-sur-Isère »."""
    place = f"{value.get('postcode', '')} {value.get('city', '')}".strip()
    return ", ".join(part for part in (str(value.get("street", "")), place) if part)


def rank_text(rank: Any) -> str:
    """« En premier »."""
    return RANKS.get(rank, "").capitalize() or "Pas en urgence"


def _text(value: Any, _: Mapping[str, str]) -> str:
    return str(value)


def _day(value: Any, _: Mapping[str, str]) -> str:
    return french.day(date.fromisoformat(value))


def _name(value: Any, _: Mapping[str, str]) -> str:
    return f"{value['first_name']} {value['last_name']}"


def children_text(value: Any, children: Mapping[str, str]) -> str:
    """« Léa, Noé »."""
    return ", ".join(children.get(str(each), "un enfant du foyer") for each in value)


def _contract(value: Any, _: Mapping[str, str]) -> str:
    until = french.day(date.fromisoformat(value["valid_until"]))
    return f"{value['company']}, n°\u00a0{value['number']}, jusqu’au {until}"


def _contact(value: Any, children: Mapping[str, str]) -> str:
    said = [
        _name(value["name"], children),
        RELATIONS[Relation(value["relation"])].lower(),
        " / ".join(value["phones"]),
    ]
    if value["call_order"]:
        said.append(f"appeler {RANKS[value['call_order']]}")
    if value["may_collect"]:
        said.append("peut venir chercher")
    return ", ".join([*said, f"pour {children_text(value['child_ids'], children)}"])


def _calendar(value: Any, _: Mapping[str, str]) -> str:
    """Since when, not who has which days: that is read on the calendar's own pages, from each home's side."""
    since = french.day(date.fromisoformat(value["valid_from"]))
    return f"Calendrier à partir du {since}" if value["terms"] else f"Plus de calendrier à partir du {since}"


FIELDS: dict[tuple[SubjectKind, str], tuple[str, Say]] = {
    (SubjectKind.FAMILY, "address"): ("Adresse", lambda value, _: address_text(value)),
    (SubjectKind.GUARDIAN, "title"): ("Civilité", _text),
    (SubjectKind.GUARDIAN, "first_name"): ("Prénom", _text),
    (SubjectKind.GUARDIAN, "last_name"): ("Nom de naissance", _text),
    (SubjectKind.GUARDIAN, "usage_name"): ("Nom d’usage", _text),
    (SubjectKind.GUARDIAN, "phone"): ("Téléphone", _text),
    (SubjectKind.CHILD, "first_name"): ("Prénom", _text),
    (SubjectKind.CHILD, "last_name"): ("Nom de naissance", _text),
    (SubjectKind.CHILD, "usage_name"): ("Nom d’usage", _text),
    (SubjectKind.CHILD, "birth_date"): ("Date de naissance", _day),
    (SubjectKind.CONTACT, WHOLE): ("Contact", _contact),
    (SubjectKind.CONTACT, "name"): ("Nom du contact", _name),
    (SubjectKind.CONTACT, "relation"): ("Lien avec l’enfant", lambda value, _: RELATIONS[Relation(value)]),
    (SubjectKind.CONTACT, "phones"): ("Téléphones", lambda value, _: " / ".join(value)),
    (SubjectKind.CONTACT, "call_order"): ("À appeler en urgence", lambda value, _: rank_text(value)),
    (SubjectKind.CONTACT, "may_collect"): (
        "Peut venir chercher l’enfant",
        lambda value, _: "Oui" if value else "Non",
    ),
    (SubjectKind.CONTACT, "child_ids"): ("Enfants concernés", children_text),
    (SubjectKind.INSURANCE, "contract"): ("Assurance scolaire", _contract),
    (SubjectKind.CUSTODY, "calendar"): ("Calendrier de garde", _calendar),
}


def label_of(kind: SubjectKind, field: str) -> str:
    """What a field is called."""
    return FIELDS.get((kind, field), ("Information", _text))[0]


def say(kind: SubjectKind, field: str, value: Any, children: Mapping[str, str]) -> str:
    """A value in words. `children`: first names by id, for those who may know them."""
    if value in (None, "", []):
        return "Pas en urgence" if field == "call_order" else NOTHING
    return FIELDS.get((kind, field), ("", _text))[1](value, children)


def asker_of(change: ChangeView) -> str:
    """Who asked, as the family may know it."""
    if change.by_town:
        return "la mairie"
    if change.by_other_home:
        return "l’autre parent"
    return "vous" if change.by_me else change.by


def names_of(record: HomeRecord) -> dict[str, str]:
    """The first names of the home's children, by id."""
    return {str(child.child_id): child.first_name for child in record.children}
