"""Refusals of enrolment, and what is said of a day that could not be changed."""

from contracts.enrolment.bookings import Refusal

SENTENCES = {
    "already_enrolled": (
        409,
        "Votre enfant a déjà une inscription à cette activité, ou une demande en cours.",
    ),
    "place_does_not_fit": (422, "Cette activité n’est pas proposée à votre enfant dans ce lieu."),
    "activity_changed": (
        409,
        "Un autre agent a modifié cette activité entre-temps, ou en a créé une du même nom. "
        "Ouvrez-la dans un autre onglet pour voir ce qui a changé, puis recommencez depuis la liste.",
    ),
    "place_changed": (
        409,
        "Un autre agent a modifié ce lieu entre-temps, ou un lieu porte déjà ce code. "
        "Revenez à la liste pour voir ce qui a changé, puis recommencez.",
    ),
    "offering_changed": (
        409,
        "Un autre agent a changé ces places entre-temps. Revenez au lieu pour les voir, puis recommencez.",
    ),
    "not_eligible": (422, "Cette activité n’est pas ouverte à votre enfant : elle est {why}."),
    "enrolment_closed": (
        409,
        "Ce n’est pas le moment de demander cette inscription : elle se demande {why}.",
    ),
    "no_place_left": (
        409,
        "Il ne reste plus de place pour cette activité dans ce lieu cette année.",
    ),
    "session_closed": (409, "Cette séance est fermée ({why}) : il n’y a pas d’appel à faire."),
    "nothing_to_close": (
        422,
        "Ces jours sont passés et aucune séance ouverte n’est concernée : vérifiez les dates.",
    ),
    "offer_over": (
        409,
        "Cette place n’est plus gardée pour vous : elle a été prise, refusée, ou son délai est passé.",
    ),
    "enrolment_wrong_state": (409, "Cette demande a changé entre-temps : vérifiez où elle en est."),
    "enrolment_still_booked": (
        409,
        "Des jours à venir sont encore réservés ({days}) : annulez-les d’abord, puis renoncez à l’inscription.",
    ),
    "sheet_changed": (
        409,
        "{by} a clos cette feuille pendant que vous la remplissiez. "
        "Rechargez la page pour voir sa saisie, puis corrigez-la s’il le faut.",
    ),
    "taps_arrived": (
        409,
        "Une tablette vient d’envoyer des appuis qui changent la feuille : ils y figurent maintenant. "
        "Vérifiez-les, puis appuyez de nouveau sur « Clore la feuille ».",
    ),
    "sheet_too_early": (422, "La feuille ne peut être remplie qu’à partir du jour même."),
}

PROBLEMS = {
    "does_not_fit": "Votre enfant ne fréquente pas cette école.",
    "not_offered": "Cette activité n’est pas proposée dans ce lieu.",
    "contradiction": "Un même jour ne peut pas être à la fois réservé et annulé.",
    "incomplete": "Il manque des enfants : pointez chaque enfant attendu avant de clore la feuille.",
    "unknown_child": "Un des enfants n’est plus connu : rechargez la page.",
    "mark_does_not_fit": "Un enfant a été réservé ou annulé entre-temps : rechargez la page.",
    "twice": "Un enfant figure deux fois : rechargez la page.",
    "period_too_long": "La période ne peut pas dépasser deux ans.",
    "before_first": "Le dernier jour précède le premier.",
    "kitchen_exists": "Une cuisine porte déjà ce nom : choisissez-en un autre, ou modifiez-la.",
    "kitchen_places": "Un des lieux n’existe pas, ou ce code est déjà celui d’un lieu : changez-le.",
    "unknown_group": "Ce groupe n’existe pas dans cette activité : rechargez la page.",
    "no_waiting_list": "Cette activité n’a pas de liste d’attente : acceptez ou refusez la demande.",
    "out_of_order": "D’autres enfants attendent depuis plus longtemps : dites pourquoi celui-ci passe avant eux.",
    "calendar_unknown": "Le calendrier scolaire de cette période n’est pas encore publié.",
}

DAYS = {
    Refusal.UNKNOWN: "cette journée n’existe plus",
    Refusal.NOT_ENROLLED: "votre enfant n’a pas d’inscription à cette activité dans ce lieu",
    Refusal.TOO_LATE: "le délai est dépassé",
    Refusal.FULL: "il ne reste plus de place",
    Refusal.ALREADY_BOOKED: "cette journée était déjà réservée",
    Refusal.NOT_BOOKED: "cette journée n’était plus réservée",
    Refusal.CLOSED: "la mairie a fermé ce jour",
    Refusal.NOT_OPEN: "les réservations de cette période ne sont pas encore ouvertes",
    Refusal.NOT_OF_AGE: "votre enfant n’a pas l’âge de cette activité ce jour-là",
    Refusal.NEEDS_ANOTHER: "cela ne se réserve pas seul",
    Refusal.STILL_NEEDED: "un autre moment de la journée, que vous gardez, en dépend",
    Refusal.ELSEWHERE: "l’autre foyer de votre enfant a réservé cette journée",
}
"""Why a day was refused, to follow « non réservé : »."""
