"""What is said of changes of a family's file."""

SENTENCES = {
    "changed_meanwhile": (
        409,
        "Ces informations ont changé pendant que vous remplissiez la page. Rien n’a été enregistré : "
        "vérifiez les réponses signalées, puis enregistrez de nouveau.",
    ),
    "change_closed": (
        409,
        "Cette modification n’est plus en attente : elle a été retirée, remplacée ou décidée entre-temps.",
    ),
}

PROBLEMS = {
    "not_a_name": "Saisissez un nom, avec des lettres.",
    "not_a_telephone": "Saisissez un numéro de téléphone complet, par exemple 06 12 34 56 78 ou +41 44 668 18 00.",
    "not_a_postcode": "Saisissez un code postal de cinq chiffres, par exemple 26100.",
    "in_future": "Cette date est à venir : vérifiez l’année.",
    "too_long_ago": "Cette date est trop ancienne pour un enfant : vérifiez l’année.",
    "phone_of_account": "Ce numéro est celui d’un compte : la personne le change elle-même dans « Mon compte ».",
    "child_known": "Un autre enfant du même nom, né le même jour, est déjà connu : est-ce le même ?",
    "reason_missing": "Donnez la raison du refus : la famille la lira.",
}
