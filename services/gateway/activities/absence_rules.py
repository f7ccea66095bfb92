"""What an activity says of absences after the deadline: the fields of its form, and the sentence families read."""

from typing import Any

from contracts.enrolment.absence_terms import AbsenceReason, AbsenceTerms, Ground
from gateway.forms import NumberField, SelectField, required
from gateway.french import typeset
from gateway.sentences.absences import REASONS

BOUNDS = {
    "report_days": "De 0 à 31 jours.",
    "certificate_days": "De 1 à 60 jours.",
    "objection_days": "De 1 à 60 jours.",
}
"""What the terms refuse, on which field."""

_WORTH = {
    Ground.CERTIFICATE: "Non facturé si le certificat est accepté",
    Ground.DECISION: "Non facturé si la mairie accepte le motif",
    Ground.BILLED: "Facturé",
}
_DAYS = [required("Indiquez un nombre de jours.")]


def _worth(reason: AbsenceReason) -> SelectField:
    return SelectField(
        f"Motif : {REASONS[reason].lower()}",
        [required("Choisissez ce que vaut ce motif.")],
        choices=list(_WORTH.items()),
    )


class AbsenceFields:
    """The fields, for a form to inherit: how long each thing can be done, and what each reason is worth."""

    report_days = NumberField(
        "Signaler une absence : jours après la séance",
        _DAYS,
        hint="Dimanches compris. 0 : le jour même au plus tard.",
    )
    certificate_days = NumberField("Donner le certificat : jours après le signalement", _DAYS)
    objection_days = NumberField("Contester un pointage : jours après l’appel", _DAYS)
    ground_illness = _worth(AbsenceReason.ILLNESS)
    ground_appointment = _worth(AbsenceReason.APPOINTMENT)
    ground_family = _worth(AbsenceReason.FAMILY)
    ground_other = _worth(AbsenceReason.OTHER)

    def absences(self) -> dict[str, Any]:
        """As typed, for `AbsenceTerms` to judge."""
        chosen = {reason: getattr(self, f"ground_{reason}").data for reason in AbsenceReason}
        return {
            **{name: getattr(self, name).data for name in BOUNDS},
            "grounds": {reason: ground for reason, ground in chosen.items() if ground != Ground.BILLED},
        }


def filled(terms: AbsenceTerms) -> dict[str, Any]:
    """What the fields show of terms that exist."""
    return terms.model_dump(include=set(BOUNDS)) | {
        f"ground_{reason}": terms.ground(reason) for reason in AbsenceReason
    }


def sentence(terms: AbsenceTerms) -> str:
    """Until when an absence is reported once the day can no longer be cancelled, and what it does to the bill."""
    by_worth = {
        ground: [REASONS[reason] for reason in REASONS if terms.ground(reason) is ground] for ground in Ground
    }
    said = [f"Un jour qui ne peut plus être annulé : signalez l’absence {_until(terms.report_days)}."]
    for ground, words in (
        (
            Ground.CERTIFICATE,
            f"non facturé si un certificat est donné {_within(terms.certificate_days)} et accepté",
        ),
        (Ground.DECISION, "non facturé si la mairie accepte le motif"),
        (Ground.BILLED, "facturé"),
    ):
        if reasons := by_worth[ground]:
            said.append(f"{', '.join(reasons).capitalize()} : {words}.")
    said.append(f"Le pointage d’un jour se conteste {_within(terms.objection_days)}.")
    return typeset(" ".join(said))


def _until(days: int) -> str:
    if days < 2:
        return "au plus tard le lendemain" if days else "au plus tard le jour même"
    return f"au plus tard {days} jours après"


def _within(days: int) -> str:
    return f"dans les {days} jours" if days > 1 else "le lendemain au plus tard"
