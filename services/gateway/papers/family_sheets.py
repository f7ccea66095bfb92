"""« Édition de documents »: the family information sheet, and the sheet of an enrolment."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contracts.accounts.certification import CertificationView
from contracts.accounts.families import FamilyView
from contracts.enrolment.enrolments import EnrolmentView
from contracts.events.enrolments import EnrolmentState
from gateway import french
from gateway.family import certification_words

STATES = {
    EnrolmentState.REQUESTED: "En attente de réponse",
    EnrolmentState.ACCEPTED: "Inscription acceptée",
    EnrolmentState.REFUSED: "Refusée",
    EnrolmentState.WITHDRAWN: "Abandonnée",
}


def family_sheet(view: CertificationView, now: datetime) -> dict[str, Any]:
    """What `family_sheet.typ` reads: every point of the file, with its state in words."""
    family = view.family
    return {
        "title": "Fiche d’informations famille",
        "reference": f"Dossier {family.number}",
        "intro": french.typeset(
            f"Famille {family.label}. Informations connues de la ville le {french.moment(now)}, "
            f"pour l’année scolaire {view.school_year}."
        ),
        "members": [
            [_person(each.title, each.first_name, each.last_name), "Responsable"] for each in family.guardians
        ]
        + [[f"{each.first_name} {each.last_name}", "Enfant"] for each in family.children],
        "sections": [
            {
                "name": name,
                "points": [
                    [
                        french.typeset(certification_words.name_of(point)),
                        french.typeset(point.value) or "Non renseigné",
                        certification_words.STATES[point.state][0],
                    ]
                    for point in points
                ],
            }
            for name, points in certification_words.by_section(view.points)
        ],
        "certified": [french.typeset(line) for line in _certified(view)],
    }


def enrolment_sheet(
    enrolment: EnrolmentView, family: FamilyView, name: Callable[[str], str], now: datetime
) -> dict[str, Any]:
    """What `enrolment_sheet.typ` reads. `name`: how a kind of document is called."""
    child = next(each for each in family.children if each.child_id == enrolment.child_id)
    home = ", ".join(part for part in (family.street, f"{family.postcode} {family.city}".strip()) if part)
    school = ", ".join(part for part in (child.place_name, child.class_name) if part)
    request = [
        ["Activité", enrolment.activity_name],
        ["Lieu", enrolment.place_name],
        ["Année scolaire", enrolment.school_year],
        ["État", STATES[enrolment.state]],
        ["Demandée le", french.moment(enrolment.requested_at)],
        ["Par", enrolment.requested_by or "l’autre foyer de l’enfant"],
    ]
    if enrolment.decided_at:
        request.append(["Décision du", french.moment(enrolment.decided_at)])
    if enrolment.reason:
        request.append(["Motif", enrolment.reason])
    return {
        "title": f"Fiche d’inscription : {enrolment.activity_name}".replace(" :", "\u00a0:"),
        "reference": f"Dossier {family.number}",
        "intro": french.typeset(f"Éditée le {french.moment(now)}."),
        "groups": [
            [
                "Enfant",
                [
                    ["Nom", f"{child.first_name} {child.last_name}"],
                    ["Date de naissance", french.day(child.birth_date)],
                    ["École", school or "Sans école connue"],
                ],
            ],
            ["Inscription", request],
            [
                "Foyer",
                [
                    ["Adresse", home or "Inconnue"],
                    *(
                        [
                            _person(each.title, each.first_name, each.last_name),
                            ", ".join(part for part in (each.phone, each.email) if part) or "Non renseigné",
                        ]
                        for each in family.guardians
                    ),
                ],
            ],
        ],
        "documents": [
            [name(each.document_type), f"reçu le {french.moment(each.received_at)}"]
            for each in enrolment.attachments
        ]
        + [[name(code), "manquant"] for code in enrolment.missing_documents],
    }


def sheet_name(view: CertificationView) -> str:
    """The file's name."""
    return f"fiche-famille-{view.family.number}.pdf"


def _person(title: str, first_name: str, last_name: str) -> str:
    return f"{title} {first_name} {last_name}".strip()


def _certified(view: CertificationView) -> list[str]:
    signed = view.signature
    if signed is None:
        return [f"Ces données n’ont pas encore été validées pour l’année scolaire {view.school_year}."]
    lines = [
        f"Validées le {french.moment(signed.signed_at)} par {signed.signed_by} "
        f"(référence {signed.reference}) : « {signed.statement} »"
    ]
    if signed.changed_since:
        changed = " ; ".join(certification_words.name_of(point) for point in signed.changed_since)
        lines.append(f"Modifié depuis la validation : {changed}.")
    return lines
