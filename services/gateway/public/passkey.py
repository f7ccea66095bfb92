"""« Se connecter avec une clé d’accès »: a question for the browser's authenticator, then its answer.

The question is tied to this browser by its form cookie. The vault stays closed: only the password opens it.
"""

from uuid import UUID, uuid4

from flask import Blueprint, Response, redirect, render_template, session
from flask.typing import ResponseReturnValue

from contracts.accounts.passkeys import PasskeyRefused, SignInWithPasskey, StartPasskeySignIn
from contracts.caller import Kind
from contracts.errors import DomainError
from gateway import access
from gateway.browser import browser_session
from gateway.forms import CommandForm, HiddenField
from gateway.public.sign_in import SignInForm, identity_of
from gateway.services import ask

blueprint = Blueprint("passkey", __name__, url_prefix="/connexion/cle-d-acces")
_ASKED = "passkey_sign_in"
LONGEST = 20_000


class PasskeyForm(CommandForm):
    """What the script puts in before it sends it."""

    credential = HiddenField()
    suite = HiddenField()


@blueprint.post("/question")
def question() -> ResponseReturnValue:
    """What to ask the authenticator (JSON). The CSRF token comes as a header."""
    asked = ask(StartPasskeySignIn(command_id=uuid4()))
    session[_ASKED] = str(asked.ceremony_id)
    return Response(asked.options, mimetype="application/json", headers={"Cache-Control": "no-store"})


@blueprint.post("")
def enter() -> ResponseReturnValue:
    """Lets in whoever the answer proves; else the sign-in page says one sentence, whatever was wrong."""
    form = PasskeyForm()
    if form.validate_on_submit():
        try:
            found = ask(_command(form))
        except DomainError as refusal:
            form.show(refusal)
        else:
            browser_session.sign_in(identity_of(found))
            browser_session.remember("came_by", "passkey")
            return redirect(access.after_sign_in(Kind.CITIZEN))
    shown = SignInForm(formdata=None, suite=form.suite.data)
    return render_template("public/sign_in.html", form=shown), form.status


def _command(form: PasskeyForm) -> SignInWithPasskey:
    """Raises PasskeyRefused when this browser was asked nothing: two tabs, or the page of yesterday."""
    asked = session.pop(_ASKED, None)
    if asked is None:
        raise PasskeyRefused
    return SignInWithPasskey(
        command_id=form.command_id.data,
        ceremony_id=UUID(asked),
        credential=(form.credential.data or "")[:LONGEST],
    )
