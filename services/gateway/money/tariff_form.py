"""The form of a tariff: its rule, filled from one and read back into one."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from contracts.billing.tariffs import BandsRule, EffortRule, FixedRule, TariffRule
from gateway.forms import (
    CommandForm,
    EurosField,
    HiddenField,
    NumberField,
    RadiosField,
    TextareaField,
    TextField,
    no_more_than,
    required,
)
from gateway.money import tariff_text as lines

T = TypeVar("T")
Rule = FixedRule | BandsRule | EffortRule
_RULES: TypeAdapter[Rule] = TypeAdapter(TariffRule)
_PERCENT = [no_more_than(500)]
_FAULTS = {
    "band_without_bound": (
        "bands",
        "La dernière tranche, et elle seule, est « au-delà » : les autres ont un quotient.",
    ),
    "bands_out_of_order": ("bands", "Écrivez les tranches dans l’ordre des quotients, chacun une fois."),
    "least_above_most": ("most", "Le prix maximum est inférieur au prix minimum."),
    "siblings_out_of_order": (
        "steps",
        "Écrivez les lignes dans l’ordre : plus d’enfants, plus de réduction.",
    ),
    "moment_twice": ("moments", "Un moment est écrit deux fois : gardez une ligne par moment."),
    "reduction_twice": ("reductions", "Deux réductions ont le même nom."),
    "two_prices_elsewhere": (
        "away_cents",
        "Choisissez un prix propre ou un pourcentage, pas les deux.",
    ),
}
"""What a rule refuses, on which field, and what to do."""


class TariffForm(CommandForm):
    """By sections, in the order of the template."""

    version = HiddenField(default="0")
    kind = RadiosField(
        "Le prix d’une unité",
        [required("Choisissez comment le prix se calcule.")],
        choices=[
            ("fixed", "Est le même pour toutes les familles"),
            ("bands", "Dépend de la tranche de quotient familial"),
            ("effort", "Est une part du quotient familial (taux d’effort)"),
        ],
    )
    cents = EurosField("Prix unique")
    bands = TextareaField(
        "Tranches",
        rows=7,
        hint="Une ligne par tranche : « A jusqu’à 350 : 1,00 ». La dernière : « D au-delà : 4,80 ». "
        "Un quotient inconnu paie la dernière.",
    )
    rate = TextField("Taux, en % du quotient", classes="govuk-input--width-5", hint="Par exemple 0,525.")
    least = EurosField("Prix minimum")
    most = EurosField("Prix maximum", hint="Aussi celui d’un quotient inconnu.")

    away_percent = NumberField("Supplément, en %", _PERCENT)
    away_cents = EurosField("Ou un prix propre", hint="Il remplace alors le prix, quel que soit le quotient.")

    siblings = RadiosField(
        "Réduction pour les frères et sœurs",
        [required("Dites s’il y a une réduction.")],
        choices=[
            ("none", "Aucune"),
            ("rank", "Selon le rang : l’aîné paie le plein tarif"),
            ("count", "Selon le nombre d’enfants : la même pour tous"),
        ],
    )
    steps = TextareaField("Réductions par nombre d’enfants", rows=3, hint="Une ligne : « 2 enfants : 10 % ».")

    period = NumberField("Durée d’une période, en minutes", hint="Vide : le prix ne dépend pas de la durée.")
    minutes = NumberField("Durée d’un moment, en minutes")
    moments = TextareaField(
        "Moments d’une autre durée", rows=2, hint="Une ligne par moment : « soir : 100 minutes »."
    )

    reductions = TextareaField(
        "Réductions accordées à certaines familles",
        rows=3,
        hint="Une ligne : « Panier repas (PAI) : 50 % » ou « Agent communal : 0,50 € ».",
    )
    extra_percent = NumberField("Sans réservation : supplément en %", _PERCENT)
    extra_cents = EurosField("Et en euros")
    absence_percent = NumberField("Absence non justifiée : supplément en %", _PERCENT)
    absence_cents = EurosField("Et en euros")

    def rule(self, before: Rule) -> Rule | None:
        """The rule as typed; reductions of `before` that keep their name keep their code. None: errors are set."""
        typed: dict[str, Any] = {
            "kind": self.kind.data,
            **self._base(),
            "non_resident_percent": self.away_percent.data or 0,
            "non_resident_cents": self.away_cents.data,
            "siblings": self._siblings(),
            "duration": self._duration(),
            "reductions": self._read(
                "reductions", lambda text: lines.read_reductions(text, before.reductions)
            ),
            "surcharge": {"percent": self.extra_percent.data or 0, "cents": self.extra_cents.data or 0},
            "absence_surcharge": {
                "percent": self.absence_percent.data or 0,
                "cents": self.absence_cents.data or 0,
            },
        }
        if self.errors:
            return None
        try:
            return _RULES.validate_python(typed)
        except ValidationError as fault:
            self._place(fault)
            return None

    def refuse(self, name: str, sentence: str) -> None:
        """Says on a field what to correct."""
        self._add(self._fields[name], sentence)
        self._blame(422)

    def _base(self) -> dict[str, Any]:
        match self.kind.data:
            case "fixed":
                return {"cents": self._needed("cents", "Saisissez le prix.")}
            case "bands":
                bands = self._read("bands", lines.read_bands)
                if bands == ():
                    self.refuse("bands", "Écrivez au moins la tranche « au-delà ».")
                return {"bands": bands}
            case _:
                return {
                    "rate_per_100000": self._read("rate", lines.read_rate),
                    "least_cents": self._needed("least", "Saisissez le prix minimum."),
                    "most_cents": self._needed("most", "Saisissez le prix maximum."),
                }

    def _siblings(self) -> dict[str, Any] | None:
        if self.siblings.data in (None, "none"):
            return None
        steps = self._read("steps", lines.read_steps)
        if steps == ():
            self.refuse("steps", "Écrivez au moins une ligne : « 2 enfants : 10 % ».")
        return {"by": self.siblings.data, "steps": steps}

    def _duration(self) -> dict[str, Any] | None:
        if self.period.data is None:
            return None
        if not 5 <= self.period.data <= 1440:
            self.refuse("period", "Une période dure de 5 minutes à une journée.")
        if not 1 <= (self.minutes.data or 0) <= 1440:
            self.refuse("minutes", "Indiquez combien dure un moment, en minutes.")
        moments = self._read("moments", lines.read_moments)
        return {"period_minutes": self.period.data, "minutes": self.minutes.data, "moments": moments}

    def _needed(self, name: str, sentence: str) -> Any:
        if self._fields[name].data is None and not self._fields[name].errors:
            self.refuse(name, sentence)
        return self._fields[name].data

    def _read(self, name: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(self._fields[name].data or "")
        except ValueError as fault:
            self.refuse(name, str(fault))
            return None

    def _place(self, fault: ValidationError) -> None:
        for error in fault.errors():
            code = str(error.get("ctx", {}).get("error", ""))
            self.refuse(*_FAULTS.get(code, ("kind", "Vérifiez les réponses de cette page.")))


def filled(rule: Rule) -> dict[str, Any]:
    """What the form shows of a rule."""
    shown: dict[str, Any] = {
        "kind": rule.kind,
        "away_percent": rule.non_resident_percent or None,
        "away_cents": rule.non_resident_cents,
        "siblings": rule.siblings.by if rule.siblings else "none",
        "steps": lines.write_steps(rule.siblings.steps) if rule.siblings else "",
        "reductions": lines.write_reductions(rule.reductions),
        "extra_percent": rule.surcharge.percent or None,
        "extra_cents": rule.surcharge.cents or None,
        "absence_percent": rule.absence_surcharge.percent or None,
        "absence_cents": rule.absence_surcharge.cents or None,
    }
    if rule.duration:
        shown |= {
            "period": rule.duration.period_minutes,
            "minutes": rule.duration.minutes,
            "moments": lines.write_moments(rule.duration.moments),
        }
    match rule:
        case FixedRule():
            return shown | {"cents": rule.cents}
        case BandsRule():
            return shown | {"bands": lines.write_bands(rule.bands)}
        case EffortRule():
            rate = lines.write_rate(rule.rate_per_100000)
            return shown | {"rate": rate, "least": rule.least_cents, "most": rule.most_cents}
