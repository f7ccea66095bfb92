"""« Déjà fourni » in words: when a document was given to the town, with what, until when; and giving it again."""

from uuid import UUID

from flask import flash

from contracts.enrolment.enrolments import GivenView
from contracts.enrolment.given import GiveAgain, Takes
from gateway import french
from gateway.services import ask

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


def given_again(command_id: UUID, kind: Takes, subject_id: UUID, document_type: str) -> bool:
    """Gives it again. False, which the next page says, when it cannot serve any more, or is there already."""
    done = ask(
        GiveAgain(
            command_id=command_id, subject_kind=kind, subject_id=subject_id, document_type=document_type
        )
    )
    if not done:
        flash("Ce document ne peut pas être repris : joignez-en un autre s’il est encore demandé.", "warning")
    return done
