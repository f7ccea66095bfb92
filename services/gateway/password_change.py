"""A change of one's password, for parents and agents alike: the present one, the new one, the other browsers out."""

from contracts.accounts.own_account import ChangePassword
from contracts.errors import DomainError
from gateway.browser import browser_session
from gateway.forms import CommandForm, PasswordField, required
from gateway.services import ask


class PasswordChangeForm(CommandForm):
    """Chosen once, shown at will: nothing is typed twice."""

    present = PasswordField("Mot de passe actuel", [required("Saisissez votre mot de passe actuel")])
    password = PasswordField(
        "Nouveau mot de passe",
        [required("Choisissez un nouveau mot de passe")],
        hint="Au moins 12 caractères. Une suite de mots sans rapport est à la fois sûre et facile à retenir.",
        autocomplete="new-password",
    )


def is_changed(form: PasswordChangeForm) -> bool:
    """The form was sent, accepted and done; else it shows what to correct."""
    if not form.validate_on_submit():
        return False
    command = ChangePassword(
        command_id=form.command_id.data,
        present=form.present.data[:1024],
        password=form.password.data[:1024],
    )
    try:
        ask(command)
    except DomainError as refusal:
        form.show(refusal, present_refused="present")
        return False
    signed_in = browser_session.current()
    if signed_in is not None:
        browser_session.revoke_all(signed_in.account_id, but_this=True)
    return True
