"""Absences and objections: refusals, and the words for reasons, states, marks and what they do to the bill."""

from contracts.enrolment.absence_terms import AbsenceReason, Ground
from contracts.enrolment.objections import Claim, ObjectionState
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, Held, Mark

SENTENCES = {
    "absence_cannot_report": (
        409,
        "L’un de ces jours ne peut pas, ou plus, être signalé : vérifiez la liste.",
    ),
    "absence_decided_already": (409, "La décision est déjà prise pour cette absence : relisez-la."),
    "absence_changed": (409, "Cette absence a changé entre-temps : rechargez la page et relisez-la."),
    "line_cannot_contest": (409, "Ce pointage ne peut pas, ou plus, être contesté."),
    "objection_changed": (409, "{by} a déjà répondu à cette contestation : relisez la réponse."),
}

PROBLEMS = {
    "answer_missing": "Écrivez pourquoi : la famille lira ce texte.",
    "unknown_day": "Un des jours n’est plus dans ce signalement : rechargez la page.",
}

CANNOT_REPORT = {
    "unknown": "L’un de ces jours n’est plus réservé : vérifiez la liste.",
    "cancel_instead": "L’un de ces jours peut encore être annulé : annulez-le plutôt, il ne sera pas facturé.",
    "too_late": "Le délai pour signaler l’un de ces jours est dépassé.",
    "present": "L’un de ces jours a déjà été pointé « présent » : contestez plutôt le pointage.",
    "reported": "L’un de ces jours est déjà signalé.",
}
"""Why a day cannot be reported: the `why` of `CannotReport`."""

CANNOT_CONTEST = {
    "open": "Vous avez déjà contesté ce pointage : la réponse vous sera envoyée.",
    "answered": "La mairie a déjà répondu à ce sujet : sa réponse est ci-dessous.",
    "too_late": "Le délai pour contester ce pointage est dépassé.",
    "claim": "Ce motif ne convient pas à ce pointage : rechargez la page.",
}
"""Why a line cannot be contested: the `why` of `CannotContest`."""

REASONS: dict[AbsenceReason, str] = {
    AbsenceReason.ILLNESS: "Maladie",
    AbsenceReason.APPOINTMENT: "Rendez-vous médical",
    AbsenceReason.FAMILY: "Événement familial",
    AbsenceReason.OTHER: "Autre raison",
}

GROUNDS: dict[Ground, str] = {
    Ground.CERTIFICATE: "Ne sera pas facturé si le certificat est accepté.",
    Ground.DECISION: "Ne sera pas facturé si la mairie accepte le motif.",
    Ground.BILLED: "Sera facturé : la place était réservée.",
}
"""What a reason is worth, before anything is sent."""

EFFECTS: dict[AbsenceEffect, str] = {
    AbsenceEffect.FREE: "Ne sera pas facturé.",
    AbsenceEffect.BILLED: "Sera facturé.",
    AbsenceEffect.IF_CERTIFICATE: GROUNDS[Ground.CERTIFICATE],
    AbsenceEffect.IF_ACCEPTED: GROUNDS[Ground.DECISION],
    AbsenceEffect.ROLL_CALL: "Facturé ou non selon l’appel.",
}

STATES: dict[AbsenceState, tuple[str, str]] = {
    AbsenceState.REPORTED: ("Signalée", "wait"),
    AbsenceState.JUSTIFIED: ("Justifiée", "done"),
    AbsenceState.UNJUSTIFIED: ("Non justifiée", "todo"),
    AbsenceState.WITHDRAWN: ("Retirée", "off"),
}

MARKS: dict[Mark | None, tuple[str, str]] = {
    Mark.PRESENT: ("Présence", "done"),
    Mark.ABSENT_IN_TIME: ("Absence annoncée à temps", "off"),
    Mark.ABSENT_JUSTIFIED: ("Absence justifiée", "off"),
    Mark.ABSENT_UNJUSTIFIED: ("Absence non justifiée", "todo"),
    Mark.PRESENT_WITHOUT_BOOKING: ("Présence sans réservation", "todo"),
    None: ("Pas encore pointé", "off"),
}

COSTS: dict[Mark | None, str] = {
    Mark.PRESENT: "Facturé, au tarif habituel.",
    Mark.ABSENT_IN_TIME: "Non facturé.",
    Mark.ABSENT_JUSTIFIED: "Non facturé.",
    Mark.ABSENT_UNJUSTIFIED: "Facturé : la place était réservée.",
    Mark.PRESENT_WITHOUT_BOOKING: "Facturé, avec la majoration prévue sans réservation.",
    None: "Rien n’est facturé tant que l’appel n’est pas fait.",
}
"""What each mark costs: the words for `billing.facts.effects`."""

HELD: dict[Held, str] = {
    Held.ABSENCE: "Pas facturé pour l’instant : la mairie étudie l’absence signalée.",
    Held.OBJECTION: "Pas facturé tant que la mairie n’a pas répondu à votre contestation.",
}

CLAIMS: dict[Claim, str] = {
    Claim.WAS_ABSENT: "Mon enfant n’était pas là",
    Claim.WAS_PRESENT: "Mon enfant était présent",
    Claim.HAD_REPORTED: "L’absence était signalée",
    Claim.HAD_BOOKED: "La journée était réservée",
}

OBJECTIONS: dict[ObjectionState, tuple[str, str]] = {
    ObjectionState.OPEN: ("Contesté, réponse attendue", "wait"),
    ObjectionState.CORRECTED: ("Pointage corrigé", "done"),
    ObjectionState.MAINTAINED: ("Pointage maintenu", "off"),
}
