"""How the site names the states of a consent: (words, colour)."""

from contracts.accounts.consents import ConsentState

STATES = {
    ConsentState.UNANSWERED: ("Sans réponse", "todo"),
    ConsentState.WAITING: ("Accord de l’autre responsable attendu", "wait"),
    ConsentState.OUTDATED: ("À redemander : le texte a changé", "todo"),
    ConsentState.GRANTED: ("Autorisé", "done"),
    ConsentState.REFUSED: ("Refusé", "off"),
    ConsentState.CONFLICT: ("Réponses contraires : non autorisé", "wait"),
}
