"""The forms of whoever composes a démarche: what is said of it, a page, a question of each kind."""

from typing import Any

from contracts.documents.types import DocumentTypeView
from contracts.enrolment.procedure_forms import (
    Audience,
    FieldKind,
    FormField,
    FormPage,
    Prefill,
    ProcedureForm,
)
from contracts.events.requests import ProcedureKind, Silence
from gateway.forms import (
    CheckboxesField,
    CommandForm,
    HiddenField,
    NumberField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    at_most,
    matching,
    required,
)
from gateway.forms.fields import HALF
from gateway.procedures import procedure_conditions, procedure_edits

KINDS = {
    FieldKind.TEXT: "Texte d’une ligne",
    FieldKind.LONG_TEXT: "Texte de plusieurs lignes",
    FieldKind.CHOICE: "Un choix parmi plusieurs",
    FieldKind.CHOICES: "Plusieurs choix possibles",
    FieldKind.YES_NO: "Oui ou non",
    FieldKind.DATE: "Date",
    FieldKind.NUMBER: "Nombre",
    FieldKind.ADDRESS: "Adresse postale",
    FieldKind.PHONE: "Numéro de téléphone",
    FieldKind.EMAIL: "Adresse courriel",
    FieldKind.CHILD: "Un enfant de la famille",
    FieldKind.DOCUMENT: "Document à joindre",
    FieldKind.INFORMATION: "Paragraphe d’information",
}
_PREFILLED = {
    FieldKind.TEXT: [(Prefill.FIRST_NAME, "Avec le prénom"), (Prefill.LAST_NAME, "Avec le nom")],
    FieldKind.EMAIL: [(Prefill.EMAIL, "Avec l’adresse courriel du compte")],
    FieldKind.PHONE: [(Prefill.PHONE, "Avec le téléphone du compte")],
    FieldKind.ADDRESS: [(Prefill.ADDRESS, "Avec l’adresse du foyer")],
}
_LIMITS = {
    FieldKind.TEXT: ("Nombre de caractères, au moins", "Nombre de caractères, au plus", "200 au plus."),
    FieldKind.LONG_TEXT: (
        "Nombre de caractères, au moins",
        "Nombre de caractères, au plus",
        "5 000 au plus.",
    ),
    FieldKind.NUMBER: ("Plus petit nombre", "Plus grand nombre", ""),
    FieldKind.DATE: (
        "Pas avant, en jours",
        "Pas après, en jours",
        "Compté du jour où l’on remplit : 0 pour ce jour, -90 pour trois mois plus tôt, 30 pour un mois plus tard.",
    ),
    FieldKind.CHOICES: ("Réponses à cocher, au moins", "Réponses à cocher, au plus", ""),
    FieldKind.DOCUMENT: ("", "Nombre de fichiers, au plus", "Un seul si rien n’est dit."),
}
_TWO = matching(r"(?s)\s*\S.*\S\s*", "Écrivez au moins deux caractères.")
_WHOLE = matching(r"-?\d{1,9}", "Écrivez un nombre entier, par exemple 30 ou -90.")


