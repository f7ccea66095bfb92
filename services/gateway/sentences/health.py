"""Refusals about a child's health. None of them says anything of it."""

SENTENCES = {
    "health_changed": (
        409,
        "Ces informations ont changé pendant que vous les remplissiez. Vérifiez ce qui est écrit maintenant, puis "
        "refaites votre modification.",
    ),
    "care_decided": (409, "Cette demande a déjà reçu une réponse."),
}
