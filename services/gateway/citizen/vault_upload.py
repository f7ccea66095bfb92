"""Putting a document into the vault, from the vault's own page; and keeping one that is there already."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.refusals import VaultLocked
from contracts.documents.types import ListDocumentTypes
from contracts.errors import DomainError
from gateway.access import local_path
from gateway.browser import browser_session
from gateway.forms import CommandForm
from gateway.sentences import sentence_of
from gateway.services import ask
from gateway.vault import twice
from gateway.vault.intake import Refused
from gateway.vault.upload import AlreadyStored, UploadForm, incoming_form, reads_its_body, store

blueprint = Blueprint("vault_upload", __name__, url_prefix="/stockage/ajouter")


@blueprint.get("/")
def add() -> ResponseReturnValue:
    """The empty form. `?type=`: the type already chosen."""
    if browser_session.vault_private_key() is None:
        return redirect(url_for("citizen.vault.show"))
    form = UploadForm(formdata=None, document_type=request.args.get("type"))
    form.offer(ask(ListDocumentTypes()))
    return render_template("citizen/vault_add.html", form=form)


@blueprint.post("/")
@reads_its_body
def send() -> ResponseReturnValue:
    """Takes the file in, sealed while it arrives."""
    private = browser_session.vault_private_key()
    if private is None:
        return redirect(url_for("citizen.vault.show"), 303)
    types = ask(ListDocumentTypes())
    try:
        incoming = incoming_form()
    except Refused as refused:
        form = UploadForm(formdata=None)
        form.offer(types)
        form.refuse(refused)
        return render_template("citizen/vault_add.html", form=form), form.status
    form = UploadForm(formdata=incoming.fields)
    form.offer(types)
    if not form.validate():
        incoming.drain_all()
        return render_template("citizen/vault_add.html", form=form), form.status
    try:
        stored = store(incoming, form, private, str(form.document_type.data))
    except AlreadyStored:
        flash("Ce document est déjà dans votre espace de stockage.", "info")
        return redirect(url_for("citizen.vault.show"), 303)
    if stored is None:
        return render_template("citizen/vault_add.html", form=form), form.status
    flash("Le document est chiffré et rangé dans votre espace de stockage.", "success")
    return redirect(url_for("citizen.vault.show_document", document_id=stored.document_id), 303)


@blueprint.post("/garder")
def keep() -> ResponseReturnValue:
    """Enters what was sent and is there already. `suite`: where the parent goes on, after having given it."""
    private = browser_session.vault_private_key()
    if private is None:
        raise VaultLocked
    form = CommandForm()
    onward = local_path(request.form.get("suite", ""))
    try:
        kept = twice.keep(request.form.get("twice", ""), private, form.command_id.data)
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
        return redirect(onward or url_for("citizen.vault.show"), 303)
    flash("Le document est chiffré et rangé dans votre espace de stockage.", "success")
    return redirect(onward or url_for("citizen.vault.show_document", document_id=kept.document_id), 303)
