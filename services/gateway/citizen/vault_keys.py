"""The vault's keys: the recovery code, opening a closed vault, starting over when everything is lost."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import Regexp

from contracts.accounts.ways_in import ConfirmPassword
from contracts.documents.refusals import VaultLocked
from contracts.documents.vault import OpenVault, VaultView
from contracts.errors import DomainError, NotSignedIn
from gateway.browser import browser_session
from gateway.forms import CheckboxField, CommandForm, HiddenField, PasswordField, TextField, required
from gateway.sentences import sentence_of
from gateway.services import ask
from gateway.vault import access, at_sign_in, keys, recovery
from gateway.vault.shelf import private_of, shelve

blueprint = Blueprint("vault_keys", __name__, url_prefix="/stockage")


MOST_TRIES = 10
"""Wrong codes and passwords of one browser session: enough for a person, too few for a thief of the session."""


class CodeForm(CommandForm):
    """« Créer mon code »."""


class KeptForm(CommandForm):
    """« J’ai gardé mon code ». `which`: the salt of its wrap, which is no secret."""

    which = HiddenField(validators=[Regexp(r"^[0-9a-f]{32}$")])


class OpenForm(CommandForm):
    """What opens a vault that the password did not open."""

    code = TextField(
        "Code de récupération",
        hint="Les groupes de lettres et de chiffres que vous avez imprimés. Tirets et majuscules sont facultatifs.",
        autocomplete="off",
    )
    old_password = PasswordField("Ou votre ancien mot de passe", autocomplete="off")
    password = PasswordField("Votre mot de passe actuel", [required("Saisissez votre mot de passe actuel")])

    def refuse(self, name: str, sentence: str) -> None:
        """Says on a field why the vault stays closed."""
        self._add(self._fields[name], sentence)
        self._blame(422)


class PasswordForm(CommandForm):
    """The present password, which a sign-in without it did not give."""

    password = PasswordField("Votre mot de passe", [required("Saisissez votre mot de passe")])


class StartOverForm(CommandForm):
    """A new vault; the old one is lost."""

    password = PasswordField("Votre mot de passe actuel", [required("Saisissez votre mot de passe actuel")])
    sure = CheckboxField(
        "J’ai compris que mes documents seront définitivement supprimés",
        [required("Cochez la case pour confirmer, ou annulez")],
    )


@blueprint.route("/code", methods=["GET", "POST"])
def make_code() -> ResponseReturnValue:
    """Explains the code; makes one; shows it this once."""
    private = browser_session.vault_private_key()
    if private is None:
        return redirect(url_for("citizen.vault.show"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            code, salt = access.renew_code(private, form.command_id.data)
        except DomainError as refusal:
            form.show(refusal)
        else:
            return render_template("citizen/vault_code.html", code=recovery.grouped(code), which=salt.hex())
    vault = ask(OpenVault()) if form.status == 200 else None
    made_at = vault.keys.recovery_made_at if vault and vault.keys else None
    return render_template("citizen/vault_code_ask.html", form=form, made_at=made_at), form.status


@blueprint.post("/code/garde")
def keep_code() -> ResponseReturnValue:
    """The code that was shown is on paper: it takes the place of the one before."""
    private = browser_session.vault_private_key()
    if private is None:
        return redirect(url_for("citizen.vault.show"), 303)
    form = KeptForm()
    if form.validate_on_submit():
        try:
            access.keep_code(private, bytes.fromhex(str(form.which.data)), form.command_id.data)
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            flash(
                "Votre code de récupération est en service. Un code plus ancien n’ouvre plus rien.", "success"
            )
    return redirect(url_for("citizen.vault.show"), 303)


@blueprint.route("/ouvrir", methods=["GET", "POST"])
def open_vault() -> ResponseReturnValue:
    """Opens the vault by the recovery code or an earlier password, and puts it under the present one."""
    vault = ask(OpenVault())
    if private_of(vault) is not None:
        return redirect(url_for("citizen.vault.show"))
    if browser_session.came_without_password():
        return _open_by_present_password()
    if vault.keys is None:
        return redirect(url_for("citizen.vault.show"))
    form = OpenForm()
    if form.validate_on_submit() and _is_present_password(form, str(form.password.data)):
        private = _opened(form, vault)
        if private is not None:
            browser_session.open_vault(private)
            if access.wrap_for(private, str(form.password.data)):
                flash(
                    "Votre espace de stockage est ouvert. Il s’ouvrira désormais avec votre connexion.",
                    "success",
                )
            else:
                flash(
                    "Votre espace de stockage est ouvert pour cette connexion. Gardez votre code : "
                    "il sera demandé à nouveau la prochaine fois.",
                    "warning",
                )
            return redirect(url_for("citizen.vault.show"))
    return render_template("citizen/vault_open.html", form=form, vault=vault), form.status


@blueprint.route("/recommencer", methods=["GET", "POST"])
def start_over() -> ResponseReturnValue:
    """An empty vault with new keys, for who has neither code nor old password."""
    vault = ask(OpenVault())
    if vault.keys is None or private_of(vault) is not None:
        return redirect(url_for("citizen.vault.show"))
    form = StartOverForm()
    if form.validate_on_submit() and _is_present_password(form, str(form.password.data)):
        try:
            private = access.start_over(vault.keys.public_key, str(form.password.data), form.command_id.data)
        except keys.WrongSecret:
            raise VaultLocked from None
        except DomainError as refusal:
            form.show(refusal)
        else:
            browser_session.open_vault(private)
            flash("Votre nouvel espace de stockage est prêt. Imprimez son code de récupération.", "success")
            return redirect(url_for(".make_code"))
    return render_template("citizen/vault_start_over.html", form=form, shelf=shelve(vault)), form.status


def _open_by_present_password() -> ResponseReturnValue:
    """Accounts says whether it is the password; the vault is then opened, or made, as at any sign-in with it."""
    form = PasswordForm()
    if form.validate_on_submit() and _is_present_password(form, str(form.password.data)):
        browser_session.remember("came_by", None)
        private = at_sign_in(_account_id(), form.password.data[:1024])
        if private is None:
            return redirect(url_for(".open_vault"))
        browser_session.open_vault(private)
        flash("Votre espace de stockage est ouvert.", "success")
        return redirect(url_for("citizen.vault.show"))
    return render_template("citizen/vault_password.html", form=form), form.status


def _is_present_password(form: CommandForm, password: str) -> bool:
    """Accounts says so. A slip of the finger must not become what the vault opens with; the form says what is wrong."""
    try:
        ask(ConfirmPassword(command_id=form.command_id.data, password=password[:1024]))
    except DomainError as refusal:
        form.show(refusal, present_refused="password")
        return False
    return True


def _account_id() -> UUID:
    signed_in = browser_session.current()
    if signed_in is None:
        raise NotSignedIn
    return signed_in.account_id


def _opened(form: OpenForm, vault: VaultView) -> bytes | None:
    """The private key by what was typed; None with the form's errors set. Trying is slow by design (Argon2id)."""
    if vault.keys is None or not (form.code.data or form.old_password.data):
        form.refuse("code", "Saisissez votre code de récupération, ou votre ancien mot de passe")
        return None
    tries = _tries()
    if tries >= MOST_TRIES:
        form.refuse("code", "Trop d’essais. Déconnectez-vous, reconnectez-vous, puis recommencez.")
        return None
    try:
        if form.code.data:
            return access.open_by_code(vault.keys, form.code.data)
        return access.open_by_password(vault.keys, str(form.old_password.data))
    except keys.WrongSecret:
        browser_session.remember("vault_tries", tries + 1)
        if form.code.data:
            form.refuse("code", "Ce code n’ouvre pas votre espace : vérifiez chaque signe.")
        else:
            form.refuse("old_password", "Ce mot de passe n’ouvre pas votre espace.")
        return None


def _tries() -> int:
    signed_in = browser_session.current()
    return int(signed_in.data.get("vault_tries", 0)) if signed_in else 0
