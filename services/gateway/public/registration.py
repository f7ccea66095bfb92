"""« Créer mon espace »: an account, confirmed by the link of a mail. No page says whether an address is known."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.identity import ConfirmEmail, Register
from contracts.caller import Kind
from contracts.errors import DomainError
from gateway.browser import browser_session
from gateway.forms import (
    CommandForm,
    EmailField,
    PasswordField,
    RadiosField,
    TextField,
    at_most,
    email_address,
    required,
)
from gateway.services import ask

blueprint = Blueprint("registration", __name__)


class IdentityForm(CommandForm):
    """Who somebody is, typed once."""

    title = RadiosField("Civilité", choices=[("Mme", "Madame"), ("M.", "Monsieur"), ("-", "Sans civilité")])
    first_name = TextField(
        "Prénom",
        [required("Saisissez votre prénom"), at_most(300)],
        autocomplete="given-name",
    )
    last_name = TextField(
        "Nom",
        [required("Saisissez votre nom"), at_most(300)],
        hint="Celui que vous utilisez tous les jours.",
        autocomplete="family-name",
    )
    email = EmailField(
        "Adresse courriel",
        [required("Saisissez votre adresse courriel"), at_most(320), email_address()],
        hint="Elle sera votre identifiant. Chaque parent a la sienne.",
    )

    @property
    def chosen_title(self) -> str:
        """« Mme », « M. » or nothing."""
        return str(self.title.data) if self.title.data in ("Mme", "M.") else ""


class RegistrationForm(IdentityForm):
    """And a password, which the service judges."""

    password = PasswordField(
        "Mot de passe",
        [required("Choisissez un mot de passe")],
        hint="Au moins 12 caractères. Une suite de mots sans rapport est à la fois sûre et facile à retenir.",
        autocomplete="new-password",
    )


class ConfirmForm(CommandForm):
    """Only a button: a mail program that opens links by itself confirms nothing."""


@blueprint.route("/creer-mon-espace", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """The form; whatever is known of the address, the same page follows."""
    form = RegistrationForm()
    if form.validate_on_submit():
        try:
            ask(
                Register(
                    command_id=form.command_id.data,
                    title=form.chosen_title,
                    first_name=form.first_name.data,
                    last_name=form.last_name.data,
                    email=form.email.data,
                    password=form.password.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            return redirect(url_for("public.registration.sent"))
    return render_template("public/registration.html", form=form), form.status


@blueprint.get("/creer-mon-espace/verifiez-vos-courriels")
def sent() -> str:
    """What to do now."""
    return render_template("public/registration_sent.html")


@blueprint.route("/creer-mon-espace/confirmer/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    """The link of the mail."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            ask(ConfirmEmail(command_id=form.command_id.data, token=token[:200]))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("Votre adresse est confirmée. Connectez-vous pour ouvrir votre espace.", "success")
            return redirect(url_for("public.sign_in.enter", suite=url_for("citizen.activation_key.redeem")))
    return render_template("public/registration_confirm.html", form=form), form.status


@blueprint.get("/cle")
def scanned() -> ResponseReturnValue:
    """Where the QR code of a letter leads. The key stands after « # », which browsers never send."""
    signed_in = browser_session.current()
    if signed_in is not None and signed_in.kind is Kind.CITIZEN:
        return redirect(url_for("citizen.activation_key.redeem"))
    return render_template("public/key_scanned.html")
