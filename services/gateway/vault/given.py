"""« Déjà fourni » in words: when a document was given to the town, with what, and until when it serves."""

from contracts.enrolment.enrolments import GivenView
from gateway import french

_WITH = {
    "enrolment": "avec une inscription",
    "request": "avec une démarche",
    "family": "pour le dossier famille",
    "health": "avec une fiche santé",
    "absence": "pour une absence",
}


def with_what(kind: str) -> str:
    """« avec une inscription », by the kind of subject it was given with first; empty where that is not known."""
    return _WITH.get(kind, "")


def said(given: GivenView) -> str:
    """« déjà fourni le 3 septembre 2026 avec une inscription, valable jusqu’au 31 août 2027 »."""
    words = [f"déjà fourni le {french.day(given.given_at)}", with_what(given.given_with)]
    until = f", valable jusqu’au {french.day(given.valid_until)}" if given.valid_until else ""
    return " ".join(word for word in words if word) + until


def sentence(given: GivenView) -> str:
    """The same, alone."""
    return french.capitalize_first(f"{said(given)}.")