class SettingsForm(CommandForm):
    """What is said of a procedure before its pages."""

    revision = HiddenField(default="0")
    title = TextField(
        "Titre",
        [required("Donnez un titre."), _TWO, at_most(120)],
        hint="Ce que fait l’usager : « Demander … ».",
    )
    summary = TextField("En une phrase", [required("Résumez la démarche en une phrase."), _TWO, at_most(200)])
    text = TextareaField(
        "Ce qu’il faut savoir",
        [at_most(6000)],
        rows=8,
        hint="Une ligne vide sépare les paragraphes. Facultatif.",
    )
    category = TextField(
        "Catégorie",
        [required("Donnez une catégorie."), _TWO, at_most(60)],
        classes=HALF,
        hint="Par exemple « État civil ».",
    )
    department = TextField(
        "Service chargé des demandes",
        [required("Nommez le service."), _TWO, at_most(80)],
        classes=HALF,
        hint="Son nom, tel qu’il figure dans la liste des services.",
    )
    audience = RadiosField(
        "Qui peut l’utiliser ?",
        [required("Dites qui peut l’utiliser.")],
        choices=[
            (Audience.ANYBODY, "Tout le monde", "Une adresse courriel est toujours demandée"),
            (Audience.SIGNED_IN, "Les personnes qui ont un compte", "Nécessaire pour exiger un document"),
        ],
    )
    kind = RadiosField(
        "Que fait le service d’une demande ?",
        [required("Dites ce que fait le service.")],
        choices=[
            (ProcedureKind.DECISION, "Il accepte ou refuse", "Une décision, avec voies de recours"),
            (ProcedureKind.APPLICATION, "Il retient ou non une candidature"),
            (ProcedureKind.REPORT, "Il en prend note", "Un signalement"),
        ],
    )
    silence = RadiosField(
        "Sans réponse au bout de deux mois",
        [required("Dites ce que vaut le silence.")],
        choices=[
            (Silence.ACCEPTANCE, "La demande est acceptée", "CRPA, article L231-1"),
            (Silence.REFUSAL, "La demande est rejetée", "CRPA, article L231-4, ou un texte propre"),
            (Silence.NOTHING, "Aucune décision n’est attendue"),
        ],
    )
    answer_days = NumberField("Délai de réponse annoncé, en jours", [required("Indiquez un délai.")])
    retention_months = NumberField(
        "Mois de conservation après la décision",
        [required("Indiquez une durée.")],
        hint="Les données sont ensuite effacées.",
    )
    sources = TextareaField("Textes de référence", rows=3, hint="Un par ligne. Facultatif.")

    def fill(self, form: ProcedureForm) -> None:
        """Opens with what stands."""
        if self.is_submitted():
            return
        for name in _SAID:
            self[name].data = getattr(form, name)
        self.sources.data = "\n".join(form.sources)

    def validate(self, extra_validators: Any = None) -> bool:
        """The bounds of the two numbers and of the sources are said on their fields."""
        valid = super().validate(extra_validators)
        for name, most in (("answer_days", 365), ("retention_months", 120)):
            if self[name].data is not None and not 1 <= self[name].data <= most:
                self._add(self[name], f"Indiquez un nombre de 1 à {most}.")
                valid = False
        if len(self._sources()) > 10:
            self._add(self.sources, "Dix textes au plus.")
            valid = False
        if not valid:
            self._blame(422)
        return valid

    def said(self) -> dict[str, Any]:
        """The answers, by the names of `ProcedureForm`."""
        return {**{name: self[name].data or "" for name in _SAID}, "sources": self._sources()}

    def _sources(self) -> tuple[str, ...]:
        lines = (line.strip() for line in (self.sources.data or "").splitlines())
        return tuple(line for line in lines if line)


_SAID = (
    "title", "summary", "text", "category", "department", "audience", "kind", "silence", "answer_days",
    "retention_months",
)  # fmt: skip


class _Conditional(CommandForm):
    """What is shown only after some answers. The two fields are there when an earlier field can be asked of."""

    revision = HiddenField(default="0")

    def offer(self, boxes: list[tuple[str, str]]) -> None:
        """The answers given before; without any there is nothing to depend on."""
        if boxes:
            self["shown_when"].choices = list(boxes)
        else:
            del self["shown_when"], self["all_of"]

    def condition(self) -> Any:
        """As ticked."""
        if "shown_when" not in self:
            return None
        return procedure_conditions.read(self["shown_when"].data, self["all_of"].data != "any")

    def fill_condition(self, of: FormPage | FormField) -> None:
        """Opens with what stands."""
        if "shown_when" in self:
            self["shown_when"].data = procedure_conditions.ticked(of.shown_when)
            self["all_of"].data = "any" if of.shown_when and not of.shown_when.all_of else "all"


def _condition_fields() -> dict[str, Any]:
    return {
        "shown_when": CheckboxesField(
            "Montrer seulement si",
            hint="Rien de coché : toujours. Deux réponses d’une même question : l’une ou l’autre.",
        ),
        "all_of": RadiosField(
            "Si plusieurs questions sont cochées",
            choices=[("all", "Il faut une réponse cochée à chacune"), ("any", "Une seule suffit")],
        ),
    }


class PageSettings(_Conditional):
    """A page of the form."""

    title = TextField("Titre de la page", [required("Donnez un titre à la page."), _TWO, at_most(120)])
    text = TextareaField("Texte sous le titre", [at_most(1500)], rows=3, hint="Facultatif.")


class NewQuestion(CommandForm):
    """What kind of question, in which words; the rest follows."""

    revision = HiddenField(default="0")
    kind = SelectField("Type de question", [required("Choisissez un type.")], choices=list(KINDS.items()))
    label = TextField(
        "Question", [required("Écrivez la question."), at_most(200)], hint="Pour un paragraphe : son titre."
    )


