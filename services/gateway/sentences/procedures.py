"""Refusals about démarches: their forms, and the drafts of those who fill one."""

SENTENCES = {
    "draft_sent": (409, "Cette demande est déjà envoyée."),
    "form_changed": (
        409,
        "Ce formulaire a changé pendant que vous le remplissiez. Ce que vous avez saisi est gardé : "
        "vérifiez ce qui est nouveau.",
    ),
    "procedure_retired": (
        409,
        "Cette démarche n’est plus proposée en ligne : votre saisie ne peut pas être envoyée. "
        "Adressez-vous à la mairie, ou choisissez une autre démarche.",
    ),
    "draft_incomplete": (422, "Il manque encore des réponses : complétez-les avant d’envoyer la demande."),
    "procedure_exists": (409, "Une démarche porte déjà ce nom : choisissez-en un autre."),
    "procedure_changed": (
        409,
        "Un autre agent a modifié ce formulaire entre-temps. Rouvrez-le pour voir ce qui a changé, "
        "puis recommencez.",
    ),
    "form_unsound": (
        422,
        "Ce formulaire ne peut pas être publié : corrigez d’abord ce qui est signalé.",
    ),
}
