"""« Changer de mot de passe »: the vault follows, the other browsers are signed out."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.browser import browser_session
from gateway.password_change import PasswordChangeForm, is_changed
from gateway.vault import at_password_change, at_sign_in

blueprint = Blueprint("my_password", __name__, url_prefix="/compte/mot-de-passe")


@blueprint.route("/", methods=["GET", "POST"])
def change() -> ResponseReturnValue:
    """The form; then the account's page, which says what became of the vault."""
    form = PasswordChangeForm()
    if is_changed(form):
        if _move_vault(str(form.present.data), str(form.password.data)):
            flash("Votre mot de passe est changé. Vos autres connexions sont fermées.", "success")
        else:
            flash(
                "Votre mot de passe est changé, mais votre espace de stockage reste fermé par un mot de passe plus "
                "ancien : vous pourrez le rouvrir avec votre code de récupération.",
                "warning",
            )
        return redirect(url_for("citizen.account.show"))
    return render_template("citizen/my_password.html", form=form), form.status


def _move_vault(present: str, password: str) -> bool:
    """Puts the vault under the new password; where it is closed in this session, the present one opens it first."""
    signed_in = browser_session.current()
    private = browser_session.vault_private_key()
    if private is None and signed_in is not None:
        private = at_sign_in(signed_in.account_id, present)
        browser_session.open_vault(private)
    return at_password_change(private, password)
