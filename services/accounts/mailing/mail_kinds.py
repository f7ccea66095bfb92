"""Every kind of mail: what a parent reads of it on « Mes courriels », and whether they may do without.

A new mail is `mails/<name>.txt`, `mails/<name>.html` and one line here; a test fails while one of the three is missing.
`UNWRITTEN` says of every fact that nobody is written to about why that is so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The heading under which a parent finds a kind."""

    BOOKINGS = "Réservations"
    ENROLMENTS = "Inscriptions"
    INVOICES = "Factures"
    DOCUMENTS = "Documents"
    FAMILY = "Dossier famille"
    REQUESTS = "Démarches"
    REMINDERS = "Rappels"
    RECEIPTS = "Accusés de réception"
    SECURITY = "Sécurité du compte"


RECEIPT = "La loi nous oblige à accuser réception (code des relations entre le public et l’administration, L. 112-11)."
DECISION = "Une décision défavorable doit vous être notifiée, avec les moyens de la contester."
DEBT = "La facture fixe une date de paiement : la ville doit vous en prévenir avant toute relance."
NOTICE = "Un prélèvement est annoncé avant d’être fait : c’est la règle européenne des prélèvements (SEPA)."
OWED = "Une somme reste due : vous devez pouvoir la régler ou la contester avant qu’elle soit réclamée autrement."
ASKED = "Ce message répond à une demande que vous venez de faire."
CARE = "Votre enfant ne sera pas accueilli ces jours-là : vous devez en être prévenu."
ANSWER = "Il s’agit d’une décision qui vous concerne : vous devez pouvoir y répondre à temps."
DELAY = "Il rappelle au service chargé d’une demande le délai annoncé."
SAFETY = "Il vous permet de réagir si quelqu’un d’autre utilise votre compte ou le dossier de votre famille."


@dataclass(frozen=True)
class Kind:
    """A kind of mail. `always`: why it cannot be switched off; empty, it can.

    `secret`: it holds a link that opens something. Its body is emptied once sent, and it is never sent twice.
    `for_parents`: False when only agents, or people without an account, ever get it.
    `text_only`: it becomes a text message on a telephone; there is no HTML, no foot, no line to break.
    """

    name: str
    category: Category
    label: str
    always: str = ""
    secret: bool = False
    for_parents: bool = True
    text_only: bool = False

    @property
    def is_optional(self) -> bool:
        """A parent may do without."""
        return not self.always


