"""How an import's codes are said in French. The rules are the service's; here are only the sentences."""

from contracts.accounts.imports import DoubtView, ImportState, ImportUnreadable, OptionView, Outcome

STATES = {
    ImportState.PREVIEW: ("À relire", "todo"),
    ImportState.APPLIED: ("Appliqué", "done"),
    ImportState.ABANDONED: ("Abandonné", "off"),
}
OUTCOMES = {
    Outcome.UNDERSTOOD: ("Compris", "done"),
    Outcome.DOUBTFUL: ("À décider", "todo"),
    Outcome.REJECTED: ("Rejeté", "off"),
}
REASONS = {
    "columns": "La ligne n’a pas le même nombre de colonnes que l’en-tête.",
    "name": "Le nom ou le prénom manque.",
    "too_long": "Une case dépasse 300 caractères.",
    "birth_date": "La date de naissance manque ou n’est pas possible.",
    "no_child": "La ligne ne nomme aucun enfant.",
    "repeated": "La même ligne figure déjà plus haut.",
    "unknown_children": "Aucun de ses enfants ne figure dans le fichier des élèves.",
    "left_out": "Écarté par votre décision.",
}
REMARKS = {
    "two_homes": "Deux foyers",
    "three_homes": "Trois foyers ou plus",
    "no_guardian": "Sans responsable dans le fichier",
    "same_adult": "Même personne sur plusieurs lignes",
    "no_address": "Sans adresse",
    "unknown_child": "Un des enfants ne figure pas dans le fichier des élèves",
    "other_name": "Nom différent de celui de l’enfant",
    "new_address": "Nouvelle adresse",
    "moved": "Décidé : a déménagé",
    "two_people": "Décidé : deux personnes",
    "same_child": "Décidé : enfant reconnu",
    "leave_out": "Décidé : enfant écarté",
}
HOMES = {
    "new": ("Nouvelle famille", "info"),
    "changed": ("Modifiée", "wait"),
    "unchanged": ("Déjà à jour", "off"),
}
FILTERS = (
    ("", "Toutes les lignes"),
    ("doubtful", "À décider"),
    ("rejected", "Rejetées"),
    ("remarks", "Avec une remarque"),
    ("understood", "Comprises"),
    ("pupils", "Élèves"),
    ("guardians", "Responsables"),
    ("homes", "Familles formées"),
)


def question(doubt: DoubtView) -> str:
    """What the agent is asked."""
    if doubt.kind == "adult":
        return f"{doubt.name} figure à plusieurs adresses : qui est-ce ?"
    return f"{doubt.name} n’est pas écrit ainsi dans le fichier des élèves : de quel enfant s’agit-il ?"


def answer(option: OptionView) -> str:
    """One of the answers."""
    return {
        "moved": f"Une seule personne, qui habite désormais {option.label}",
        "two_homes": "Une seule personne, qui a plusieurs foyers : un seul compte les ouvrira tous",
        "two_people": "Des personnes différentes qui portent le même nom",
        "same_child": option.label,
        "leave_out": "Aucun de ces élèves : ne pas relier cet enfant",
    }.get(option.code, option.label)


def remark(code: str, file: str) -> str:
    """What is worth knowing of a row."""
    if code == "two_homes" and file == "guardians":
        return "Décidé : une personne, plusieurs foyers"
    return REMARKS.get(code, code)


def why_unreadable(refusal: ImportUnreadable) -> str:
    """What is wrong with a file."""
    columns = refusal.details.get("columns")
    missing = ", ".join(f"« {name} »" for name in columns) if isinstance(columns, list) else ""
    return {
        "empty": "Ce fichier est vide.",
        "not_text": "Ce fichier n’est pas un fichier CSV. Envoyez l’extraction telle qu’ONDE la produit.",
        "swapped": "C’est l’autre fichier : les élèves et les responsables sont inversés.",
        "columns": f"Il manque des colonnes à ce fichier : {missing}.",
    }.get(str(refusal.details.get("why")), "Ce fichier ne peut pas être lu.")
