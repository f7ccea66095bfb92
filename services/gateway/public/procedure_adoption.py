"""« Reprendre ce que vous avez commencé »: drafts begun in this browser before its parent signed in.

One click each: on a shared computer they may be somebody else's.
"""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Kind
from contracts.enrolment.drafts import AdoptDraft, ListLeftDrafts
from gateway import access
from gateway.forms import CommandForm
from gateway.procedures import draft_files, draft_secret
from gateway.services import ask

blueprint = Blueprint("procedure_adoption", __name__, url_prefix="/demarches/a-reprendre")


@blueprint.before_request
def check_signed_in() -> ResponseReturnValue | None:
    """The pages are for whoever has just signed in."""
    return None if draft_secret.is_citizen() else access.send_to_sign_in(Kind.CITIZEN)


@blueprint.get("")
def show() -> ResponseReturnValue:
    """Each of them; straight on to `suite` when there is none."""
    suite = access.local_path(request.args.get("suite", "")) or access.HOME[Kind.CITIZEN]
    secret = draft_secret.kept()
    left = ask(ListLeftDrafts(secret=secret)) if secret else []
    if not left:
        draft_secret.forget()
        return redirect(suite)
    form = CommandForm(formdata=None)
    return render_template("public/procedure_adoption.html", left=left, form=form, suite=suite)


@blueprint.post("/<uuid:draft_id>")
def adopt(draft_id: UUID) -> ResponseReturnValue:
    """It is theirs, and goes on where it was left."""
    form = CommandForm()
    secret = draft_secret.kept()
    if not form.validate() or secret is None:
        abort(400)
    ask(AdoptDraft(command_id=form.command_id.data, draft_id=draft_id, secret=secret))
    flash("Votre saisie est dans votre espace.", "success")
    return redirect(url_for("public.procedure_filling.go_on", draft_id=draft_id))


@blueprint.post("")
def leave() -> ResponseReturnValue:
    """They are somebody else's: this browser lets go of them."""
    form = CommandForm()
    if not form.validate():
        abort(400)
    draft_secret.forget()
    draft_files.forget_all()
    return redirect(access.local_path(request.args.get("suite", "")) or access.HOME[Kind.CITIZEN])
