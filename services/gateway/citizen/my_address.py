"""« Changer d’adresse courriel »: a link to the new address, a link to the present one."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.own_account import AskEmailChange, ContactKind, MyAccount
from contracts.errors import DomainError
from gateway.forms import CommandForm, EmailField, PasswordField, at_most, email_address, required
from gateway.services import ask

blueprint = Blueprint("my_address", __name__, url_prefix="/compte/adresse-courriel")


class AddressForm(CommandForm):
    """Where to write from now on."""

    email = EmailField(
        "Nouvelle adresse courriel",
        [required("Saisissez votre nouvelle adresse courriel"), at_most(320), email_address()],
    )
    password = PasswordField("Votre mot de passe", [required("Saisissez votre mot de passe")])


@blueprint.route("/", methods=["GET", "POST"])
def change() -> ResponseReturnValue:
    """The form; whoever has the address asked for, the same page follows."""
    form = AddressForm()
    if form.validate_on_submit():
        command = AskEmailChange(
            command_id=form.command_id.data, email=form.email.data, password=form.password.data[:1024]
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal, present_refused="password")
        else:
            return redirect(url_for(".sent"))
    account = ask(MyAccount())
    return render_template("citizen/my_address.html", form=form, account=account), form.status


@blueprint.get("/verifiez-vos-courriels")
def sent() -> ResponseReturnValue:
    """What to do now, and what is still missing."""
    account = ask(MyAccount())
    pending = next((each for each in account.pending if each.kind is ContactKind.EMAIL), None)
    if pending is None:
        return redirect(url_for("citizen.account.show"))
    return render_template("citizen/my_address_sent.html", account=account, pending=pending)
