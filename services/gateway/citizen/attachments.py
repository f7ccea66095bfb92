"""Giving a document with something filed: one of the vault, or a new one, stored and attached in one go.

    /mon-espace/pieces/enrolment/<id>?type=assurance&suite=/mon-espace/inscriptions/…

`type` limits the choice; `suite` is where the parent goes on. The file's key is opened with the session's key and
sealed to the town; nothing is uploaded again, and no other document opens. A choice costs two calls to documents: the
key that is to be sealed again must first be read.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.refusals import VaultLocked
from contracts.documents.shares import ShareDocument
from contracts.documents.vault import OpenDocument, OpenVault, VaultView
from gateway.access import local_path
from gateway.browser import browser_session
from gateway.forms import CommandForm, RadiosField, required
from gateway.forms.ids import id_in
from gateway.french import short_day
from gateway.services import ask
from gateway.vault import town
from gateway.vault.documents import open_view
from gateway.vault.intake import Refused
from gateway.vault.shelf import SUBJECTS, Shelved, private_of, shelve
from gateway.vault.upload import (
    AlreadyStored,
    AttachForm,
    UploadForm,
    incoming_form,
    reads_its_body,
    store,
)

blueprint = Blueprint("attachments", __name__, url_prefix="/pieces")


class ChooseForm(CommandForm):
    """One of the documents already in the vault."""

    document = RadiosField("Vos documents", [required("Choisissez un document, ou envoyez-en un nouveau")])


@dataclass(frozen=True)
class Purpose:
    """What the document is for, and where the parent goes on afterwards."""

    kind: str
    subject_id: UUID
    document_type: str
    onward: str

    @property
    def address(self) -> str:
        """This page, with all it was called with."""
        return url_for(".show", **self.arguments)

    @property
    def arguments(self) -> dict[str, Any]:
        """For `url_for`."""
        given = {"kind": self.kind, "subject_id": str(self.subject_id), "suite": self.onward}
        return {**given, "type": self.document_type} if self.document_type else given


@blueprint.get("/<kind>/<uuid:subject_id>")
def show(kind: str, subject_id: UUID) -> ResponseReturnValue:
    """What there is to choose from, and the form for a new document."""
    purpose = _purpose(kind, subject_id)
    vault = ask(OpenVault())
    town.know(vault.requests_public_key)
    return _page(purpose, vault)


@blueprint.post("/<kind>/<uuid:subject_id>/choisir")
def choose(kind: str, subject_id: UUID) -> ResponseReturnValue:
    """Attaches a document of the vault."""
    purpose = _purpose(kind, subject_id)
    private = browser_session.vault_private_key()
    if private is None:
        raise VaultLocked
    document_id = id_in(request.form.get("document", ""))
    if document_id is None:
        return _refuse_choice(purpose)
    found = ask(OpenDocument(document_id=document_id))
    if purpose.document_type and found.document.document_type != purpose.document_type:
        return _refuse_choice(purpose)
    town.know(found.requests_public_key)
    file_key = open_view(found.document, private).file_key
    form = ChooseForm()
    share = town.draft(found.requests_public_key, kind, subject_id, file_key, document_id)
    ask(ShareDocument(command_id=form.command_id.data, document_id=document_id, share=share))
    return _go_on(purpose)


@blueprint.post("/<kind>/<uuid:subject_id>/envoyer")
@reads_its_body
def send(kind: str, subject_id: UUID) -> ResponseReturnValue:
    """Stores a new document in the vault and attaches it, in one transaction."""
    purpose = _purpose(kind, subject_id)
    private = browser_session.vault_private_key()
    if private is None:
        raise VaultLocked
    try:
        incoming = incoming_form()
    except Refused as refused:
        form = _upload_form(purpose, None)
        form.refuse(refused)
        return _page(purpose, ask(OpenVault()), form), form.status
    vault = None
    form = _upload_form(purpose, incoming.fields)
    if not purpose.document_type:
        vault = ask(OpenVault())
        form.offer(vault.types)
    if not form.validate():
        incoming.drain_all()
        return _page(purpose, vault or ask(OpenVault()), form), form.status
    document_type = purpose.document_type or str(form.document_type.data)
    try:
        stored = store(incoming, form, private, document_type, (kind, subject_id))
    except AlreadyStored:
        return _go_on(purpose)
    if stored is None:
        return _page(purpose, vault or ask(OpenVault()), form), form.status
    return _go_on(purpose)


def _page(purpose: Purpose, vault: VaultView, upload: UploadForm | None = None) -> str:
    shelf = [each for each in shelve(vault) if _fits(each, purpose)]
    attached = [each for each in shelf if _is_attached(each, purpose)]
    offered = [each for each in shelf if each not in attached and each.opened is not None]
    choice = ChooseForm(formdata=None)
    choice.document.choices = [(str(each.view.document_id), each.name, _hint(each)) for each in offered]
    if upload is None:
        upload = _upload_form(purpose, None)
    if upload.document_type:
        upload.offer(vault.types)
    wanted = next((each for each in vault.types if each.code == purpose.document_type), None)
    if purpose.document_type and wanted is None:
        abort(404)
    return render_template(
        "citizen/attachment.html",
        purpose=purpose,
        wanted=wanted,
        subject=SUBJECTS[purpose.kind],
        attached=attached,
        offered=offered,
        choice=choice,
        upload=upload,
        is_open=private_of(vault) is not None,
    )


def _upload_form(purpose: Purpose, fields: object) -> UploadForm:
    return (AttachForm if purpose.document_type else UploadForm)(formdata=fields)


def _refuse_choice(purpose: Purpose) -> ResponseReturnValue:
    flash("Choisissez un document dans la liste, ou envoyez-en un nouveau.", "warning")
    return redirect(purpose.address, 303)


def _go_on(purpose: Purpose) -> ResponseReturnValue:
    flash(
        "La pièce est jointe. Seuls les agents qui en ont besoin peuvent l’ouvrir, et vous verrez qui l’a fait.",
        "success",
    )
    return redirect(purpose.onward, 303)


def _fits(shelved: Shelved, purpose: Purpose) -> bool:
    return not purpose.document_type or shelved.view.document_type == purpose.document_type


def _is_attached(shelved: Shelved, purpose: Purpose) -> bool:
    return any(
        share.subject_kind == purpose.kind
        and share.subject_id == purpose.subject_id
        and shelved.is_readable(share)
        for share in shelved.view.shares
    )


def _hint(shelved: Shelved) -> str:
    hint = f"Ajouté le {short_day(shelved.view.stored_at)}"
    if shelved.view.valid_until is not None:
        word = "périmé depuis le" if shelved.state[1] == "todo" else "valable jusqu’au"
        hint += f", {word} {short_day(shelved.view.valid_until)}"
    return hint


def _purpose(kind: str, subject_id: UUID) -> Purpose:
    """From the address. An onward address that leads out of this site is not one."""
    if kind not in SUBJECTS:
        abort(404)
    onward = local_path(request.args.get("suite", "")) or url_for("citizen.vault.show")
    return Purpose(kind, subject_id, request.args.get("type", ""), onward)
