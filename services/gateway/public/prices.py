"""« Tarifs et simulateur »: what a month would cost, signed in or not. Nothing that is typed here is kept."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from contracts.billing.estimates import Estimate, EstimateItem, EstimateMonth, PricedOffer
from contracts.billing.tariffs import MOST_SIBLINGS
from gateway import french
from gateway.forms import Form, NumberField, RadiosField, no_more_than, required
from gateway.services import ask

blueprint = Blueprint("prices", __name__, url_prefix="/activites/tarifs")
_MOST_UNITS = 200


class SituationForm(Form):
    """A family, described; a field for each thing that has a price is added."""

    quotient = NumberField(
        "Quotient familial",
        [no_more_than(99_999)],
        hint="Celui de la CAF, en euros. Vide : inconnu, au tarif le plus haut.",
    )
    resident = RadiosField(
        "Votre famille habite",
        [required("Dites où habite votre famille.")],
        choices=[("yes", "La commune"), ("no", "Une autre commune")],
    )
    children = NumberField(
        "Nombre d’enfants",
        [
            required("Indiquez le nombre d’enfants."),
            no_more_than(MOST_SIBLINGS, f"De 1 à {MOST_SIBLINGS} enfants."),
        ],
        hint="Ceux qui prendront ces activités.",
    )

    def refuse(self, name: str, sentence: str) -> None:
        """Says on a field what to correct; above the form where the town has no price at all."""
        if name in self._fields:
            self._add(self._fields[name], sentence)
        else:
            self.form_errors = [*self.form_errors, sentence]
        self._blame(422)


@blueprint.route("", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The form, filled with the parent's own situation; then what such a month costs, line by line."""
    view = ask(EstimateMonth())
    form = _form(view)
    asked: Estimate | None = None
    if form.validate_on_submit():
        items = tuple(
            EstimateItem(
                activity_code=offer.activity_code,
                place_code=offer.place_code,
                slot=offer.slot,
                units=form[f"units_{n}"].data,
            )
            for n, offer in enumerate(view.offers)
            if form[f"units_{n}"].data
        )
        if not form.children.data:
            form.refuse("children", "Indiquez au moins un enfant.")
        elif not items:
            form.refuse("units_0", "Indiquez pour une activité au moins combien de fois par mois.")
        else:
            asked = ask(
                EstimateMonth(
                    quotient=form.quotient.data,
                    resident=form.resident.data == "yes",
                    children=form.children.data,
                    items=items,
                )
            )
    page = render_template(
        "public/prices.html",
        view=view,
        form=form,
        asked=asked,
        name_of=name_of,
        fields=[f"units_{n}" for n in range(len(view.offers))],
    )
    return page, form.status


def name_of(offer: PricedOffer) -> str:
    """« Accueil du soir, moment « soir », École Jules-Verne »."""
    moment = f"« {offer.slot} »" if offer.slot else ""
    return french.typeset(", ".join(part for part in (offer.activity_name, moment, offer.place_name) if part))


def _form(view: Estimate) -> SituationForm:
    mine = view.situations[0] if view.situations else None
    fields = {
        f"units_{n}": NumberField(
            name_of(offer),
            [no_more_than(_MOST_UNITS)],
            hint=french.capitalize_first(f"{french.plural(offer.unit)} par mois et par enfant."),
        )
        for n, offer in enumerate(view.offers)
    }
    made: type[SituationForm] = type("SituationForm", (SituationForm,), fields)
    return made(
        quotient=mine.quotient if mine else None,
        resident="no" if mine and not mine.resident else "yes",
        children=1,
    )
