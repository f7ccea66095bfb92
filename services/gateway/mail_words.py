"""Why a mail did not arrive, in words."""

from contracts.accounts.mail import Why
from gateway.french import typeset

_WORDS = {
    Why.UNKNOWN_ADDRESS: "Cette adresse n’existe pas.",
    Why.UNKNOWN_DOMAIN: "La partie après le signe @ n’existe pas.",
    Why.MAILBOX_CLOSED: "Cette boîte est fermée.",
    Why.MAILBOX_FULL: "Cette boîte est pleine.",
    Why.REFUSED: "Le serveur du destinataire a refusé notre message, comme indésirable.",
    Why.NO_ACCENTS: "Le serveur du destinataire n’accepte pas les accents de l’adresse.",
    Why.UNREACHABLE: "Le serveur n’a pas répondu.",
    Why.OTHER: "Le serveur a refusé le message sans raison connue.",
}


def why_undelivered(why: Why) -> str:
    """One sentence."""
    return typeset(_WORDS[why])
