"""Refusals of the vault."""

SENTENCES = {
    "vault_keys_changed": (
        409,
        "Votre espace de stockage a été réinitialisé entre-temps. Déconnectez-vous, puis reconnectez-vous.",
    ),
    "recovery_code_replaced": (
        409,
        "Un autre code de récupération a été créé depuis : gardez celui-là, ou créez-en un nouveau. "
        "Vos documents restent ouverts.",
    ),
    "town_key_changed": (409, "L’envoi n’a pas pu être préparé pour la mairie. Recommencez."),
    "vault_full": (
        409,
        "Votre espace de stockage est plein : {documents} documents ou {megabytes} Mo au plus. "
        "Supprimez des documents devenus inutiles, puis recommencez.",
    ),
    "document_already_there": (
        409,
        "Ce fichier est déjà dans votre espace de stockage : il n’a pas été enregistré une seconde fois.",
    ),
    "deposits_full": (
        409,
        "Cette demande a déjà {documents} documents joints : écrivez à la mairie s’il en faut d’autres.",
    ),
    "upload_lost": (
        409,
        "L’envoi s’est interrompu et rien n’a été enregistré. Envoyez le document à nouveau.",
    ),
    "unknown_document_type": (422, "Ce type de document n’existe pas : choisissez-en un dans la liste."),
    "unknown_subject": (
        422,
        "Aucun document ne peut être joint ici. Revenez à la page précédente et recommencez.",
    ),
    "document_damaged": (
        500,
        "Ce document est abîmé et ne peut pas être ouvert. Nos équipes sont prévenues. "
        "S’il a été envoyé pour une demande, il faudra le fournir à nouveau.",
    ),
    "vault_locked": (
        409,
        "Votre espace de stockage n’est pas ouvert. Ouvrez-le depuis « Mon espace de stockage », puis recommencez.",
    ),
    "download_link_used": (
        410,
        "Ce lien de téléchargement ne sert qu’une fois, dans la minute. "
        "Revenez au document et téléchargez-le à nouveau.",
    ),
    "share_unreadable": (
        409,
        "Cette pièce ne peut plus être ouverte : la clé de la mairie a changé. Demandez-la à nouveau à la famille.",
    ),
}
