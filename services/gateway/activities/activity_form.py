"""The form of an activity: all of its terms, filled from them and read back into them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, TypeVar

from pydantic import ValidationError

from chassis.clock import PARIS
from contracts.enrolment.deadlines import DaysBefore, DeadlineRule, PreviousMonthDay, WeekdayBefore
from contracts.enrolment.offer import ActivityKind, ActivityTerms, Season, Where
from contracts.enrolment.terms import Grain, Level, Waiting, WaitingOrder, Window
from gateway.activities import absence_rules
from gateway.activities import activity_text as lines
from gateway.forms import (
    CheckboxesField,
    CheckboxField,
    CommandForm,
    DateField,
    HiddenField,
    NumberField,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    at_most,
    required,
)
from gateway.french import DAYS

T = TypeVar("T")
WEEKDAYS = [(str(n), name.capitalize()) for n, name in enumerate(DAYS, 1)]
ROW = "checkboxes-row"
SHORT = "govuk-input--width-5"
YES_NO = [("yes", "Dès que les documents demandés sont joints"), ("no", "Après la décision d’un agent")]
RULES = [
    ("none", "Jusqu’à la veille au soir"),
    ("days_before", "Un nombre de jours avant"),
    ("weekday_before", "Un jour d’une semaine précédente"),
    ("previous_month_day", "Un jour du mois précédent"),
]
_FAULTS = {
    "unknown_slot": (
        "slots",
        "Un moment cité plus bas n’est pas dans cette liste : vérifiez son orthographe.",
    ),
    "linked_to_itself": ("links", "Un moment ne peut pas dépendre de lui-même."),
    "group_twice": ("groups", "Deux groupes ont les mêmes âges."),
    "groups_overlap": ("groups", "Deux groupes se partagent un âge : séparez-les."),
    "openings_overlap": ("openings", "Deux périodes se partagent un jour : séparez-les."),
    "oldest_before_youngest": ("oldest", "L’âge le plus grand est inférieur au plus petit."),
    "window_out_of_order": ("enrol_until", "La fin précède l’ouverture, ou l’ouverture celle des habitants."),
    "window_without_opening": ("enrol_from", "Indiquez aussi l’ouverture pour tous."),
}
_BOUNDS = {
    "youngest": "L’âge va de 0 à 25 ans.",
    "oldest": "L’âge va de 0 à 25 ans.",
    "name": "Donnez un nom de deux lettres au moins.",
    **absence_rules.BOUNDS,
}
"""What the terms refuse, on which field, and what to do."""


class ActivityForm(absence_rules.AbsenceFields, CommandForm):
    """By sections, in the order of the template."""

    version = HiddenField(default="0")
    name = TextField("Nom de l’activité", [required("Donnez un nom à l’activité."), at_most(80)])
    kind = SelectField(
        "Famille d’activité",
        [required("Choisissez une famille.")],
        choices=[
            (ActivityKind.SCHOOL, "Inscription scolaire"),
            (ActivityKind.CANTEEN, "Restauration"),
            (ActivityKind.WEDNESDAY, "Mercredi"),
            (ActivityKind.EVENING, "Soir"),
            (ActivityKind.HOLIDAYS, "Vacances"),
        ],
    )
    description = TextareaField("Description pour les familles", [at_most(400)], rows=2)
    unit = TextField(
        "Ce qu’on réserve s’appelle",
        [required("Dites comment s’appelle une réservation."), at_most(40)],
        hint="Repas, demi-journée, heure : c’est le mot de la facture.",
    )
    child_care = CheckboxField("Garde d’enfant : donne droit au crédit d’impôt (pas les repas)")

    where = RadiosField(
        "Où",
        [required("Choisissez où.")],
        choices=[
            (Where.OWN_SCHOOL, "Dans l’école de l’enfant"),
            (Where.ANY_OFFERED, "Dans tout lieu qui la propose"),
        ],
    )
    youngest = NumberField("Âge minimum", hint="En années, le jour de l’activité. Vide : pas de minimum.")
    oldest = NumberField("Âge maximum")
    levels = CheckboxesField(
        "Réservée aux classes de", choices=[(level, level) for level in Level], classes=ROW
    )
    schools = CheckboxesField("Réservée aux écoles")
    residents_only = CheckboxField("Réservée aux familles qui habitent la ville")

    at_once = RadiosField("Inscription acceptée", [required("Choisissez.")], choices=YES_NO)
    documents = CheckboxesField("Documents demandés")
    enrol_from = DateField("Inscriptions ouvertes à partir du", hint="Vide : toujours ouvertes.")
    enrol_from_hour = TextField("Heure d’ouverture", hint="8 h", classes=SHORT)
    enrol_residents = DateField("Plus tôt pour les habitants, à partir du")
    enrol_residents_hour = TextField("Heure pour les habitants", classes=SHORT)
    enrol_until = DateField("Inscriptions fermées à partir du")
    enrol_until_hour = TextField("Heure de fermeture", classes=SHORT)
    enrolment_places = NumberField("Enfants inscrits au plus, par lieu", hint="Vide : pas de limite.")

    season = RadiosField(
        "Quand",
        [required("Choisissez quand.")],
        choices=[
            (Season.TERM, "En période scolaire"),
            (Season.HOLIDAYS, "Pendant les vacances"),
            (Season.NONE, "Sans jours à réserver"),
        ],
    )
    weekdays = CheckboxesField("Jours", choices=WEEKDAYS, classes=ROW)
    slots = TextField(
        "Moments de la journée", hint="Séparés par des virgules : matin, repas. Vide : un seul."
    )
    hours = TextareaField("Heures", rows=2, hint="Une ligne par moment : « matin : 8 h - 12 h ».")
    meal_slots = TextField("Moments avec un repas", hint="Les mêmes mots ; « tous » pour tous.")
    links = TextareaField(
        "Moments qui ne se réservent pas seuls", rows=2, hint="« repas avec matin ou après-midi »."
    )
    booked_by = RadiosField(
        "On réserve",
        [required("Choisissez.")],
        choices=[(Grain.DAY, "Jour par jour"), (Grain.WEEK, "Par semaine entière")],
    )
    usual = TextareaField(
        "Jours proposés d’avance dans la semaine type",
        rows=2,
        hint="« lundi, jeudi », ou une ligne par moment : « matin : mercredi ».",
    )
    openings = TextareaField(
        "Ouverture des réservations",
        rows=3,
        hint="Une ligne par période : « 19/12/2026 - 03/01/2027 : 02/12/2026 8 h ; habitants 01/12/2026 8 h ; "
        "fin 18/12/2026 18 h ».",
    )

    capacity = NumberField("Places par séance", [required("Indiquez le nombre de places.")])
    groups = TextareaField("Places par âge", rows=3, hint="Une ligne par groupe : « 3-5 ans : 24 places ».")
    waiting = RadiosField(
        "S’il n’y a plus de place",
        [required("Choisissez.")],
        choices=[
            ("none", "Complet, sans liste d’attente"),
            (WaitingOrder.BY_TIME, "Liste d’attente, dans l’ordre des demandes"),
            (WaitingOrder.RESIDENTS_FIRST, "Liste d’attente, les habitants d’abord"),
        ],
    )
    waiting_hours = NumberField("Heures pour prendre une place proposée")

    adding = RadiosField("Réserver un jour est possible", [required("Choisissez un délai.")], choices=RULES)
    adding_number = NumberField("Nombre de jours, de semaines, ou jour du mois")
    adding_weekday = SelectField("Jour de la semaine", choices=WEEKDAYS)
    adding_hour = TextField("Jusqu’à quelle heure", hint="9 h", classes=SHORT)
    adding_skip = CheckboxesField(
        "Ne comptent pas", choices=[*WEEKDAYS, ("holidays", "Jours fériés")], classes=ROW
    )
    cancelling = RadiosField(
        "Annuler un jour est possible", [required("Choisissez un délai.")], choices=RULES
    )
    cancelling_number = NumberField("Nombre de jours, de semaines, ou jour du mois")
    cancelling_weekday = SelectField("Jour de la semaine", choices=WEEKDAYS)
    cancelling_hour = TextField("Jusqu’à quelle heure", hint="9 h", classes=SHORT)
    cancelling_skip = CheckboxesField(
        "Ne comptent pas", choices=[*WEEKDAYS, ("holidays", "Jours fériés")], classes=ROW
    )

    retired = CheckboxField("Ne prend plus d’inscription ; ce qui est inscrit et réservé reste")

    def terms(self, before: ActivityTerms | None) -> ActivityTerms | None:
        """The terms as typed; what the form does not ask is kept of `before`. None, with the form's errors set."""
        faults_before = len(self.errors)
        slots = self._read("slots", lines.read_slots) or ("",)
        groups = before.groups if before else ()
        typed: dict[str, Any] = {
            "code": before.code if before else code_of(str(self.name.data)),
            "name": self.name.data,
            "kind": self.kind.data,
            "unit": self.unit.data,
            "description": self.description.data or "",
            "child_care": bool(self.child_care.data),
            "at_once": self.at_once.data == "yes",
            "documents": self.documents.data or [],
            "where": self.where.data,
            "season": self.season.data,
            "weekdays": self.weekdays.data or [],
            "slots": slots,
            "adding": self._rule("adding"),
            "cancelling": self._rule("cancelling"),
            "capacity": self.capacity.data or 0,
            "eligibility": {
                "youngest": self.youngest.data,
                "oldest": self.oldest.data,
                "levels": self.levels.data or [],
                "schools": self.schools.data or [],
                "residents_only": bool(self.residents_only.data),
            },
            "enrolling": {
                "opens_at": self._instant("enrol_from"),
                "residents_from": self._instant("enrol_residents"),
                "closes_at": self._instant("enrol_until"),
            },
            "openings": self._read("openings", lines.read_openings) or (),
            "booked_by": self.booked_by.data,
            "groups": self._read("groups", lambda text: lines.read_groups(text, groups)) or (),
            "waiting": self._waiting(),
            "enrolment_places": self.enrolment_places.data,
            "links": self._read("links", lines.read_links) or (),
            "usual_days": self._read("usual", lambda text: lines.read_usual_days(text, slots)) or (),
            "meal_slots": self._meal_slots(slots),
            "hours": self._read("hours", lines.read_hours) or (),
            "absences": self.absences(),
            "retired": bool(self.retired.data),
        }
        if self.season.data != Season.NONE and not self.weekdays.data:
            self.refuse("weekdays", "Choisissez au moins un jour, ou « Sans jours à réserver ».")
        if self.status != 200 or len(self.errors) > faults_before:
            return None
        kept = before.model_dump() if before else {}
        try:
            return ActivityTerms.model_validate(kept | typed)
        except ValidationError as fault:
            self._place(fault)
            return None

    def _rule(self, name: str) -> DeadlineRule | None:
        kind = self._fields[name].data
        if kind in (None, "none"):
            return None
        at = self._read(f"{name}_hour", lines.read_hour)
        number, weekday = self._fields[f"{name}_number"].data, self._fields[f"{name}_weekday"].data
        skip = self._fields[f"{name}_skip"].data or []
        if number is None:
            self.refuse(f"{name}_number", "Indiquez le nombre.")
        if kind == "weekday_before" and not weekday:
            self.refuse(f"{name}_weekday", "Choisissez le jour de la semaine.")
        if at is None or number is None or (kind == "weekday_before" and not weekday):
            return None
        shared: dict[str, Any] = {
            "at": at,
            "skip_weekdays": [int(each) for each in skip if each != "holidays"],
            "skip_holidays": "holidays" in skip,
        }
        try:
            match kind:
                case "days_before":
                    return DaysBefore(days=number, **shared)
                case "weekday_before":
                    return WeekdayBefore(weekday=int(weekday), weeks=number, **shared)
                case _:
                    return PreviousMonthDay(day=number, **shared)
        except ValidationError:
            limits = {"days_before": "0 à 60 jours", "weekday_before": "1 à 8 semaines"}
            self.refuse(
                f"{name}_number", f"De {limits.get(kind, '1 à 31')}, et un jour au moins doit compter."
            )
            return None

    def _instant(self, name: str) -> datetime | None:
        day: date | None = self._fields[name].data
        if day is None:
            return None
        text = self._fields[f"{name}_hour"].data or "0 h"
        at = self._read(f"{name}_hour", lines.read_hour, text) or time(0)
        return datetime.combine(day, at, tzinfo=PARIS)

    def _waiting(self) -> Waiting | None:
        if self.waiting.data in (None, "none"):
            return None
        hours = self.waiting_hours.data or 48
        if not 1 <= hours <= 336:
            self.refuse("waiting_hours", "De 1 à 336 heures (deux semaines).")
            return None
        return Waiting(order=WaitingOrder(self.waiting.data), hours=hours)

    def _meal_slots(self, slots: tuple[str, ...]) -> frozenset[str]:
        text = (self.meal_slots.data or "").strip()
        if text.lower() == "tous":
            return frozenset(slots)
        return frozenset(part.strip() for part in text.split(",") if part.strip())

    def _read(self, name: str, read: Callable[[str], T], text: str | None = None) -> T | None:
        try:
            return read(self._fields[name].data or "" if text is None else text)
        except ValueError as fault:
            self.refuse(name, str(fault))
            return None

    def refuse(self, name: str, sentence: str) -> None:
        """Says on a field what to correct."""
        self._add(self._fields[name], sentence)
        self._blame(422)

    def _place(self, fault: ValidationError) -> None:
        for error in fault.errors():
            code, last = (
                str(error.get("ctx", {}).get("error", "")),
                str(error["loc"][-1:] and error["loc"][-1]),
            )
            if code in _FAULTS:
                self.refuse(*_FAULTS[code])
            elif last in _BOUNDS:
                self.refuse(last, _BOUNDS[last])
            else:
                self.refuse("name", "Vérifiez les réponses de cette page.")


