"""Refusals of one's own account. None says whether another account exists, but one that only agents read."""

SENTENCES = {
    "present_refused": (
        422,
        "Ce n’est pas votre mot de passe actuel. Si vous ne vous en souvenez plus, ou si vous n’en avez jamais choisi, "
        "passez par « J’ai oublié mon mot de passe ».",
    ),
    "code_wrong": (
        422,
        "Ce n’est pas le code que nous avons envoyé. Vérifiez-le : il vous reste {left} essai(s).",
    ),
    "code_over": (409, "Ce code n’est plus valable. Demandez-en un autre."),
    "email_taken": (409, "Un autre compte utilise déjà cette adresse."),
}

PROBLEMS = {
    "password_same": "Choisissez un mot de passe différent de l’actuel.",
    "email_same": "C’est déjà l’adresse de votre compte.",
    "email_unusable": "Nous ne pouvons pas écrire à cette adresse : vérifiez-la. Il n’y a ni accent ni espace avant "
    "l’arobase.",
    "phone_unreadable": "Ce numéro n’est pas complet. Saisissez-le avec tous ses chiffres, par exemple 06 12 34 56 78 "
    "ou +32 470 12 34 56.",
    "phone_same": "C’est déjà le numéro de votre compte.",
}
