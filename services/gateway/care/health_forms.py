"""The forms of a child's health, filled by a parent or by an agent of health."""

from datetime import date
from uuid import UUID

from contracts.accounts.health import Allergen, Care, Diet, DietView, Dose, SetDiet, Vaccine, VaccinesView
from gateway.care.health_words import ALLERGENS, DIETS, VACCINES
from gateway.forms import (
    CheckboxesField,
    CheckboxField,
    CommandForm,
    DateField,
    HiddenField,
    PhoneField,
    RadiosField,
    TextareaField,
    TextField,
    at_most,
    in_past,
    required,
)
from gateway.forms.numbers import number_in
from gateway.french import day, typeset

_CERTIFIED = "all"


class _Versioned(CommandForm):
    """Carries the version that the page showed: somebody else's change is not overwritten unseen."""

    version = HiddenField(default="0")

    @property
    def seen(self) -> int:
        """The version shown."""
        return number_in(self.version.data)


class DietForm(_Versioned):
    """What the child eats and does not."""

    diet = RadiosField(
        "Quel menu ?", [required("Choisissez un menu")], choices=[(code.value, DIETS[code]) for code in Diet]
    )
    avoided = CheckboxesField(
        "Quels aliments ne doit-on pas lui servir ?",
        hint="La cuisine voit ces cases et le menu, jamais la raison.",
        choices=[(code.value, ALLERGENS[code]) for code in Allergen],
    )
    lunch_box = CheckboxField("Nous fournissons son repas chaque jour (panier-repas prévu par un PAI)")

    def fill(self, view: DietView) -> None:
        """As it stands."""
        self.diet.data, self.avoided.data = view.diet.value, [code.value for code in view.avoided]
        self.lunch_box.data, self.version.data = view.lunch_box, str(view.version)

    def order(self, child_id: UUID) -> SetDiet:
        """What was filled."""
        return SetDiet(
            command_id=self.command_id.data,
            child_id=child_id,
            version=self.seen,
            diet=Diet(str(self.diet.data)),
            avoided=[Allergen(code) for code in self.avoided.data],
            lunch_box=bool(self.lunch_box.data),
        )


class CareForm(_Versioned):
    """What whoever looks after the child must know."""

    allergies = TextareaField(
        "Allergies et maladies",
        [at_most(2000)],
        rows=3,
        hint="Lu par le service santé seulement.",
    )
    emergency = TextareaField(
        "Que faire en cas d’urgence ?",
        [at_most(2000)],
        rows=4,
        hint="Lu par les personnes qui s’occupent de l’enfant : dites les signes et les gestes.",
    )
    treatment = TextareaField(
        "Traitement gardé sur place", [at_most(2000)], rows=2, hint="Lequel, et où il est rangé."
    )
    doctor = TextField("Médecin", [at_most(200)])
    doctor_phone = PhoneField("Téléphone du médecin", [at_most(200)], autocomplete="off")
    has_pai = CheckboxField("Un projet d’accueil individualisé (PAI) a été signé")
    pai_from = DateField("Début du PAI")
    pai_until = DateField("Fin du PAI", hint="Un PAI est revu chaque année.")

    def fill(self, care: Care, version: int) -> None:
        """As it stands, or as it was asked for."""
        for name, value in care:
            self[name].data = value
        self.version.data = str(version)

    def validate(self, extra_validators: object = None) -> bool:
        """A PAI has an end, after its start."""
        valid = super().validate(extra_validators)
        start, end = self.pai_from.data, self.pai_until.data
        if valid and self.has_pai.data and end is None:
            self._add(self.pai_until, "Saisissez la date de fin du PAI")
        elif valid and start and end and end < start:
            self._add(self.pai_until, "La fin du PAI vient après son début")
        else:
            return valid
        self._blame(422)
        return False

    def care(self) -> Care:
        """What was typed."""
        return Care(
            allergies=self.allergies.data or "",
            emergency=self.emergency.data or "",
            treatment=self.treatment.data or "",
            doctor=self.doctor.data or "",
            doctor_phone=self.doctor_phone.data or "",
            has_pai=bool(self.has_pai.data),
            pai_from=self.pai_from.data if self.has_pai.data else None,
            pai_until=self.pai_until.data if self.has_pai.data else None,
        )


class VaccinesForm(_Versioned):
    """One visit to the doctor: one injection often covers several."""

    given = CheckboxesField(
        "Quelles vaccinations ?",
        [required("Cochez au moins une vaccination")],
        hint="Un même vaccin en couvre souvent plusieurs : cochez toutes celles du carnet de santé ce jour-là.",
        choices=[
            (_CERTIFIED, "Toutes : un médecin certifie que l’enfant est à jour"),
            *((code.value, VACCINES[code]) for code in Vaccine),
        ],
    )
    on = DateField(
        "À quelle date ?", [required("Saisissez la date"), in_past("Cette date doit être passée.")]
    )
    valid_until = DateField("Prochain rappel", hint="Facultatif : la date du rappel, si le carnet l’indique.")

    def validate(self, extra_validators: object = None) -> bool:
        """The next dose comes after this one."""
        valid = super().validate(extra_validators)
        if valid and self.on.data and self.valid_until.data and self.valid_until.data <= self.on.data:
            self._add(self.valid_until, typeset("Le rappel vient après la vaccination"))
            self._blame(422)
            return False
        return valid

    def added_to(self, view: VaccinesView) -> tuple[list[Dose], date | None]:
        """(doses, certificate) with these: the newest dose of each counts."""
        doses = {dose.vaccine: dose for dose in view.doses}
        certified = view.certified_on
        for code in self.given.data:
            if code == _CERTIFIED:
                certified = max(filter(None, (certified, self.on.data)))
                continue
            dose = Dose(vaccine=Vaccine(code), last_dose=self.on.data, valid_until=self.valid_until.data)
            known = doses.get(dose.vaccine)
            if known is None or known.last_dose <= dose.last_dose:
                doses[dose.vaccine] = dose
        return list(doses.values()), certified


def care_rows(care: Care) -> list[tuple[str, str]]:
    """(question, answer) of what is known."""
    return [(label, answer) for label, answer in _answers(care).items() if answer]


def care_changes(now: Care, asked: Care) -> list[tuple[str, str, str]]:
    """(question, answer now, answer asked for) of what differs."""
    known, wanted = _answers(now), _answers(asked)
    return [
        (label, known[label] or "–", wanted[label] or "–") for label in known if known[label] != wanted[label]
    ]


def _answers(care: Care) -> dict[str, str]:
    until = f"jusqu’au {day(care.pai_until)}" if care.pai_until else ""
    since = f"du {day(care.pai_from)}" if care.pai_from else ""
    return {
        "Allergies et maladies": care.allergies,
        "En cas d’urgence": care.emergency,
        "Traitement sur place": care.treatment,
        "Médecin": ", ".join(
            part for part in (care.doctor, care.doctor_phone.replace(" ", "\u00a0")) if part
        ),
        "PAI": " ".join(part for part in ("Signé,", since, until) if part).rstrip(",")
        if care.has_pai
        else "",
    }