def filled(terms: ActivityTerms) -> dict[str, Any]:
    """What the form shows of an activity that exists."""
    rule = terms.eligibility
    return {
        **terms.model_dump(
            include={
                "name",
                "kind",
                "description",
                "unit",
                "child_care",
                "where",
                "season",
                "booked_by",
                "capacity",
                "enrolment_places",
                "retired",
            }
        ),
        "at_once": "yes" if terms.at_once else "no",
        "documents": list(terms.documents),
        "youngest": rule.youngest,
        "oldest": rule.oldest,
        "levels": [str(level) for level in rule.levels],
        "schools": list(rule.schools),
        "residents_only": rule.residents_only,
        "weekdays": [str(day) for day in sorted(terms.weekdays)],
        "slots": ", ".join(slot for slot in terms.slots if slot),
        "hours": lines.write_hours(terms.hours),
        "meal_slots": "tous" if terms.meal_slots == set(terms.slots) else ", ".join(sorted(terms.meal_slots)),
        "links": lines.write_links(terms.links),
        "usual": lines.write_usual_days(terms.usual_days, terms.slots),
        "openings": lines.write_openings(terms.openings),
        "groups": lines.write_groups(terms.groups),
        "waiting": terms.waiting.order if terms.waiting else "none",
        "waiting_hours": terms.waiting.hours if terms.waiting else 48,
        **_filled_window(terms.enrolling),
        **_filled_rule("adding", terms.adding),
        **_filled_rule("cancelling", terms.cancelling),
        **absence_rules.filled(terms.absences),
    }


def _filled_window(window: Window) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, at in (
        ("enrol_from", window.opens_at),
        ("enrol_residents", window.residents_from),
        ("enrol_until", window.closes_at),
    ):
        if at is not None:
            local = at.astimezone(PARIS)
            shown |= {name: local.date(), f"{name}_hour": lines.write_hour(local.time())}
    return shown


def _filled_rule(name: str, rule: DeadlineRule | None) -> dict[str, Any]:
    if rule is None:
        return {name: "none"}
    number = {"days_before": "days", "weekday_before": "weeks", "previous_month_day": "day"}[rule.kind]
    skip = [str(day) for day in sorted(rule.skip_weekdays)] + (["holidays"] if rule.skip_holidays else [])
    return {
        name: rule.kind,
        f"{name}_number": getattr(rule, number),
        f"{name}_weekday": str(rule.weekday) if isinstance(rule, WeekdayBefore) else None,
        f"{name}_hour": lines.write_hour(rule.at),
        f"{name}_skip": skip,
    }


def code_of(name: str) -> str:
    """« Éveil musical » → `eveil-musical`."""
    plain = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "activite"
