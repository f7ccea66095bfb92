"""What is said of custody calendars."""

SENTENCES = {
    "custody_needs_two_homes": (
        409,
        "Cet enfant n’appartient plus à deux foyers : il n’a pas de calendrier de garde. "
        "Mairie [+] vous renseigne au 04 75 05 51 51.",
    ),
    "custody_holds": (409, "Ce calendrier est déjà celui qui s’applique : il n’y a rien à changer."),
}

PROBLEMS = {
    "custody_unreadable": "Ce calendrier ne peut pas être lu : remplissez de nouveau la page.",
    "custody_too_early": "Choisissez un jour de l’année scolaire en cours, ou un jour à venir.",
    "custody_too_late": "Choisissez un jour d’ici un an au plus.",
    "custody_none_to_end": "Aucun calendrier ne s’applique : il n’y a rien à arrêter.",
    "objection_without_text": "Dites pourquoi vous n’êtes pas d’accord : l’agent lira votre réponse.",
}
