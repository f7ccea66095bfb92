"""Démarches in words: answers as they are read, and what is said of one that cannot be taken."""

from collections.abc import Mapping
from datetime import date, timedelta

from contracts.enrolment.procedure_forms import Answer, FieldKind, FormField
from gateway import french

NOT_ANSWERED = "Non renseigné"

_MISSING = {
    FieldKind.CHOICE: "Choisissez une réponse",
    FieldKind.CHOICES: "Cochez au moins une réponse",
    FieldKind.YES_NO: "Répondez par oui ou par non",
    FieldKind.DATE: "Indiquez la date",
    FieldKind.ADDRESS: "Saisissez l’adresse",
    FieldKind.CHILD: "Dites de quel enfant il s’agit",
    FieldKind.DOCUMENT: "Joignez ce document",
}
_MALFORMED = {
    FieldKind.EMAIL: "Saisissez une adresse courriel complète, par exemple nom@exemple.fr.",
    FieldKind.PHONE: "Saisissez un numéro de téléphone complet, par exemple 06 12 34 56 78.",
    FieldKind.NUMBER: "Saisissez un nombre entier, en chiffres.",
    FieldKind.DATE: "Saisissez une date qui existe : jour, mois et année.",
    FieldKind.DOCUMENT: "Ce document n’est plus là : joignez-le de nouveau.",
    FieldKind.CHILD: "Choisissez un enfant de votre famille, ou remplissez son nom et sa date de naissance.",
}


def problem(field: FormField, code: str, today: date) -> str:
    """What to do about a problem of `enrolment.procedures.checking`; « Votre nom : saisissez une réponse. »"""
    least, most = field.least or 0, field.most or 0
    many = field.kind in (FieldKind.TEXT, FieldKind.LONG_TEXT)
    match code:
        case "missing":
            return french.typeset(f"{_MISSING.get(field.kind, 'Saisissez une réponse')} : « {field.label} ».")
        case "too_short":
            return f"Écrivez au moins {french.count(least, 'caractère')}."
        case "too_long" if many and most:
            return f"Écrivez {french.count(most, 'caractère')} au plus."
        case "too_long":
            return "Cette réponse est trop longue : raccourcissez-la."
        case "too_low":
            return f"Saisissez un nombre à partir de {least}."
        case "too_high":
            return f"Saisissez un nombre jusqu’à {most}."
        case "too_early":
            return f"Saisissez une date à partir du {french.day(today + timedelta(days=least))}."
        case "too_late":
            return f"Saisissez une date jusqu’au {french.day(today + timedelta(days=most))}."
        case "too_few":
            return f"Cochez au moins {french.count(least, 'réponse')}."
        case "too_many" if field.kind is FieldKind.DOCUMENT:
            return f"Joignez {french.count(most or 1, 'document')} au plus."
        case "too_many":
            return f"Cochez {french.count(most, 'réponse')} au plus."
        case "incomplete" if field.kind is FieldKind.ADDRESS:
            return french.typeset(f"Complétez l’adresse : rue, code postal et ville (« {field.label} »).")
        case "incomplete":
            return "Saisissez le prénom, le nom et la date de naissance de l’enfant."
        case "postcode":
            return "Vérifiez le code postal : par exemple 26100."
        case _:
            return french.typeset(_MALFORMED.get(field.kind, "Choisissez l’une des réponses proposées."))


def said(field: FormField, answer: Answer | None, documents: Mapping[str, str] | None = None) -> str:
    """An answer as it is read. `documents`: id → name, of those whose names are known here."""
    match answer:
        case None | "" | []:
            return NOT_ANSWERED
        case list() if field.kind is FieldKind.DOCUMENT:
            known = documents or {}
            names = [f"« {known[each]} »" for each in answer if known.get(each)]
            return (
                french.typeset(", ".join(names))
                if names
                else french.count(len(answer), "document joint", "documents joints")
            )
        case list():
            return ", ".join(_label(field, each) for each in answer)
        case dict() if field.kind is FieldKind.CHILD:
            name = " ".join(answer.get(part, "") for part in ("first_name", "last_name")).strip()
            return f"{name}, né(e) le {_day(answer.get('birth_date', ''))}"
        case dict():
            street = [answer[part] for part in ("street", "more") if answer.get(part)]
            return ", ".join([*street, f"{answer.get('postcode', '')} {answer.get('city', '')}".strip()])
        case int():
            return str(answer)
    if field.kind is FieldKind.DATE:
        return _day(answer)
    return _label(field, answer)


def _label(field: FormField, name: str) -> str:
    if field.kind is FieldKind.YES_NO:
        return {"yes": "Oui", "no": "Non"}.get(name, name)
    return next((option.label for option in field.options if option.name == name), name)


def _day(text: str) -> str:
    try:
        return french.day(date.fromisoformat(text))
    except ValueError:
        return text