class QuestionSettings(_Conditional):
    """A question; the fields of its kind are added."""

    label = TextField("Question", [required("Écrivez la question."), at_most(200)])
    help = TextareaField("Aide, sous la question", [at_most(1500)], rows=2, hint="Facultatif.")


def page_settings(form: ProcedureForm, page: FormPage) -> PageSettings:
    """Of this page, filled."""
    made: Any = type("PageSettings", (PageSettings,), _condition_fields())()
    made.offer(procedure_conditions.boxes(form, page.name))
    if not made.is_submitted():
        made.title.data, made.text.data = page.title, page.text
        made.fill_condition(page)
    settings: PageSettings = made
    return settings


def question_settings(
    form: ProcedureForm, field: FormField, types: list[DocumentTypeView]
) -> QuestionSettings:
    """Of this question, filled, with what its kind needs."""
    page = procedure_edits.page_of(form, field.name)
    controls = {**_own_fields(field, types), **_condition_fields()}
    made: Any = type("QuestionSettings", (QuestionSettings,), controls)()
    made.offer(procedure_conditions.boxes(form, page.name if page else "", field.name))
    if not made.is_submitted():
        made.label.data, made.help.data = field.label, field.help
        for name in ("least", "most"):
            limit = getattr(field, name)
            if name in made and limit is not None:
                made[name].data = str(limit)
        for name in ("document_type", "prefill"):
            if name in made:
                made[name].data = getattr(field, name) or ""
        if "required" in made:
            made["required"].data = "yes" if field.required else "no"
        if "reuses" in made:
            made["reuses"].data = "yes" if field.reuses else "no"
        if "options" in made:
            made["options"].data = procedure_edits.write_options(field.options)
        made.fill_condition(field)
    settings: QuestionSettings = made
    return settings


def read_question(settings: QuestionSettings, field: FormField) -> FormField | None:
    """The question as typed. None: an error is on the form."""
    typed: dict[str, Any] = {
        "label": settings.label.data,
        "help": settings.help.data or "",
        "shown_when": settings.condition(),
    }
    if "required" in settings:
        typed["required"] = settings["required"].data == "yes"
    for name in ("least", "most"):
        if name in settings:
            typed[name] = int(settings[name].data) if settings[name].data else None
    if "document_type" in settings:
        typed["document_type"] = settings["document_type"].data or ""
        typed["reuses"] = settings["reuses"].data != "no"
    if "prefill" in settings:
        typed["prefill"] = Prefill(settings["prefill"].data) if settings["prefill"].data else None
    if "options" in settings:
        try:
            typed["options"] = procedure_edits.read_options(settings["options"].data or "", field.options)
        except ValueError as fault:
            settings._add(settings["options"], str(fault))
            settings._blame(422)
            return None
    return field.model_copy(update=typed)


def _own_fields(field: FormField, types: list[DocumentTypeView]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if field.kind is not FieldKind.INFORMATION:
        found["required"] = RadiosField(
            "La réponse est-elle obligatoire ?",
            [required("Dites si la réponse est obligatoire.")],
            choices=[("yes", "Oui"), ("no", "Non")],
        )
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        found["options"] = TextareaField(
            "Choix",
            rows=6,
            hint="Un par ligne. Une précision s’écrit après une barre : « Spontanée | Sans offre ».",
        )
    if field.kind in _LIMITS:
        below, above, hint = _LIMITS[field.kind]
        if below:
            found["least"] = TextField(below, [_WHOLE], classes="govuk-input--width-5", hint=hint)
        found["most"] = TextField(above, [_WHOLE], classes="govuk-input--width-5", hint="" if below else hint)
    if field.kind is FieldKind.DOCUMENT:
        choices = [("", "N’importe quel document"), *((each.code, each.name) for each in types)]
        found["document_type"] = SelectField("Type de document", choices=choices, prompt="")
        found["reuses"] = RadiosField(
            "Un document de ce type déjà fourni à la ville suffit-il ?",
            choices=[
                ("yes", "Oui", "Il n’est pas redemandé tant qu’il est valable"),
                ("no", "Non", "Il est celui d’une autre personne, ou il doit être récent"),
            ],
        )
    if field.kind in _PREFILLED:
        choices = [("", "Rien"), *_PREFILLED[field.kind]]
        found["prefill"] = SelectField("Préremplir, pour qui a un compte", choices=choices, prompt="")
    return found
