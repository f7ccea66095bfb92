"""« Mon espace de stockage »: what lies in the vault, each document, and taking one out."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.refusals import VaultLocked
from contracts.documents.vault import DeleteDocument, DescribeDocument, OpenVault, ReadDocument, VaultView
from contracts.errors import DomainError
from gateway import dashboard, french
from gateway.browser import browser_session
from gateway.dashboard import Page, Task
from gateway.forms import CommandForm, DateField, Form, SelectField, TextField, at_most, required
from gateway.navigation import Entry
from gateway.services import ask
from gateway.vault import search, town
from gateway.vault.documents import Opened, open_view
from gateway.vault.grants import Granted
from gateway.vault.names import LONGEST_NAME, clean_name
from gateway.vault.shelf import SUBJECTS, Shelved, find, private_of, shelve
from gateway.vault.store import grants
from gateway.wiring import wiring

blueprint = Blueprint("vault", __name__, url_prefix="/stockage")
navigation = [Entry("Mon espace de stockage", "citizen.vault.show", order=70)]


class DescriptionForm(CommandForm):
    """What is said of a document."""

    document_type = SelectField("Type de document", [required("Choisissez le type de document")])
    name = TextField("Nom du document", [at_most(LONGEST_NAME)], hint="Vous seul pouvez le lire.")
    valid_until = DateField("Valable jusqu’au (facultatif)")


class SearchForm(Form):
    """What is looked for."""

    words = TextField("Nom", [at_most(LONGEST_NAME)], autocomplete="off")
    document_type = SelectField("Type de document", prompt="")


class DeleteForm(CommandForm):
    """« Supprimer »."""


@blueprint.get("/")
def show() -> str:
    """The vault: its documents, or how to open it."""
    vault = ask(OpenVault())
    town.know(vault.requests_public_key)
    shelf = shelve(vault)
    return _list(vault, shelf, _search_form(shelf, formdata=None))


@blueprint.post("/")
def look_for() -> ResponseReturnValue:
    """The documents that answer a search."""
    vault = ask(OpenVault())
    shelf = shelve(vault)
    form = _search_form(shelf)
    if not form.validate_on_submit():
        return _list(vault, shelf, form), form.status
    found = search.find(shelf, form.words.data or "", form.document_type.data or "")
    return _list(vault, shelf, form, found)


@blueprint.get("/<uuid:document_id>")
def show_document(document_id: UUID) -> str:
    """One document: what it is, until when, given with what, opened by whom."""
    vault = ask(OpenVault(readings_of=document_id))
    return _page("citizen/vault_document.html", vault, find(vault, document_id))


@blueprint.post("/<uuid:document_id>/telecharger")
def download(document_id: UUID) -> ResponseReturnValue:
    """Opens the document's key with the session, and sends the browser to a grant for this one file."""
    opened = _read(document_id)
    granted = Granted(
        document_id=document_id,
        name=opened.description.file_name,
        media_type=opened.description.media.value,
        size=opened.view.size,
        file_key=opened.file_key,
    )
    token = grants().give(granted, wiring().real_clock.now())
    return redirect(url_for("public.files.fetch", token=token), 303)


@blueprint.route("/<uuid:document_id>/modifier", methods=["GET", "POST"])
def change(document_id: UUID) -> ResponseReturnValue:
    """Another name, type or validity."""
    vault = ask(OpenVault())
    shelved = find(vault, document_id)
    if shelved.opened is None:
        raise VaultLocked
    form = DescriptionForm(
        document_type=shelved.view.document_type,
        name=shelved.opened.description.name,
        valid_until=shelved.view.valid_until,
    )
    form.document_type.choices = [(each.code, each.name) for each in vault.types]
    if form.validate_on_submit():
        opened = shelved.opened
        description = replace(opened.description, name=clean_name(form.name.data or ""))
        try:
            ask(
                DescribeDocument(
                    command_id=form.command_id.data,
                    document_id=document_id,
                    document_type=form.document_type.data,
                    sealed_description=description.seal(opened.file_key, document_id),
                    valid_until=form.valid_until.data,
                )
            )
        except DomainError as refusal:
            form.show(refusal, unknown_document_type="document_type")
        else:
            flash("Les informations du document sont enregistrées.", "success")
            return redirect(url_for("citizen.vault.show_document", document_id=document_id))
    return _page("citizen/vault_change.html", vault, shelved, form=form), form.status


@blueprint.route("/<uuid:document_id>/supprimer", methods=["GET", "POST"])
def delete(document_id: UUID) -> ResponseReturnValue:
    """Takes a document out, once the parent has read what that does not undo."""
    form = DeleteForm()
    if form.validate_on_submit():
        deleted = ask(DeleteDocument(command_id=form.command_id.data, document_id=document_id))
        text = "Le document est supprimé de votre espace de stockage."
        if deleted.readable_until is not None:
            text += (
                " La copie jointe à vos démarches reste lisible par les agents "
                f"jusqu’au {french.day(deleted.readable_until)}."
            )
        flash(text, "success")
        return redirect(url_for("citizen.vault.show"))
    vault = ask(OpenVault())
    return _page("citizen/vault_delete.html", vault, find(vault, document_id), form=form), form.status


@dashboard.part(
    order=60,
    asks=lambda: [OpenVault()],
    template="citizen/vault_part.html",
    label="vos pièces justificatives",
)
def show_part(page: Page, vault: VaultView) -> dict[str, object]:
    """« Pièces justificatives »: how many there are, and which will soon serve no more."""
    town.know(vault.requests_public_key)
    shelf = shelve(vault)
    for shelved in shelf:
        if shelved.state[1] == "wait" and shelved.view.valid_until is not None:
            page.to_do(
                Task(
                    shelved.type_name,
                    f"Ce document ne sera plus valable après le {french.day(shelved.view.valid_until)}.",
                    "Le remplacer",
                    url_for("citizen.vault_upload.add", type=shelved.view.document_type),
                    due=shelved.view.valid_until,
                )
            )
    return {"vault": vault, "shelf": shelf[:3], "count": len(shelf)}


def _search_form(shelf: list[Shelved], **options: Any) -> SearchForm:
    form = SearchForm(**options)
    types = sorted({(each.view.document_type, each.type_name) for each in shelf}, key=lambda each: each[1])
    form.document_type.choices = [("", "Tous les types"), *types]
    return form


def _list(
    vault: VaultView, shelf: list[Shelved], form: SearchForm, found: list[Shelved] | None = None
) -> str:
    return render_template(
        "citizen/vault.html",
        vault=vault,
        shelf=shelf,
        found=found,
        form=form,
        subjects=SUBJECTS,
        is_open=private_of(vault) is not None,
        without_password=browser_session.came_without_password(),
    )


def _read(document_id: UUID) -> Opened:
    """A document of the vault, opened with the session's key and written down as read.

    Raises VaultLocked, NotFound, DocumentDamaged.
    """
    private = browser_session.vault_private_key()
    if private is None:
        raise VaultLocked
    return open_view(ask(ReadDocument(command_id=uuid4(), document_id=document_id)).document, private)


def _page(template: str, vault: VaultView, shelved: Shelved, **more: object) -> str:
    return render_template(
        template,
        vault=vault,
        shelved=shelved,
        subjects=SUBJECTS,
        is_open=private_of(vault) is not None,
        **more,
    )
