"""Why a form cannot be published yet, in French: a sentence for each code of `enrolment.procedures.soundness`."""

from collections.abc import Iterable

from contracts.enrolment.procedures import Fault

SENTENCES = {
    "no_page": "Ajoutez au moins une page.",
    "page_empty": "Cette page n’a aucune question : ajoutez-en une, ou supprimez la page.",
    "page_twice": "Deux pages portent le même nom interne : supprimez l’une et refaites-la.",
    "field_twice": "Deux questions portent le même nom interne : supprimez l’une et refaites-la.",
    "name_reserved": "Ce nom interne est réservé à l’adresse courriel, toujours demandée : supprimez cet élément.",
    "information_blank": "Ce paragraphe n’a pas de texte : écrivez-le dans « Aide ».",
    "options_few": "Écrivez les choix proposés : deux au moins pour un choix unique.",
    "option_twice": "Deux choix sont les mêmes : distinguez-les.",
    "prefill_unfit": "Ce préremplissage ne convient pas à ce type de question.",
    "limits_reversed": "La limite basse est au-dessus de la limite haute.",
    "limit_negative": "Une limite est trop basse : personne ne pourrait répondre.",
    "limit_too_far": "Une limite est démesurée : réduisez-la.",
    "limit_too_long": "Une limite dépasse la longueur possible de ce texte.",
    "least_above_options": "Il faut cocher plus de réponses qu’il n’y a de choix.",
    "files_many": "Cinq fichiers au plus par document.",
    "condition_unknown": "La condition parle d’une question supprimée : refaites-la.",
    "condition_later": "La condition parle d’une question posée plus loin : déplacez l’une des deux.",
    "condition_information": "La condition parle d’un paragraphe, qui n’a pas de réponse : refaites-la.",
    "condition_value": "La condition attend une réponse qui n’est plus proposée : refaites-la.",
}


def sentence(fault: Fault) -> str:
    """What to do about it."""
    return SENTENCES.get(fault.code, "Vérifiez cet élément.")


def by_place(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Field name, or « page:name » → sentences."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        place = fault.field or (f"page:{fault.page}" if fault.page else "")
        found.setdefault(place, []).append(sentence(fault))
    return found
