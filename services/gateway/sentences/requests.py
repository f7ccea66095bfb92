"""Requests: refusals, and the words for states, steps and what silence means."""

from contracts.enrolment.requests import Act, Side, StepKind
from contracts.events.requests import ProcedureKind, RequestState, Silence

SENTENCES = {
    "request_document_not_there": (
        409,
        "Un document de votre demande n’est pas encore arrivé. Attendez quelques secondes et envoyez à nouveau, "
        "ou joignez-le une autre fois.",
    ),
    "given_changed": (
        409,
        "Un document déjà fourni a changé entre-temps : relisez vos réponses, puis envoyez votre demande.",
    ),
    "request_changed": (409, "Cette demande a changé entre-temps : relisez-la, puis recommencez."),
    "letter_not_due": (409, "Ce courrier est déjà déposé, ou en cours de dépôt : il n’y a rien à faire."),
    "request_closed": (409, "Cette demande est terminée : on ne peut plus y répondre."),
    "department_changed": (
        409,
        "Un autre administrateur a modifié ce service entre-temps : relisez-le, puis recommencez.",
    ),
    "department_exists": (422, "Un service porte déjà ce nom ou ce code : choisissez-en un autre."),
}

PROBLEMS = {
    "not_your_child": "Cet enfant n’est pas dans votre dossier famille : choisissez-le dans la liste.",
    "question_missing": "Écrivez ce dont vous avez besoin : le demandeur lira ce texte.",
    "no_vault": "Le demandeur n’a ni espace de stockage ni code récent : écrivez-lui sans document.",
    "not_for_a_note": "Une note interne n’a pas de document : écrivez au demandeur, ou retirez-le.",
    "letter_missing": "Écrivez les raisons du refus : la loi demande de le motiver.",
    "not_of_department": "Cet agent n’est pas de ce service : choisissez-le dans la liste.",
    "unknown_act": "Choisissez l’une des actions proposées.",
    "department_exists": "Un service porte déjà ce nom ou ce code : choisissez-en un autre.",
}

STATES: dict[RequestState, tuple[str, str]] = {
    RequestState.RECEIVED: ("Reçue", "info"),
    RequestState.IN_PROGRESS: ("En cours", "wait"),
    RequestState.INFORMATION_ASKED: ("Réponse attendue de votre part", "todo"),
    RequestState.ACCEPTED: ("Acceptée", "done"),
    RequestState.REFUSED: ("Refusée", "off"),
    RequestState.WITHDRAWN: ("Retirée", "off"),
}
"""A state, for whoever filed the request."""

STAFF_STATES: dict[RequestState, tuple[str, str]] = {
    **STATES,
    RequestState.RECEIVED: ("À traiter", "todo"),
    RequestState.INFORMATION_ASKED: ("Attend le demandeur", "off"),
}

_DEALT_WITH = ("Traitée", "done")

STEPS: dict[StepKind, str] = {
    StepKind.SUBMITTED: "Demande envoyée",
    StepKind.TAKEN: "Traitement commencé",
    StepKind.ASKED: "Précision demandée",
    StepKind.ANSWERED: "Réponse envoyée",
    StepKind.WROTE: "Message",
    StepKind.ATTACHED: "Document joint",
    StepKind.LACKING: "Document déjà fourni qui ne peut plus servir, demandé à nouveau",
    StepKind.OPENED: "Document ouvert",
    StepKind.ASSIGNED: "Confiée à",
    StepKind.FORWARDED: "Transmise au service",
    StepKind.NOTED: "Note interne",
    StepKind.ACCEPTED: "Demande acceptée",
    StepKind.REFUSED: "Demande refusée",
    StepKind.WITHDRAWN: "Demande retirée",
    StepKind.CLAIMED: "Demande rattachée à un compte",
}

ACTS: dict[Act, str] = {
    Act.TAKE: "Commencer le traitement",
    Act.ASK: "Demander une précision",
    Act.ACCEPT: "Accepter",
    Act.REFUSE: "Refuser",
}

SILENCE: dict[Silence, str] = {
    Silence.ACCEPTANCE: "Sans réponse de la mairie au {day}, votre demande est acceptée (code des relations entre le "
    "public et l’administration, article L. 231-1). Une attestation vous en est alors remise, si vous la demandez "
    "(article L. 232-3).",
    Silence.REFUSAL: "Sans réponse de la mairie au {day}, votre demande est refusée (code des relations entre le "
    "public et l’administration, article L. 231-4). Vous auriez alors deux mois pour contester ce refus, devant le "
    "maire ou devant le tribunal administratif de Grenoble.",
    Silence.NOTHING: "L’absence de réponse ne vaut ni accord ni refus : aucune décision n’est attendue de la mairie.",
}
"""What no answer means; `day`: when it does."""
SILENCE_TO_STAFF: dict[Silence, str] = {
    Silence.ACCEPTANCE: "Sans réponse au {day}, la demande est acceptée (code des relations entre le public et "
    "l’administration, article L. 231-1) ; le demandeur peut en réclamer une attestation (article L. 232-3).",
    Silence.REFUSAL: "Sans réponse au {day}, la demande est refusée (code des relations entre le public et "
    "l’administration, article L. 231-4) ; le demandeur a alors deux mois pour contester ce refus.",
    Silence.NOTHING: "L’absence de réponse ne vaut ni accord ni refus.",
}
"""The same, to the agent who owes the answer."""


def state_of(kind: ProcedureKind, state: RequestState, *, staff: bool = False) -> tuple[str, str]:
    """(words, kind of sign). A report is not accepted: it is dealt with."""
    if kind is ProcedureKind.REPORT and state is RequestState.ACCEPTED:
        return _DEALT_WITH
    return (STAFF_STATES if staff else STATES)[state]


def step_words(kind: StepKind, side: Side, *, own: bool) -> str:
    """« Message de la mairie », « Votre message »: a step, for the requester (`own`) or an agent."""
    if kind is StepKind.WROTE:
        if side is Side.REQUESTER:
            return "Votre message" if own else "Message du demandeur"
        return "Message de la mairie"
    if kind is StepKind.ANSWERED:
        return "Votre réponse" if own else "Réponse du demandeur"
    return STEPS[kind]
