"""What the agents read of parked messages: services, reasons and states, in French."""

import json

from contracts.envelope import TYPE_PREFIX
from contracts.parked import ParkedAct, ParkedFailure, ParkedLine, ParkedState

SERVICES = {
    "accounts": "Comptes et familles",
    "enrolment": "Inscriptions et demandes",
    "billing": "Facturation",
    "documents": "Documents",
}
STATES = {
    ParkedState.PARKED: "À décider",
    ParkedState.REPLAYED: "Rejoués, pas encore appliqués",
    ParkedState.APPLIED: "Rejoués et appliqués",
    ParkedState.SET_ASIDE: "Écartés",
}
TAGS = {
    ParkedState.PARKED: ("Bloqué", "todo"),
    ParkedState.REPLAYED: ("Rejoué", "wait"),
    ParkedState.APPLIED: ("Appliqué", "done"),
    ParkedState.SET_ASIDE: ("Écarté", "off"),
}
ACTS = {
    ParkedAct.PARKED: "Bloqué",
    ParkedAct.OPENED: "Contenu consulté",
    ParkedAct.REPLAYED: "Rejoué",
    ParkedAct.APPLIED: "Appliqué",
    ParkedAct.SET_ASIDE: "Écarté",
}
_FAILURES = {
    ParkedFailure.UNREADABLE: "Le message n’est pas lisible, ou n’a pas la forme attendue.",
    ParkedFailure.UNKNOWN: "Cette version du logiciel ne connaît pas ce message.",
    ParkedFailure.NO_SENDER: "Cet ordre ne dit pas de quel système il vient.",
    ParkedFailure.DIED: "Le service s’est arrêté chaque fois qu’il l’a traité.",
}
_REFUSALS = {
    "NotAllowed": "Refusé : ce système n’a pas le droit de donner cet ordre.",
    "NotFound": "Refusé : ce dont il parle n’existe pas ici.",
    "Conflict": "Refusé : la situation a changé entre-temps.",
}


def why(line: ParkedLine) -> str:
    """Why it is parked, in a sentence where there is one; what the program said stands beside it."""
    known = _FAILURES.get(line.failure) or _REFUSALS.get(line.failure)  # type: ignore[call-overload]
    return known or "Le traitement a échoué à chaque essai."


def name_of(kind: str) -> str:
    """`booking.made.v1`; what cannot be read has no name."""
    return kind.removeprefix(TYPE_PREFIX) or "Illisible"


def laid_out(body: str) -> str:
    """The content, a field a line where it is JSON."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
