"""« Régies »: which there are, what each bills, and what the town decided of how its money is taken."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.funds import (
    Funds,
    FundScope,
    FundScopes,
    OpenFund,
    ReadFundScopes,
    SetFundScope,
    SetFundTerms,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access, french
from gateway.forms import (
    CommandForm,
    EurosField,
    RadiosField,
    SelectField,
    TextField,
    at_most,
    matching,
    required,
)
from gateway.services import ask

blueprint = Blueprint("funds", __name__, url_prefix="/paiements/regies")
_OFFICE = access.requires_role(Role.BILLING)
_LEAST_CENTS = 100
_MOST_CARRIED = 1500
_MONTHS_OFFERED = 12
EVERYTHING_ELSE, EVERYWHERE = "Tout le reste", "Partout"
PROVIDERS = {"stripe": "par carte", "payfip": "par PayFiP", "": "au guichet seulement"}


class TermsForm(CommandForm):
    """From which sum does it ask for its money? May a family pay a part of its invoices online, and from how much?"""

    claim = EurosField(
        "Facturer à partir de",
        [required("Saisissez le montant à partir duquel une facture est faite.")],
        hint="En dessous, la somme est reportée sur la facture suivante. Quinze euros au plus : au-delà, une somme "
        "doit être recouvrée (CGCT, article D. 1611-1).",
    )
    parts = RadiosField(
        "Paiement partiel en ligne",
        [required("Dites si les familles peuvent payer une partie de leurs factures en ligne.")],
        choices=[
            ("no", "Non : une facture se règle en entier"),
            ("yes", "Oui, à partir du montant ci-dessous"),
        ],
    )
    least = EurosField("Montant minimal d’un paiement partiel", hint="Un euro au moins, par exemple 20.")

    def validate(self, extra_validators: object = None) -> bool:
        """A part needs its least amount; a claim is of a cent at least, and not put off over fifteen euros."""
        valid = super().validate(extra_validators)
        if not self.claim.errors and not 1 <= (self.claim.data or 0) <= _MOST_CARRIED:
            self.claim.errors = ["Saisissez un montant d’un centime à quinze euros."]
        if self.parts.data == "yes" and not self.least.errors and (self.least.data or 0) < _LEAST_CENTS:
            self.least.errors = ["Saisissez un montant d’un euro au moins."]
        if valid and (self.claim.errors or self.least.errors):
            self._blame(422)
            return False
        return valid


class OpenForm(CommandForm):
    """A new fund."""

    code = TextField(
        "Code",
        [
            required("Saisissez le code de la régie."),
            matching("[A-Z]{2,5}", "Saisissez de deux à cinq lettres majuscules, par exemple VAC."),
        ],
        hint="De deux à cinq lettres majuscules : chaque numéro de facture ou de quittance commence par lui.",
        classes="govuk-input--width-5",
    )
    title = TextField(
        "Nom",
        [required("Saisissez le nom de la régie."), at_most(200)],
        hint="Tel que les familles le lisent, par exemple « Régie Pass’Vacances ».",
    )


class ScopeForm(CommandForm):
    """What bills into which fund, from when on."""

    activity = SelectField("Activité", prompt=EVERYTHING_ELSE)
    place = SelectField("Lieu", prompt=EVERYWHERE)
    fund = SelectField("Régie", [required("Choisissez la régie.")])
    since = SelectField("À partir du mois de", [required("Choisissez le mois.")], prompt="Choisissez le mois")

    def offer(self, view: FundScopes) -> None:
        """The choices, as the server has them: months that were billed are not among them."""
        self.activity.choices = list(view.activities.items())
        self.place.choices = list(view.places.items())
        self.fund.choices = [(each.code, each.name) for each in view.funds]
        first = view.free_from.year * 12 + view.free_from.month - 1
        months = [date(index // 12, index % 12 + 1, 1) for index in range(first, first + _MONTHS_OFFERED)]
        self.since.choices = [(month.isoformat(), french.month(month)) for month in months]


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """The funds, their terms, and what each bills."""
    return render_template("staff/funds.html", funds=ask(Funds()).funds, providers=PROVIDERS)


@blueprint.route("/ouvrir", methods=["GET", "POST"])
@_OFFICE
def create() -> ResponseReturnValue:
    """A new fund."""
    form = OpenForm()
    if form.validate_on_submit():
        order = OpenFund(
            command_id=form.command_id.data, code=form.code.data or "", name=form.title.data or ""
        )
        try:
            ask(order)
        except DomainError as refusal:
            form.show(refusal, fund_exists="code", name="title")
        else:
            flash("La régie est ouverte. Dites maintenant ce qu’elle facture.", "success")
            return redirect(url_for(".scopes"))
    return render_template("staff/fund_open.html", form=form), form.status


@blueprint.route("/activites", methods=["GET", "POST"])
@_OFFICE
def scopes() -> ResponseReturnValue:
    """Which fund bills what; the next change."""
    view = ask(ReadFundScopes())
    form = ScopeForm()
    form.offer(view)
    if form.validate_on_submit():
        order = SetFundScope(
            command_id=form.command_id.data,
            activity_code=form.activity.data or "",
            place_code=form.place.data or "",
            fund=form.fund.data or "",
            since=date.fromisoformat(form.since.data or ""),
        )
        try:
            ask(order)
        except DomainError as refusal:
            form.show(refusal, fund_month_billed="since", run_open="since")
        else:
            flash("C’est enregistré : ce qui est déjà facturé ne bouge pas.", "success")
            return redirect(url_for(".scopes"))
    return render_template("staff/fund_scopes.html", form=form, view=view, named=_named), form.status


@blueprint.route("/<code>", methods=["GET", "POST"])
@_OFFICE
def change(code: str) -> ResponseReturnValue:
    """The terms of one fund."""
    fund = next((each for each in ask(Funds()).funds if each.code == code), None)
    if fund is None:
        abort(404)
    form = TermsForm(
        data={
            "claim": fund.least_claim_cents,
            "parts": "no" if fund.part_from_cents is None else "yes",
            "least": fund.part_from_cents,
        }
    )
    if form.validate_on_submit():
        order = SetFundTerms(
            command_id=form.command_id.data,
            code=code,
            part_from_cents=form.least.data if form.parts.data == "yes" else None,
            least_claim_cents=form.claim.data or 0,
        )
        try:
            ask(order)
        except DomainError as refusal:
            form.show(refusal, part_from_cents="least", least_claim_cents="claim")
        else:
            flash(
                "Le réglage est enregistré : il vaut pour les prochains paiements et brouillons.", "success"
            )
            return redirect(url_for(".show"))
    return render_template("staff/fund.html", form=form, fund=fund, providers=PROVIDERS), form.status


def _named(scope: FundScope) -> str:
    """« Activités du mercredi, École Jules-Verne », « Tout le reste »."""
    what = scope.activity_name or (EVERYTHING_ELSE if not scope.place_code else "")
    return ", ".join(each for each in (what, scope.place_name) if each)
