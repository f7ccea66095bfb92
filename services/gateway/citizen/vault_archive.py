"""« Tout télécharger »: every document of the vault in one ZIP, for a parent who goes elsewhere or wants a copy."""

from datetime import datetime
from uuid import uuid4

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.documents.refusals import VaultLocked
from contracts.documents.vault import ReadVault
from gateway import french
from gateway.services import ask
from gateway.vault.archive import unlike
from gateway.vault.documents import Opened
from gateway.vault.grants import Granted, GrantedArchive
from gateway.vault.shelf import Shelved, private_of, shelve
from gateway.vault.store import grants
from gateway.wiring import clock, wiring

blueprint = Blueprint("vault_archive", __name__, url_prefix="/stockage")


@blueprint.post("/tout-telecharger")
def download() -> ResponseReturnValue:
    """Opens every document's key with the session, and sends the browser to a grant for the archive of them."""
    vault = ask(ReadVault(command_id=uuid4()))
    if private_of(vault) is None:
        raise VaultLocked
    shelf = shelve(vault)
    if not shelf:
        return redirect(url_for("citizen.vault.show"), 303)
    now = clock().now().astimezone(PARIS)
    names = unlike(each.opened.description.file_name if each.opened else each.type_name for each in shelf)
    granted = GrantedArchive(
        name=f"espace-de-stockage-{now:%Y-%m-%d}.zip",
        made_at=now,
        text=_listed(shelf, names, now),
        documents=tuple(
            _granted(each.opened, name) for each, name in zip(shelf, names, strict=True) if each.opened
        ),
    )
    token = grants().give(granted, wiring().real_clock.now())
    return redirect(url_for("public.files.fetch", token=token), 303)


def _listed(shelf: list[Shelved], names: list[str], now: datetime) -> str:
    """What is in the archive, beside what the files themselves say."""
    lines = [
        f"Mon espace de stockage, le {french.moment(now)}\u00a0: {french.count(len(shelf), 'document')}.\n"
    ]
    for each, name in zip(shelf, names, strict=True):
        end = f", valable jusqu’au {french.day(each.view.valid_until)}" if each.view.valid_until else ""
        damaged = "" if each.opened else " Il est abîmé et manque dans cette archive."
        lines.append(
            f"- {name}\n  {each.type_name}, ajouté le {french.day(each.view.stored_at)}{end}.{damaged}"
        )
    return "\n".join(lines) + "\n"


def _granted(opened: Opened, name: str) -> Granted:
    return Granted(
        document_id=opened.view.document_id,
        name=name,
        media_type=opened.description.media.value,
        size=opened.view.size,
        file_key=opened.file_key,
    )
