"""« Connexion » of parents. Its form is shared with the agents' own page."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from contracts.accounts.identity import SignedInView, SignIn
from contracts.caller import Kind
from contracts.errors import DomainError
from gateway import access
from gateway.browser import browser_session
from gateway.browser.browser_session import Identity
from gateway.forms import CommandForm, EmailField, HiddenField, PasswordField, at_most, required
from gateway.services import ask
from gateway.vault import at_sign_in

blueprint = Blueprint("sign_in", __name__)


class SignInForm(CommandForm):
    """An address and a password; `suite` is the page asked for."""

    email = EmailField(
        "Identifiant",
        [required("Saisissez votre adresse courriel"), at_most(320)],
        hint="Votre adresse courriel.",
        autocomplete="username",
    )
    password = PasswordField("Mot de passe", [required("Saisissez votre mot de passe")])
    suite = HiddenField()


@blueprint.route("/connexion", methods=["GET", "POST"])
def enter() -> ResponseReturnValue:
    """Parents come in; the vault is opened while the password is in hand. Whatever was wrong, one sentence says so."""
    form = SignInForm(suite=request.args.get("suite", ""))
    if form.validate_on_submit():
        command = SignIn(
            command_id=form.command_id.data, email=form.email.data, password=form.password.data[:1024]
        )
        try:
            found = ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            private_key = at_sign_in(found.account_id, form.password.data)
            browser_session.sign_in(identity_of(found), private_key)
            return redirect(access.after_sign_in(Kind.CITIZEN))
    signed_in = browser_session.current()
    if request.method == "GET" and signed_in is not None and signed_in.kind is Kind.CITIZEN:
        return redirect(access.after_sign_in(Kind.CITIZEN))
    return render_template("public/sign_in.html", form=form), form.status


def identity_of(found: SignedInView) -> Identity:
    """The browser session's view of who signed in."""
    return Identity(found.kind, found.account_id, found.name, found.roles, found.last_sign_in)
