"""Refusals of consents."""

SENTENCES = {
    "consent_text_changed": (
        409,
        "Le texte de l’autorisation « {label} » vient de changer. Relisez-le ci-dessous, puis répondez à nouveau.",
    ),
    "consent_kind_exists": (
        409,
        "Une autorisation porte déjà ce nom (« {label} »), ou il ne contient aucune lettre. Choisissez-en un autre.",
    ),
}
