"""« Mes clés d’accès »: what lets one in without a password, from which device, since when."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.passkeys import (
    AddPasskey,
    CeremonyView,
    PasskeyRefused,
    RemovePasskey,
    RenamePasskey,
    StartPasskey,
)
from contracts.accounts.ways_in import ListWaysIn, PasskeyView
from contracts.errors import DomainError, NotFound
from gateway.browser.browser_names import name_browser
from gateway.forms import CommandForm, HiddenField, PasswordField, TextField, at_most, required
from gateway.french import typeset
from gateway.public.passkey import LONGEST
from gateway.services import ask

blueprint = Blueprint("passkeys", __name__, url_prefix="/compte/cles-d-acces")
_ASKED = "passkey_added"
LONGEST_NAME = 60


class NameForm(CommandForm):
    """How its owner calls a key."""

    name = TextField(
        "Nom de la clé",
        [required("Donnez un nom à cette clé, par exemple « Mon téléphone »"), at_most(LONGEST_NAME)],
        hint="Pour la reconnaître plus tard : le nom de l’appareil, par exemple.",
        autocomplete="off",
    )


class AddForm(NameForm):
    """The password again: whoever finds the browser open does not know it."""

    password = PasswordField("Votre mot de passe", [required("Saisissez votre mot de passe")])


class MadeForm(CommandForm):
    """What the authenticator made; the script puts it in."""

    credential = HiddenField()


class RemoveForm(CommandForm):
    """« Retirer »."""


@blueprint.get("/")
def show() -> str:
    """The keys, each with its name and its dates."""
    return render_template("citizen/passkeys.html", ways_in=ask(ListWaysIn()))


@blueprint.route("/ajouter", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """A name and the password; then the authenticator is asked."""
    form = AddForm(name=name_browser(request.user_agent.string)[:LONGEST_NAME])
    if form.validate_on_submit():
        try:
            asked = ask(StartPasskey(command_id=form.command_id.data, password=form.password.data[:1024]))
        except DomainError as refusal:
            form.show(refusal, present_refused="password")
        else:
            return _make(asked, form.name.data)
    return render_template("citizen/passkey_add.html", form=form), form.status


@blueprint.post("/ajouter/reponse")
def keep() -> ResponseReturnValue:
    """The authenticator's answer."""
    form = MadeForm()
    asked = session.pop(_ASKED, None)
    if form.validate_on_submit():
        try:
            if asked is None:
                raise PasskeyRefused
            ask(
                AddPasskey(
                    command_id=form.command_id.data,
                    ceremony_id=UUID(asked["ceremony"]),
                    credential=(form.credential.data or "")[:LONGEST],
                    name=asked["name"],
                )
            )
        except DomainError as refusal:
            form.show(refusal)
            return render_template("citizen/passkey_add.html", form=AddForm(formdata=None)), form.status
        flash(typeset("Votre clé d’accès est prête : elle vous servira à la prochaine connexion."), "success")
    return redirect(url_for("citizen.passkeys.show"))


@blueprint.route("/<uuid:passkey_id>/renommer", methods=["GET", "POST"])
def rename(passkey_id: UUID) -> ResponseReturnValue:
    """Another name."""
    form = NameForm() if request.method == "POST" else NameForm(name=_find(passkey_id).name)
    if form.validate_on_submit():
        ask(RenamePasskey(command_id=form.command_id.data, passkey_id=passkey_id, name=form.name.data))
        flash("Le nom de la clé est changé.", "success")
        return redirect(url_for("citizen.passkeys.show"))
    return render_template("citizen/passkey_rename.html", form=form), form.status


@blueprint.route("/<uuid:passkey_id>/retirer", methods=["GET", "POST"])
def remove(passkey_id: UUID) -> ResponseReturnValue:
    """What removing does, then the button."""
    form = RemoveForm()
    if form.validate_on_submit():
        try:
            ask(RemovePasskey(command_id=form.command_id.data, passkey_id=passkey_id))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash("La clé d’accès est retirée de votre compte.", "success")
            return redirect(url_for("citizen.passkeys.show"))
    return render_template("citizen/passkey_remove.html", form=form, passkey=_find(passkey_id)), form.status


def _make(asked: CeremonyView, name: str) -> str:
    session[_ASKED] = {"ceremony": str(asked.ceremony_id), "name": name}
    return render_template("citizen/passkey_make.html", options=asked.options, name=name)


def _find(passkey_id: UUID) -> PasskeyView:
    for each in ask(ListWaysIn()).passkeys:
        if each.passkey_id == passkey_id:
            return each
    raise NotFound
