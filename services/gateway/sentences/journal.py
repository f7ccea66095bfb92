"""What a line of « Journal de mon compte » says. A sentence may use the line's details."""

from contracts.accounts.journal import Action
from contracts.accounts.own_data import JournalLine
from gateway.french import typeset

JOURNAL: dict[str, str] = {
    Action.REGISTERED: "Compte créé.",
    Action.SIGNED_IN: "Connexion {by}.",
    Action.SIGN_IN_FAILED: "Tentative de connexion refusée : mot de passe incorrect.",
    Action.KEY_REDEEMED: "Clé Enfance saisie pour {name}.",
    Action.PASSWORD_CHANGED: "Mot de passe changé.",
    Action.PASSWORD_RESET: "Mot de passe remplacé par le lien envoyé à votre adresse.",
    Action.EMAIL_CHANGE_ASKED: "Changement d’adresse courriel demandé : {value}.",
    Action.EMAIL_CHANGED: "Adresse courriel changée : {value}.",
    Action.PHONE_CHANGE_ASKED: "Changement de téléphone demandé : {value}.",
    Action.PHONE_CHANGED: "Téléphone changé : {value}.",
    Action.PHONE_FORGOTTEN: "Téléphone retiré.",
    Action.CONTACT_CHANGE_REFUSED: "Changement arrêté depuis votre adresse courriel (« Ce n’est pas moi ») : {value}.",
    Action.SESSIONS_CLOSED: "Connexions fermées : {browsers}.",
    Action.DOCUMENT_OPENED: "Document que vous aviez joint ouvert par un agent : {type_name}.",
    Action.SECOND_FACTOR_ENROLLED: "Double authentification installée.",
    Action.SECOND_FACTOR_FAILED: "Code de double authentification refusé.",
    Action.SECOND_FACTOR_RESET: "Double authentification à installer de nouveau.",
    Action.RECOVERY_CODE_USED: "Connexion avec un code de secours.",
    Action.RECOVERY_CODES_RENEWED: "Codes de secours renouvelés.",
    Action.AGENT_INVITED: "Invitation envoyée.",
    Action.ROLES_CHANGED: "Rôles modifiés.",
    Action.AGENT_SUSPENDED: "Compte suspendu.",
    Action.AGENT_REACTIVATED: "Compte réactivé.",
    Action.PASSKEY_ADDED: "Clé d’accès ajoutée : {name}.",
    Action.PASSKEY_REMOVED: "Clé d’accès retirée : {name}.",
    Action.PASSKEY_REFUSED: "Tentative de connexion refusée : clé d’accès non reconnue.",
    Action.FEDERATED_LINKED: "FranceConnect relié à votre compte.",
    Action.FEDERATED_UNLINKED: "FranceConnect séparé de votre compte.",
    Action.CONSENT_ANSWERED: "Réponse donnée à une demande d’autorisation.",
    Action.FAMILY_CERTIFIED: "Données de la famille validées pour l’année scolaire.",
    Action.FILE_CHANGED: "Dossier famille modifié.",
    Action.FILE_CHANGE_WITHDRAWN: "Demande de modification du dossier famille retirée.",
    Action.CUSTODY_ANSWERED: "Réponse donnée sur un calendrier de garde : {child}.",
    Action.QUOTIENT_ASKED: "Quotient familial demandé à la CAF avec votre accord.",
    Action.MAIL_CHOSEN: "Choix de vos courriels : {changes}.",
    Action.DATA_EXPORTED: "Ensemble de vos données téléchargé ({format}).",
}
ALERTS = {
    Action.SIGN_IN_FAILED,
    Action.CONTACT_CHANGE_REFUSED,
    Action.PASSKEY_REFUSED,
    Action.SECOND_FACTOR_FAILED,
    Action.SECOND_FACTOR_RESET,
}
"""What the reader should stop at."""


_MEANS = {"passkey": "avec une clé d’accès", "federated": "avec FranceConnect"}


class _Details(dict[str, object]):
    """A detail that is missing leaves an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence_of(line: JournalLine) -> str:
    """The line in French; what a newer service writes is still named."""
    text = JOURNAL.get(str(line.action), "Opération sur votre compte.")
    details = {
        name: ", ".join(str(each) for each in value) if isinstance(value, list) else value
        for name, value in line.details.items()
    }
    details["by"] = _MEANS.get(str(details.get("means")), "avec le mot de passe")
    if "format" in details:
        details["format"] = str(details["format"]).upper()
    return typeset(text.format_map(_Details(details)))
