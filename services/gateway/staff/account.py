"""« Mon compte » of an agent: the roles, the password, the codes on paper, the browsers signed in."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.agents import MyAgentAccount
from contracts.accounts.second_factor import RenewRecoveryCodes
from contracts.errors import DomainError
from gateway.browser import browser_session
from gateway.browser.browser_names import name_browser
from gateway.forms import CommandForm, Form, TextField, at_most, required
from gateway.navigation import Entry
from gateway.password_change import PasswordChangeForm, is_changed
from gateway.services import ask
from gateway.staff.roles import ROLES

blueprint = Blueprint("account", __name__, url_prefix="/compte")
navigation = [
    Entry(
        "Mon compte",
        "staff.account.show",
        order=95,
        hint="Vos rôles, votre mot de passe, vos codes de secours, vos connexions.",
    )
]


class RenewalForm(CommandForm):
    """A code of the application: a session left open is not enough."""

    code = TextField(
        "Code à six chiffres",
        [required("Saisissez le code affiché par votre application"), at_most(20)],
        hint="Celui que votre application affiche maintenant.",
        classes="govuk-input--width-10",
        autocomplete="one-time-code",
        params={"inputmode": "numeric", "spellcheck": False},
    )


@blueprint.get("/")
def show() -> str:
    """Who I am here, and what I may do."""
    return render_template(
        "staff/account.html",
        agent=ask(MyAgentAccount()),
        roles=ROLES,
        sessions=browser_session.open_sessions(),
        form=Form(),
        name_browser=name_browser,
    )


@blueprint.route("/codes-de-secours", methods=["GET", "POST"])
def renew_codes() -> ResponseReturnValue:
    """Ten new codes, shown this once."""
    form = RenewalForm()
    if form.validate_on_submit():
        try:
            codes = ask(RenewRecoveryCodes(command_id=form.command_id.data, code=form.code.data))
        except DomainError as refusal:
            form.show(refusal, code="code")
        else:
            return render_template("staff/recovery_codes.html", codes=codes, onward=url_for(".show"))
    return render_template("staff/recovery_codes_ask.html", form=form), form.status


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Another password, by the parents' own form; the other browsers are signed out. Agents have no vault."""
    form = PasswordChangeForm()
    if is_changed(form):
        flash("Votre mot de passe est changé. Vos autres connexions sont fermées.", "success")
        return redirect(url_for(".show"))
    return render_template("staff/password.html", form=form), form.status


@blueprint.post("/connexions/<uuid:session_id>/fermer")
def close(session_id: UUID) -> ResponseReturnValue:
    """Signs another browser out."""
    if Form().validate_on_submit() and browser_session.revoke(session_id):
        flash("La connexion est fermée.", "success")
    return redirect(url_for(".show"))
