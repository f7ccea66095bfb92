"""Refusals of the vault."""

SENTENCES = {
    "vault_keys_changed": (
        409,
        "Votre espace de stockage a été réinitialisé entre-temps. Déconnectez-vous, puis reconnectez-vous.",
    ),
    "town_key_changed": (409, "L’envoi n’a pas pu être préparé pour la mairie. Recommencez."),
    "vault_full": (
        409,
        "Votre espace de stockage est plein : {documents} documents ou {megabytes} Mo au plus. "
        "Supprimez des documents devenus inutiles, puis recommencez.",
    ),
    "upload_lost": (
        409,
        "L’envoi s’est interrompu et rien n’a été enregistré. Envoyez le document à nouveau.",
    ),
    "unknown_document_type": (422, "Ce type de document n’existe pas : choisissez-en un dans la liste."),
    "share_unreadable": (
        409,
        "Cette pièce ne peut plus être ouverte : la clé de la mairie a changé. Demandez-la à nouveau à la famille.",
    ),
}
