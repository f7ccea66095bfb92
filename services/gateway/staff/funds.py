"""« Régies »: what the town decided of how its money is taken."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.billing.funds import Funds, SetFundTerms
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access
from gateway.forms import CommandForm, EurosField, RadiosField, required
from gateway.services import ask

blueprint = Blueprint("funds", __name__, url_prefix="/paiements/regies")
_OFFICE = access.requires_role(Role.BILLING)
_LEAST_CENTS = 100


class TermsForm(CommandForm):
    """May a family pay a part of its invoices online, and from how much?"""

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
        """A part needs its least amount."""
        valid = super().validate(extra_validators)
        if self.parts.data == "yes" and not self.least.errors and (self.least.data or 0) < _LEAST_CENTS:
            self.least.errors = ["Saisissez un montant d’un euro au moins."]
            self._blame(422)
            return False
        return valid


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """The funds and their terms."""
    return render_template("staff/funds.html", funds=ask(Funds()).funds)


@blueprint.route("/<code>", methods=["GET", "POST"])
@_OFFICE
def change(code: str) -> ResponseReturnValue:
    """The terms of one fund."""
    fund = next((each for each in ask(Funds()).funds if each.code == code), None)
    if fund is None:
        abort(404)
    form = TermsForm(
        data={"parts": "no" if fund.part_from_cents is None else "yes", "least": fund.part_from_cents}
    )
    if form.validate_on_submit():
        least = form.least.data if form.parts.data == "yes" else None
        try:
            ask(SetFundTerms(command_id=form.command_id.data, code=code, part_from_cents=least))
        except DomainError as refusal:
            form.show(refusal, least="least")
        else:
            flash("Le réglage est enregistré : il vaut pour les prochains paiements.", "success")
            return redirect(url_for(".show"))
    return render_template("staff/fund.html", form=form, fund=fund), form.status