_KINDS = (
    Kind("bookings_changed", Category.BOOKINGS, "Résumé des jours réservés ou annulés"),
    Kind("days_closed", Category.BOOKINGS, "Jours fermés par la mairie", CARE),
    Kind("days_reopened", Category.BOOKINGS, "Jours rouverts par la mairie", CARE),
    Kind("days_handed_over", Category.BOOKINGS, "Jours réservés passés d’un foyer à l’autre", ANSWER),
    Kind("place_offered", Category.BOOKINGS, "Place proposée pour un jour complet", ANSWER),
    Kind("place_lapsed", Category.BOOKINGS, "Place d’un jour complet non prise à temps"),
    Kind("place_never_came", Category.BOOKINGS, "Jour resté complet jusqu’à la fin des réservations"),
    Kind("attendance_noted", Category.BOOKINGS, "Absence non signalée, présence sans réservation", ANSWER),
    Kind("absence_decided", Category.BOOKINGS, "Décision sur une absence signalée", DECISION),
    Kind("objection_answered", Category.BOOKINGS, "Réponse à un pointage contesté", DECISION),
    Kind("enrolment_accepted", Category.ENROLMENTS, "Inscription acceptée"),
    Kind("enrolment_withdrawn", Category.ENROLMENTS, "Inscription abandonnée"),
    Kind("enrolment_waiting", Category.ENROLMENTS, "Inscription sur liste d’attente"),
    Kind("enrolment_offered", Category.ENROLMENTS, "Place proposée pour une inscription", ANSWER),
    Kind("enrolment_lapsed", Category.ENROLMENTS, "Place proposée et non prise à temps"),
    Kind("enrolment_document_asked", Category.ENROLMENTS, "Document à fournir à nouveau", ANSWER),
    Kind("enrolment_refused", Category.ENROLMENTS, "Inscription refusée", DECISION),
    Kind("invoice_published", Category.INVOICES, "Nouvelle facture", DEBT),
    Kind("reminder_sent", Category.INVOICES, "Lettre sur une facture en retard", OWED),
    Kind("credit_note_published", Category.INVOICES, "Avoir sur une facture"),
    Kind("invoice_line_answered", Category.INVOICES, "Réponse à une ligne de facture contestée", DECISION),
    Kind("refund_made", Category.INVOICES, "Remboursement d’un paiement"),
    Kind("allowance_granted", Category.INVOICES, "Aide ou réduction accordée"),
    Kind("allowance_ended", Category.INVOICES, "Fin d’une aide ou d’une réduction", DECISION),
    Kind("payment_bounced", Category.INVOICES, "Chèque rejeté par la banque", DEBT),
    Kind("payment_failed", Category.INVOICES, "Paiement qui n’a pas abouti"),
    Kind("mandate_signed", Category.INVOICES, "Mandat de prélèvement signé", SAFETY),
    Kind("mandate_resumed", Category.INVOICES, "Mandat de prélèvement repris", SAFETY),
    Kind("mandate_ended", Category.INVOICES, "Fin d’un mandat de prélèvement", SAFETY),
    Kind("debit_announced", Category.INVOICES, "Prélèvement à venir : montant et date", NOTICE),
    Kind("debit_withdrawn", Category.INVOICES, "Prélèvement annoncé qui n’aura pas lieu", NOTICE),
    Kind("debit_rejected", Category.INVOICES, "Prélèvement rejeté par la banque", DEBT),
    Kind("document_opened", Category.DOCUMENTS, "Document ouvert par un agent"),
    Kind("document_expiring", Category.REMINDERS, "Document bientôt périmé"),
    Kind("change_accepted", Category.FAMILY, "Modification du dossier acceptée"),
    Kind("change_refused", Category.FAMILY, "Modification du dossier refusée", DECISION),
    Kind("care_answered", Category.FAMILY, "Réponse à une déclaration sur la santé d’un enfant", ANSWER),
    Kind("custody_stated", Category.FAMILY, "Calendrier de garde proposé par l’autre foyer", ANSWER),
    Kind("quotient_found", Category.FAMILY, "Quotient familial reçu de la CAF ou de la MSA"),
    Kind("quotient_not_found", Category.FAMILY, "Quotient familial non trouvé"),
    Kind("request_taken", Category.REQUESTS, "Démarche en cours de traitement"),
    Kind("request_information_asked", Category.REQUESTS, "Précision demandée pour une démarche", ANSWER),
    Kind("request_town_wrote", Category.REQUESTS, "Message de la mairie sur une démarche", ANSWER),
    Kind("request_decided", Category.REQUESTS, "Réponse à une démarche", DECISION),
    Kind("request_due", Category.REQUESTS, "Délai d’une démarche bientôt passé", DELAY, for_parents=False),
    Kind("certification_reminder", Category.REMINDERS, "Données de votre famille à valider"),
    Kind("enrolment_requested", Category.RECEIPTS, "Accusé de réception d’une demande", RECEIPT),
    Kind("absence_reported", Category.RECEIPTS, "Accusé de réception d’une absence signalée", RECEIPT),
    Kind("attendance_contested", Category.RECEIPTS, "Accusé de réception d’une contestation", RECEIPT),
    Kind("invoice_line_contested", Category.RECEIPTS, "Accusé de réception d’une facture contestée", RECEIPT),
    Kind("custody_received", Category.RECEIPTS, "Accusé de réception d’un calendrier de garde", RECEIPT),
    Kind("request_submitted", Category.RECEIPTS, "Accusé de réception d’une démarche", RECEIPT),
    Kind("payment_received", Category.RECEIPTS, "Reçu de paiement", RECEIPT),
    Kind("account_registered", Category.SECURITY, "Ouverture de votre compte", SAFETY),
    Kind("guardian_linked", Category.SECURITY, "Compte relié au dossier de votre famille", SAFETY),
    Kind("password_changed", Category.SECURITY, "Changement de mot de passe", SAFETY),
    Kind("already", Category.SECURITY, "Nouvelle demande de compte à votre adresse", SAFETY),
    Kind(
        "no_account",
        Category.SECURITY,
        "Demande de mot de passe pour un compte inconnu",
        ASKED,
        for_parents=False,
    ),
    Kind("email_changed", Category.SECURITY, "Changement d’adresse courriel", SAFETY),
    Kind("email_change_taken", Category.SECURITY, "Adresse déjà utilisée", SAFETY),
    Kind("data_exported", Category.SECURITY, "Téléchargement de vos données", SAFETY),
    Kind("account_closed", Category.SECURITY, "Fermeture de votre compte", SAFETY),
    Kind("federated_linked", Category.SECURITY, "Compte relié à FranceConnect", SAFETY),
    Kind("federated_unlinked", Category.SECURITY, "Compte séparé de FranceConnect", SAFETY),
    Kind("already_federated", Category.SECURITY, "Nouvelle demande de compte par FranceConnect", SAFETY),
    Kind("passkey_added", Category.SECURITY, "Clé d’accès ajoutée", SAFETY),
    Kind("passkey_removed", Category.SECURITY, "Clé d’accès retirée", SAFETY),
    Kind("second_factor_enrolled", Category.SECURITY, "Second facteur activé", SAFETY, for_parents=False),
    Kind("second_factor_reset", Category.SECURITY, "Second facteur à refaire", SAFETY, for_parents=False),
    Kind("recovery_code_used", Category.SECURITY, "Code de secours utilisé", SAFETY, for_parents=False),
    Kind("confirm", Category.SECURITY, "Lien de confirmation de votre adresse", ASKED, secret=True),
    Kind("confirm_federated", Category.SECURITY, "Lien de confirmation, FranceConnect", ASKED, secret=True),
    Kind("email_change_new", Category.SECURITY, "Lien vers votre nouvelle adresse", ASKED, secret=True),
    Kind("email_change_old", Category.SECURITY, "Lien pour changer d’adresse", ASKED, secret=True),
    Kind("phone_change", Category.SECURITY, "Lien pour changer de téléphone", ASKED, secret=True),
    Kind(
        "sms_code", Category.SECURITY, "Code par SMS", ASKED, secret=True, for_parents=False, text_only=True
    ),
    Kind("reset", Category.SECURITY, "Lien pour choisir un mot de passe", ASKED, secret=True),
    Kind("invitation", Category.SECURITY, "Lien d’accès d’un agent", ASKED, secret=True, for_parents=False),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}

