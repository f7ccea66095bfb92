"""Refusals around the town's agents: signing in, administering them."""

SENTENCES = {
    "ticket_expired": (
        403,
        "Votre connexion a pris trop de temps, ou elle a déjà servi. Saisissez à nouveau votre mot de passe.",
    ),
    "code_refused": (
        422,
        "Ce code n’est pas le bon, ou il a déjà servi. Attendez que votre application affiche le suivant, puis "
        "saisissez-le.",
    ),
    "agent_suspended": (
        403,
        "Votre accès d’agent est suspendu. Adressez-vous à l’administration du portail.",
    ),
    "agent_exists": (422, "Un agent a déjà cette adresse."),
    "agent_not_invited": (
        409,
        "Cet agent a déjà choisi son mot de passe : s’il l’a oublié, la page de connexion l’aide "
        "à en choisir un autre.",
    ),
    "roles_changed": (
        409,
        "Les rôles de cet agent ont été changés pendant que vous remplissiez la page. Voici ceux qu’il a "
        "maintenant : vérifiez-les, puis recommencez.",
    ),
    "own_administration": (
        409,
        "Vous ne pouvez pas vous retirer votre propre accès d’administration. Demandez-le à un autre administrateur.",
    ),
    "export_too_long": (
        422,
        "Ce choix donne {count} lignes, plus que les {most} d’un fichier. Raccourcissez la période.",
    ),
    "last_administrator": (
        409,
        "Cet agent est le dernier administrateur en service : donnez d’abord ce rôle à quelqu’un d’autre.",
    ),
}

PROBLEMS = {
    "agent_exists": "Un agent a déjà cette adresse : cherchez-le dans la liste.",
}
