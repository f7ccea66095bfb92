"""A file for a question of a démarche that is filled without an account: sealed to the town while it arrives.

    /demarches/en-cours/<draft>/<page>/fichier/<question>

Nobody of the town can open it before the request is sent; taken back, or left with its draft, it is forgotten.
"""

from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.enrolment.drafts import AdmitFile, DraftView, OpenDraft
from contracts.enrolment.procedure_forms import FieldKind, FormField
from contracts.errors import NotFound, TooManyAttempts
from gateway.procedures import draft_files, lost_draft
from gateway.procedures.draft_secret import is_citizen, of_visitor
from gateway.services import ask
from gateway.vault.deposits import DepositAsked, deposit
from gateway.vault.intake import Refused
from gateway.vault.upload import incoming_form, reads_its_body

blueprint = Blueprint(
    "procedure_files",
    __name__,
    url_prefix="/demarches/en-cours/<uuid:draft_id>/<page>/fichier/<question>",
)
blueprint.register_error_handler(NotFound, lost_draft.answer)
ANY_TYPE = "autre"
"""Where the form does not say what it wants."""


@blueprint.get("")
def show(draft_id: UUID, page: str, question: str) -> ResponseReturnValue:
    """The empty form; with an account, files come from the vault."""
    if is_citizen():
        return redirect(_back(draft_id, page, question))
    view = ask(OpenDraft(draft_id=draft_id, secret=of_visitor()))
    return _page(view, page, _asked(view, page, question), DepositAsked(formdata=None))


@blueprint.post("")
@reads_its_body
def send(draft_id: UUID, page: str, question: str) -> ResponseReturnValue:
    """Takes the file in, once the draft has been found to be this browser's."""
    if is_citizen():
        return redirect(_back(draft_id, page, question), 303)
    view = ask(OpenDraft(draft_id=draft_id, secret=of_visitor()))
    asked = _asked(view, page, question)
    try:
        incoming = incoming_form()
    except Refused as refused:
        form = DepositAsked(formdata=None)
        form.refuse(refused)
        return _page(view, page, asked, form)
    form = DepositAsked(formdata=incoming.fields)
    if not form.validate():
        incoming.drain_all()
        return _page(view, page, asked, form)
    try:
        ask(AdmitFile(command_id=uuid4(), draft_id=draft_id, secret=of_visitor()))
    except TooManyAttempts as refusal:
        incoming.drain_all()
        form.show(refusal)
        return _page(view, page, asked, form)
    taken = deposit(incoming, form, asked.document_type or ANY_TYPE, draft_id)
    if taken is None:
        return _page(view, page, asked, form)
    if taken.is_new:
        draft_files.remember(
            draft_id, draft_files.DraftFile(str(taken.document_id), question, taken.name or asked.label)
        )
    flash(
        "Le fichier est joint. Les agents du service pourront l’ouvrir une fois la demande envoyée.",
        "success",
    )
    return redirect(_back(draft_id, page, question), 303)


def _asked(view: DraftView, page: str, question: str) -> FormField:
    """The question, where this page of the draft asks it. Else there is nothing here."""
    field = view.form.field(question)
    if field is None or field.kind is not FieldKind.DOCUMENT or question not in view.pages.get(page, []):
        abort(404)
    return field


def _back(draft_id: UUID, page: str, question: str) -> str:
    address = url_for("public.procedure_filling.show", draft_id=draft_id, page=page)
    return f"{address}#f_{question}"


def _page(view: DraftView, page: str, asked: FormField, form: DepositAsked) -> ResponseReturnValue:
    html = render_template(
        "public/procedure_file.html",
        view=view,
        asked=asked,
        form=form,
        back=_back(view.draft_id, page, asked.name),
    )
    return html, form.status
