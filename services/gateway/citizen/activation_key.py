"""« Ma Clé Enfance »: typed once, it opens the family's file."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.families import RedeemKey
from contracts.errors import DomainError
from gateway.forms import CommandForm, TextField, at_most, required
from gateway.services import ask

blueprint = Blueprint("activation_key", __name__, url_prefix="/cle")


class KeyForm(CommandForm):
    """Lower case, spaces, O for 0: the service reads what was meant."""

    key = TextField(
        "Votre Clé Enfance",
        [
            required("Saisissez la clé de votre courrier"),
            at_most(60, "Cette clé est trop longue : douze caractères."),
        ],
        hint="Douze caractères en trois groupes, par exemple 7K3M-9DXV-2HTC. Majuscules et tirets sont facultatifs.",
        autocomplete="off",
        classes="govuk-input--width-20 key-input",
        params={
            "spellcheck": False,
            "autocapitalize": "characters",
            "attributes": {"data-activation-key": "", "maxlength": "60"},
        },
    )


@blueprint.route("/", methods=["GET", "POST"])
def redeem() -> ResponseReturnValue:
    """The form; then the family."""
    form = KeyForm()
    if form.validate_on_submit():
        try:
            ask(RedeemKey(command_id=form.command_id.data, key=form.key.data))
        except DomainError as refusal:
            form.show(refusal, key="key")
        else:
            flash("Le dossier de votre famille est ouvert.", "success")
            return redirect(url_for("citizen.family.show"))
    return render_template("citizen/activation_key.html", form=form), form.status
