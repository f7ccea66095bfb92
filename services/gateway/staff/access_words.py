"""The record of accesses in French, in one place."""

from contracts.accounts.accesses import Access

ACCESS_WORDS = {
    Access.OPEN: "Dossier ouvert",
    Access.REVIEW: "Données relues ou fiche imprimée",
    Access.QUOTIENT: "Quotient modifié",
    Access.KEY_ISSUED: "Clé Enfance imprimée",
    Access.KEY_REVOKED: "Clé Enfance révoquée",
    Access.IMPORT: "Mis à jour par un import",
    Access.EMAIL_CHANGED: "Adresse courriel d’un compte changée",
    Access.FILE_CHANGED: "Dossier modifié",
    Access.CHANGE_OPENED: "Demande de changement ouverte",
    Access.CHANGE_ACCEPTED: "Changement accepté",
    Access.CHANGE_REFUSED: "Changement refusé",
    Access.BILL: "Facture ou reçu ouvert",
    Access.ENROLMENT: "Inscription ouverte",
    Access.BOOKINGS: "Réservations ouvertes",
    Access.ABSENCE: "Absence signalée ouverte",
    Access.OBJECTION: "Contestation de pointage ouverte",
    Access.DOCUMENT: "Document ouvert",
    Access.REQUEST: "Démarche ouverte",
}


def access_words(access: str) -> str:
    """What an agent did; the code itself for one that a newer service tells."""
    return ACCESS_WORDS[Access(access)] if access in set(Access) else access
