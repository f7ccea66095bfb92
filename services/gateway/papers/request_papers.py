"""The receipt of a request (CRPA L112-11, R112-11-1) and the letter that decides it, on paper.

A decision told through a site of the town needs no signature but names its author and their department (CRPA
L212-1, L212-2).
"""

from typing import Any

from contracts.enrolment.requests import RequestView
from gateway import french
from gateway.requests import request_words
from gateway.sentences.requests import state_of

OFFICE = "Mairie [+], rue du Capitaine Bozambo, CS 41012, 26102 Romans-sur-Isère Cedex, 04 75 05 51 51"
KEEP = (
    "Ce code ouvre votre demande sans compte, sur la page « Suivre une demande ». La mairie n’en garde pas de copie : "
    "conservez ce document."
)


def receipt(view: RequestView, code: str = "") -> dict[str, Any]:
    """What `request_receipt.typ` reads. `code`: where this browser knows it."""
    line = view.line
    return {
        "title": "Accusé de réception",
        "number": f"Demande {line.number}",
        "fund": line.department_name,
        "addressee": [request_words.addressee(view)],
        "facts": [
            ["Démarche", line.title],
            ["Numéro", line.number],
            ["Reçue le", french.moment(line.submitted_at)],
            ["Service chargé de la demande", line.department_name],
            ["Coordonnées", OFFICE],
            ["Réponse au plus tard le", french.long_day(line.due_on)],
        ]
        + ([["Code de suivi", code]] if code else []),
        "code": french.typeset(KEEP) if code else "",
        "notes": [
            request_words.silence(view),
            french.typeset(
                "Cet accusé de réception est prévu par le code des relations entre le public et l’administration "
                "(articles L. 112-11 et R. 112-11-1)."
            ),
        ],
        "pages": [
            [title, [[label, answer] for label, answer in rows]]
            for title, rows in request_words.answers(view)
        ],
    }


def letter(view: RequestView) -> dict[str, Any]:
    """What `request_letter.typ` reads."""
    line = view.line
    decided, words, appeal = request_words.decision(view)
    return {
        "title": f"Réponse à votre demande n° {line.number}",
        "number": f"Demande {line.number}",
        "fund": line.department_name,
        "addressee": [request_words.addressee(view)],
        "date": french.day(view.closed_at) if view.closed_at else "",
        "subject": line.title,
        "submitted": french.day(line.submitted_at),
        "state": state_of(view.kind, line.state)[0],
        "decided": decided,
        "paragraphs": [part.strip() for part in words.replace("\r\n", "\n").split("\n") if part.strip()],
        "appeal": appeal,
        "author": view.decided_by,
        "department": line.department_name,
    }


def receipt_name(view: RequestView) -> str:
    """The file's."""
    return f"accuse-de-reception-{view.line.number}.pdf"


def letter_name(view: RequestView) -> str:
    """The file's."""
    return f"reponse-demande-{view.line.number}.pdf"
