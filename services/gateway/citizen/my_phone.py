"""« Mon téléphone »: a code by text message to the number, a link by mail to the account's address."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.own_account import (
    AskPhoneChange,
    ConfirmCode,
    ContactKind,
    ForgetPhone,
    MyAccount,
    OwnAccountView,
    PendingContactView,
    SendCodeAgain,
)
from contracts.errors import DomainError
from gateway.forms import CommandForm, PasswordField, PhoneField, TextField, at_most, required
from gateway.sentences import sentence_of
from gateway.services import ask

blueprint = Blueprint("my_phone", __name__, url_prefix="/compte/telephone")


class PhoneForm(CommandForm):
    """A number, French unless it says otherwise."""

    phone = PhoneField(
        "Numéro de téléphone",
        [required("Saisissez votre numéro de téléphone"), at_most(60)],
        hint="Par exemple 06 12 34 56 78. Pour un numéro étranger, commencez par + et l’indicatif du pays.",
    )
    password = PasswordField("Votre mot de passe", [required("Saisissez votre mot de passe")])


class CodeForm(CommandForm):
    """The six digits of the text message."""

    code = TextField(
        "Code reçu par SMS",
        [required("Saisissez le code à six chiffres reçu par SMS"), at_most(40)],
        autocomplete="one-time-code",
        classes="govuk-input--width-10",
        params={"inputmode": "numeric", "spellcheck": False},
    )


class ButtonForm(CommandForm):
    """Only a button."""


@blueprint.route("/", methods=["GET", "POST"])
def change() -> ResponseReturnValue:
    """The form; then the page that waits for the code."""
    form = PhoneForm()
    if form.validate_on_submit():
        command = AskPhoneChange(
            command_id=form.command_id.data, phone=form.phone.data, password=form.password.data[:1024]
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal, present_refused="password")
        else:
            return redirect(url_for(".confirm"))
    account = ask(MyAccount())
    return render_template("citizen/my_phone.html", form=form, account=account), form.status


@blueprint.route("/code", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """The code; then what is still missing, or the account's page."""
    form = CodeForm()
    if form.validate_on_submit():
        try:
            account = ask(ConfirmCode(command_id=form.command_id.data, code=form.code.data))
        except DomainError as refusal:
            form.show(refusal, code_wrong="code", code_over="code")
        else:
            if _pending(account) is None:
                flash("Votre numéro de téléphone est enregistré.", "success")
                return redirect(url_for("citizen.account.show"))
            return redirect(url_for(".confirm"))
    account = ask(MyAccount())
    pending = _pending(account)
    if pending is None:
        return redirect(url_for("citizen.account.show"))
    return render_template(
        "citizen/my_phone_code.html", form=form, account=account, pending=pending
    ), form.status


@blueprint.post("/code/renvoyer")
def send_again() -> ResponseReturnValue:
    """Another code; the one before is void."""
    form = ButtonForm()
    if form.validate_on_submit():
        try:
            ask(SendCodeAgain(command_id=form.command_id.data))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash("Un nouveau code vient de partir. Le précédent ne sert plus.", "info")
    return redirect(url_for(".confirm"))


@blueprint.post("/retirer")
def forget() -> ResponseReturnValue:
    """No telephone any more."""
    form = ButtonForm()
    if form.validate_on_submit():
        ask(ForgetPhone(command_id=form.command_id.data))
        flash("Votre compte n’a plus de numéro de téléphone.", "success")
    return redirect(url_for("citizen.account.show"))


def _pending(account: OwnAccountView) -> PendingContactView | None:
    return next((each for each in account.pending if each.kind is ContactKind.PHONE), None)
