"""Refusals that any service may give."""

SENTENCES = {
    "not_signed_in": (401, "Connectez-vous pour continuer."),
    "not_allowed": (403, "Vous n’avez pas accès à cette page."),
    "not_found": (404, "Nous n’avons pas trouvé ce que vous cherchez."),
    "invalid": (422, "Certaines réponses ne peuvent pas être acceptées : vérifiez-les."),
    "conflict": (
        409,
        "Ces informations ont changé pendant que vous remplissiez la page. Vérifiez-les, puis recommencez.",
    ),
    "too_many_attempts": (429, "Trop d’essais ont été faits. Réessayez dans {delay}."),
    "service_unavailable": (
        503,
        "Le service ne répond pas pour le moment. Rien n’est perdu : réessayez dans quelques instants. "
        "Un envoi répété ne sera jamais compté deux fois.",
    ),
    "store_full": (
        503,
        "La place manque en ce moment sur le site pour garder un nouveau fichier, et celui-ci n’a pas été enregistré. "
        "Gardez-le, réessayez plus tard et, si cela dure, prévenez la mairie.",
    ),
}

PROBLEMS = {
    "missing": "Cette réponse est obligatoire.",
    "invalid": "Cette réponse n’est pas valable.",
    "too_long": "Cette réponse est trop longue.",
}
