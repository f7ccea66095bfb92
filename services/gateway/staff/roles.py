"""What each role is called and what it allows, in one place."""

from collections.abc import Iterable

from contracts.caller import Role

ROLES: dict[Role, tuple[str, str]] = {
    Role.FAMILY_FILES: (
        "Dossiers famille",
        "Familles, Clés Enfance, import des écoles, documents joints au dossier, courriels en échec.",
    ),
    Role.REQUESTS: ("Demandes", "Inscriptions et demandes à étudier, documents joints à celles-ci."),
    Role.ATTENDANCE: ("Pointage", "Feuilles de présence des écoles et des centres de loisirs."),
    Role.BILLING: ("Régie", "Tarifs, factures, paiements, quotient familial."),
    Role.HEALTH: ("Santé", "Fiches santé : allergies, PAI, régimes. Chaque lecture est enregistrée."),
    Role.KITCHEN: ("Cuisine", "Effectifs et régimes alimentaires, sans le motif médical."),
    Role.ADMINISTRATION: (
        "Administration",
        "Agents et rôles, accès aux dossiers, activités et lieux. N’ouvre pas les dossiers famille.",
    ),
}


def role_names(roles: Iterable[Role]) -> str:
    """« Demandes, Dossiers famille »."""
    return ", ".join(sorted(ROLES[role][0] for role in roles))
