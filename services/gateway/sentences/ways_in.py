"""Refusals at the other doors: passkeys, FranceConnect, the password typed again."""

SENTENCES = {
    "only_way_in": (
        409,
        "C’est le seul moyen d’entrer dans votre compte. Choisissez d’abord un mot de passe, puis recommencez.",
    ),
    "passkey_refused": (
        422,
        "Cette clé d’accès n’a pas été acceptée. Réessayez, ou connectez-vous avec votre mot de passe.",
    ),
    "passkeys_full": (
        409,
        "Un compte peut avoir {most} clés d’accès. Retirez celles que vous n’utilisez plus, puis recommencez.",
    ),
    "identity_unknown": (404, "Aucun compte n’est lié à cette identité FranceConnect."),
    "identity_taken": (
        409,
        "Cette identité FranceConnect est déjà liée à un autre compte. Connectez-vous avec FranceConnect pour "
        "l’ouvrir, ou retirez-la de cet autre compte.",
    ),
    "already_linked": (
        409,
        "Votre compte est déjà lié à une autre identité FranceConnect. Retirez-la d’abord, puis recommencez.",
    ),
    "link_over": (
        422,
        "Votre mot de passe a été saisi il y a trop longtemps. Recommencez depuis « Mon compte ».",
    ),
}