UNWRITTEN: dict[str, str] = {
    "account.address_confirmed": "Nothing has changed: another service hears what the account's owner knows.",
    "account.address_changed": "Both addresses are written to as the change is made.",
    "request.forwarded": "The same town answers; the request's page names the department.",
    "request.requester_wrote": "The requester's own act; the department's list shows it.",
    "request.withdrawn": "The requester's own act, seen on the page that did it.",
    "request.released": "The account is closed; the page that closed it says how its requests go on.",
    "draft.released": "The requester's own act, or a draft that was left: nothing had been sent.",
    "request.claimed": "The account's own act, seen on the page that did it.",
    "request.erased": "The page of a closed request has said when since it was closed; afterwards there is no address.",
    "department.updated": "The town's own organisation.",
    "refund.failed": "The money did not arrive: an agent gets a row and speaks to the family before it is tried again.",
    "payment.disputed": "The payer's own act at the bank; an agent gets a row and answers there.",
    "family.updated": "A snapshot for the other services; what a parent must know of it has a fact of its own.",
    "child.updated": "A snapshot for the other services.",
    "account.closed": "Accounts tells it, and writes to the address as it forgets it: afterwards there is none.",
    "family.certified": "Signed on a page that says so; the others of the home read it on theirs.",
    "custody.updated": "A snapshot for the other services; who agrees to a calendar is written to as that happens.",
    "diet.updated": "A snapshot for the kitchen.",
    "place.updated": "The town's offer, nobody's file.",
    "activity.updated": "The town's offer, nobody's file.",
    "run.drafted": "The office's work, nobody's file yet.",
    "claims.exported": "The office's file for the accountant; each family is written to before its debt goes there.",
    "attendance.counted": "Numbers for the billing office, nobody's file.",
    "sheets.missed": "Between services: no family's day changes by it.",
    "families.missed": "Between services: a family's file stays as it is.",
    "meals.counted": "Numbers for the kitchens, nobody's file.",
    "closure.declared": "Nobody's file: each family that loses a day is told of its own (days.closed).",
    "closure.lifted": "Nobody's file: each family that had lost a day is told of its own (days.reopened).",
    "document.deposited": "The sender's own act, seen on the page that did it; there is no account to write to.",
    "document.stored": "The parent's own act, seen on the page that did it.",
    "document.deleted": "The parent's own act, seen on the page that did it.",
    "given.reused": "The parent's own act, seen on the page that did it; what cannot be passed on is asked for.",
    "document.withheld": "What it was for asks for another (enrolment.document_asked, request.information_asked).",
    "invoice_line.objection_withdrawn": "The parent's own act, seen on the page that did it.",
    "absence.withdrawn": "The parent's own act, seen on the page that did it.",
    "document.shared": "The parent's own act; the receipt of the request follows.",
}


def optional() -> Iterator[Kind]:
    """The kinds that a parent may switch off, in the order of the page."""
    return (kind for kind in _KINDS if kind.is_optional)
