"""How the site, and the paper, speak of the points of a family's file: names, states, what to do."""

from contracts.accounts.certification import PointState, PointView, Section

SECTIONS = {
    Section.GUARDIANS: "Adresse et responsables",
    Section.CHILDREN: "Enfants",
    Section.CONTACTS: "Contacts",
    Section.INSURANCE: "Assurance scolaire",
    Section.HEALTH: "Santé et repas",
    Section.CONSENTS: "Autorisations",
    Section.QUOTIENT: "Quotient familial",
}
CODES = {
    "address": "Adresse du foyer",
    "phone": "Téléphone",
    "email": "Adresse courriel",
    "child": "État civil et école",
    "custody": "Calendrier entre les deux foyers",
    "emergency_contact": "À appeler en cas d’urgence",
    "collectors": "Peut venir chercher l’enfant",
    "insurance": "Assurance",
    "diet": "Repas",
    "vaccines": "Vaccinations",
    "pai": "Projet d’accueil individualisé (PAI)",
    "consent": "Autorisation",
    "quotient": "Quotient familial",
}
STATES = {
    PointState.OK: ("À jour", "done"),
    PointState.MISSING: ("Manquant", "todo"),
    PointState.EXPIRED: ("Périmé", "todo"),
    PointState.TO_CONFIRM: ("À confirmer", "wait"),
    PointState.AWAITING_REVIEW: ("Modification en cours d’examen", "info"),
}
FIXES = {
    "child": "Corriger",
    "emergency_contact": "Modifier les contacts",
    "collectors": "Modifier les contacts",
    "consent": "Répondre",
    "quotient": "Mettre à jour",
    "vaccines": "Mettre à jour",
    "pai": "Mettre à jour",
}
_ADVICE = {
    ("address", PointState.MISSING): "Indiquez où vous habitez.",
    ("phone", PointState.MISSING): "Indiquez un numéro où joindre ce responsable pendant la journée.",
    ("email", PointState.MISSING): "Sans adresse, ce responsable ne reçoit aucun message de la ville.",
    ("custody", PointState.MISSING): "Dites quand l’enfant est chez vous : la bonne famille sera facturée.",
    (
        "emergency_contact",
        PointState.MISSING,
    ): "Ajoutez au moins une personne à appeler si vous êtes injoignable.",
    ("insurance", PointState.MISSING): "Indiquez la compagnie et le numéro de contrat de l’année scolaire.",
    ("insurance", PointState.EXPIRED): "Ce contrat ne couvre pas l’année scolaire : indiquez le nouveau.",
    ("insurance", PointState.TO_CONFIRM): "Ce contrat finit avant l’année scolaire : pensez à le prolonger.",
    (
        "vaccines",
        PointState.MISSING,
    ): "Recopiez le carnet de santé, ou demandez un certificat à votre médecin.",
    (
        "vaccines",
        PointState.EXPIRED,
    ): "Un rappel est dépassé : voyez votre médecin, puis notez la nouvelle date.",
    ("pai", PointState.EXPIRED): "Le PAI est à renouveler chaque année avec l’école et le médecin.",
    ("consent", PointState.MISSING): "Répondez oui ou non.",
    ("consent", PointState.EXPIRED): "Le texte a changé : répondez à nouveau.",
    ("consent", PointState.TO_CONFIRM): "L’autre responsable doit répondre aussi.",
    (
        "quotient",
        PointState.MISSING,
    ): "Inconnu n’est pas zéro : tant qu’il manque, le tarif le plus élevé s’applique.",
    ("quotient", PointState.EXPIRED): "La CAF l’a recalculé en janvier : fournissez celui de cette année.",
}


def name_of(point: PointView) -> str:
    """« Téléphone, Léa Martin », « Droit à l’image, Alizée Martin »."""
    what = point.label or CODES.get(point.code, point.code)
    return f"{what}, {point.subject}" if point.subject else what


def advice_on(point: PointView) -> str:
    """What to do about it; empty when nothing is."""
    return _ADVICE.get((point.code, point.state), "")


def by_section(points: list[PointView]) -> list[tuple[str, list[PointView]]]:
    """The points under the names of their sections, in the order of the page; sections without points are left out."""
    return [
        (name, found)
        for section, name in SECTIONS.items()
        if (found := [point for point in points if point.section is section])
    ]
