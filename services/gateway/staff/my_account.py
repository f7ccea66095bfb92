"""« Mon compte » of an agent: who they are here, their password."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.navigation import Entry
from gateway.password_change import PasswordChangeForm, is_changed

blueprint = Blueprint("my_account", __name__, url_prefix="/mon-compte")
navigation = [Entry("Mon compte", "staff.my_account.show", order=900, hint="Changer de mot de passe.")]


@blueprint.get("/")
def show() -> str:
    """What an agent can do with their own account."""
    return render_template("staff/my_account.html")


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """The same form as the parents'; agents have no vault."""
    form = PasswordChangeForm()
    if is_changed(form):
        flash("Votre mot de passe est changé. Vos autres connexions sont fermées.", "success")
        return redirect(url_for(".show"))
    return render_template("staff/my_password.html", form=form), form.status
