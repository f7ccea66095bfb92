"""Refusals of accounts. None of them says whether an account exists."""

SENTENCES = {
    "import_unreadable": (
        422,
        "Ce fichier n’est pas l’extraction attendue. Vérifiez que vous avez choisi le fichier des élèves puis celui "
        "des responsables, tels qu’ONDE les produit (format CSV).",
    ),
    "import_undecided": (
        409,
        "Des points restent à décider ({count}). Répondez à chacun, puis appliquez l’import.",
    ),
    "import_moved": (
        409,
        "Le registre a changé depuis l’aperçu : relisez ce qui sera modifié, puis appliquez l’import.",
    ),
    "import_unconfirmed": (
        409,
        "{leaving} enfants sur {present} quitteraient l’école. Vérifiez que ce sont les bons fichiers, puis cochez "
        "la case de confirmation.",
    ),
    "import_closed": (409, "Cet import est terminé : il ne peut plus être modifié."),
    "key_unknown": (
        422,
        "Cette clé ne correspond à aucun courrier en cours. Vérifiez-la sur votre dernier courrier ; si elle ne "
        "fonctionne toujours pas, demandez-en une nouvelle à Mairie [+].",
    ),
    "key_mistyped": (
        422,
        "Cette clé contient une faute de frappe : douze caractères, en trois groupes de quatre, "
        "comme sur votre courrier.",
    ),
    "key_expired": (
        422,
        "Cette clé n’est plus valable. Demandez-en une nouvelle à Mairie [+] : elle vous sera envoyée par courrier.",
    ),
    "key_used": (
        422,
        "Cette clé a déjà servi. Chaque responsable reçoit sa propre clé : vérifiez que vous utilisez la vôtre.",
    ),
    "key_of_another": (
        409,
        "Votre compte est déjà celui de {name}, et cette clé est celle d’une autre personne. Chaque adulte a son "
        "propre compte : déconnectez-vous, puis créez le compte de l’autre parent.",
    ),
    "wrong_credentials": (422, "Identifiant ou mot de passe incorrect. Vérifiez les deux, puis réessayez."),
    "email_not_confirmed": (
        403,
        "Votre adresse courriel n’est pas encore confirmée. Nous venons de vous renvoyer le lien : "
        "ouvrez-le, puis connectez-vous.",
    ),
    "password_too_weak": (422, "Ce mot de passe n’est pas assez sûr."),
    "link_expired": (
        410,
        "Ce lien n’est plus valable : il a déjà servi, ou il est trop ancien. Recommencez pour en recevoir un autre.",
    ),
}

PROBLEMS = {
    "password_short": "Choisissez un mot de passe d’au moins 12 caractères : une phrase est facile à retenir.",
    "password_guessable": "Ce mot de passe se devine trop facilement. Ajoutez un ou deux mots sans rapport entre eux, "
    "et évitez votre nom, une date ou une suite de touches.",
    "password_long": "Choisissez un mot de passe d’au plus 256 caractères.",
}
