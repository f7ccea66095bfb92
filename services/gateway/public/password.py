"""« J’ai oublié mon mot de passe »: a link by mail, for parents and agents; never says if an address is known."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from contracts.accounts.identity import AskReset, ResetPassword
from contracts.caller import Kind
from contracts.errors import DomainError
from gateway import access
from gateway.browser import browser_session
from gateway.forms import CommandForm, EmailField, PasswordField, at_most, email_address, required
from gateway.services import ask

blueprint = Blueprint("password", __name__)


class ForgottenForm(CommandForm):
    """Where the link goes."""

    email = EmailField(
        "Adresse courriel de votre compte",
        [required("Saisissez votre adresse courriel"), at_most(320), email_address()],
    )


class NewPasswordForm(CommandForm):
    """Chosen once, shown at will: nothing is typed twice."""

    password = PasswordField(
        "Nouveau mot de passe",
        [required("Choisissez un mot de passe")],
        hint="Au moins 12 caractères. Une suite de mots sans rapport est à la fois sûre et facile à retenir.",
        autocomplete="new-password",
    )


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
def forgotten() -> ResponseReturnValue:
    """Asks for a link; the same page follows whatever is known of the address."""
    kind = Kind.AGENT if request.values.get("pour") == "agent" else Kind.CITIZEN
    form = ForgottenForm()
    if form.validate_on_submit():
        try:
            ask(AskReset(command_id=form.command_id.data, kind=kind, email=form.email.data))
        except DomainError as refusal:
            form.show(refusal)
        else:
            return render_template("public/password_sent.html")
    return render_template("public/password_forgotten.html", form=form, kind=kind), form.status


@blueprint.route("/mot-de-passe/<token>", methods=["GET", "POST"])
def choose(token: str) -> ResponseReturnValue:
    """The link of the mail. Every browser that was signed in to the account is signed out."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        command = ResetPassword(
            command_id=form.command_id.data, token=token[:200], password=form.password.data[:1024]
        )
        try:
            found = ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            browser_session.revoke_all(found.account_id)
            flash("Votre mot de passe est changé. Connectez-vous.", "success")
            return redirect(access.SIGN_IN[found.kind])
    return render_template("public/password_choose.html", form=form), form.status
