"""Refusals about the quotient familial."""

SENTENCES = {
    "quotient_fetch_off": (
        409,
        "La ville n’interroge pas encore la CAF ni la MSA. Envoyez votre attestation de quotient familial.",
    ),
    "quotient_fetch_underway": (
        409,
        "Une demande est déjà en cours pour votre famille : attendez sa réponse, elle s’affichera sur la page du "
        "quotient familial.",
    ),
    "quotient_not_agreed": (422, "Rien n’est demandé à la CAF ni à la MSA sans votre accord."),
    "quotient_not_that_person": (
        422,
        "L’état civil saisi n’est pas celui du titulaire de ce compte. Chaque responsable demande son propre quotient.",
    ),
}

PROBLEMS = {
    "agreement_needed": "Cochez la case pour donner votre accord, ou envoyez plutôt une attestation.",
    "quotient_other_name": "Ces nom et prénoms ne sont pas ceux de votre dossier. Saisissez les vôtres ; s’ils y sont "
    "mal écrits, envoyez plutôt une attestation.",
}
