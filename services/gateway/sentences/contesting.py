"""Objections against lines of invoices, in French: for the family and for the office."""

from contracts.billing.objection_terms import LineObjectionState, ObjectionReason, WaiverKind

CANNOT_CONTEST_LINE = {
    "too_late": "Le délai pour contester cette ligne est passé. Voyez Mairie [+], 04 75 05 51 51.",
    "open": "L’une de ces journées est déjà contestée : la mairie n’a pas encore répondu.",
    "answered": "La mairie a déjà répondu pour l’une de ces journées. Voyez Mairie [+], 04 75 05 51 51.",
    "credited": "L’une de ces journées vous a déjà été rendue par un avoir.",
}

DAYS = {
    "open": "Déjà contesté, réponse attendue",
    "answered": "La mairie a répondu",
    "credited": "Déjà rendu par un avoir",
}

REASONS = {
    ObjectionReason.NOT_THERE: "Mon enfant n’était pas là",
    ObjectionReason.CANCELLED_IN_TIME: "J’avais annulé dans les délais",
    ObjectionReason.WRONG_PRICE: "Le tarif n’est pas le bon",
    ObjectionReason.OTHER: "Autre",
}

STATES = {
    LineObjectionState.OPEN: ("Contestation en cours", "wait"),
    LineObjectionState.WITHDRAWN: ("Contestation retirée", "off"),
    LineObjectionState.WAIVED: ("Corrigé", "done"),
    LineObjectionState.REPRICED: ("Corrigé", "done"),
    LineObjectionState.EXPLAINED: ("Ligne maintenue", "info"),
}

WAIVERS = {
    WaiverKind.ERROR: "Une erreur de la ville",
    WaiverKind.GESTURE: "Un geste de la ville",
}

MODELS = {
    "Présence vérifiée": (
        "La feuille de présence, enregistrée le jour même, indique que votre enfant était là. "
        "La journée reste facturée."
    ),
    "Annulation trop tardive": (
        "Votre annulation a été enregistrée après la limite fixée par le règlement. "
        "Une journée annulée après cette limite reste facturée."
    ),
    "Quotient familial": (
        "Le tarif dépend du quotient familial connu au premier jour du mois facturé. "
        "Transmettez un quotient plus récent : il s’appliquera à partir du mois dont il est daté."
    ),
}
"""Model sentences of an explanation: title → what an agent completes."""
