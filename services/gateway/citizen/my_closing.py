"""« Fermer mon compte »: what goes, what the law keeps, then the password."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import StopValidation

from contracts.accounts.own_data import CloseAccount
from contracts.errors import DomainError
from gateway.browser import browser_session
from gateway.forms import CheckboxField, CheckedForm, PasswordField, required
from gateway.services import ask

blueprint = Blueprint("my_closing", __name__, url_prefix="/compte/fermer")


def _required_to_confirm(form: "ClosingForm", field: PasswordField) -> None:
    if form.step.data == "confirm" and not field.data:
        raise StopValidation("Saisissez votre mot de passe")
    if form.step.data != "confirm":
        raise StopValidation


class ClosingForm(CheckedForm):
    """Read and understood; then the password, on the page that confirms."""

    understood = CheckboxField(
        "J’ai lu ce qui est effacé et ce que la loi fait garder",
        [required("Cochez la case pour continuer, ou gardez votre compte")],
    )
    password = PasswordField("Votre mot de passe", [_required_to_confirm])

    def kept(self) -> list[tuple[str, str]]:
        """The password is typed on the last page, and carried through none."""
        return self.understood.kept()


@blueprint.route("/", methods=["GET", "POST"])
def close() -> ResponseReturnValue:
    """What closing means; the confirmation; the end."""
    form = ClosingForm()
    if form.validate_on_submit() and not form.to_be_changed():
        if form.must_be_checked():
            return render_template("citizen/my_closing_confirm.html", form=form)
        signed_in = browser_session.current()
        try:
            ask(CloseAccount(command_id=form.command_id.data, password=form.password.data[:1024]))
        except DomainError as refusal:
            form.show(refusal, present_refused="password")
        else:
            if signed_in is not None:
                browser_session.revoke_all(signed_in.account_id)
            browser_session.sign_out()
            return redirect(url_for("public.account_closed.show"))
    if form.status != 200 and form.understood.data and "understood" not in form.errors:
        form.step.data = "confirm"
        return render_template("citizen/my_closing_confirm.html", form=form), form.status
    return render_template("citizen/my_closing.html", form=form), form.status
