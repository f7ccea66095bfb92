"""« Documents reçus »: what parents gave to their family's file, to be read and entered."""

from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from contracts.accounts.given import ListGivenDocuments
from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from gateway import access
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.services import ask_each
from gateway.vault.shelf import type_names

blueprint = Blueprint("given_documents", __name__, url_prefix="/documents-recus")
navigation = [
    Entry(
        "Documents reçus",
        "staff.given_documents.show",
        order=13,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Lire les attestations remises par les familles.",
    )
]


@blueprint.get("/")
@access.requires_role(Role.FAMILY_FILES)
def show() -> str:
    """Those to read, oldest first; with `?lus=1` those read."""
    read = request.args.get("lus") == "1"
    page = page_asked()
    given, types = ask_each([ListGivenDocuments(unread=not read, page=page), ListDocumentTypes()])
    if isinstance(given, Exception):
        raise given

    def address(number: int) -> str:
        return "?" + urlencode({"lus": 1, "page": number} if read else {"page": number})

    return render_template(
        "staff/given_documents.html",
        given=given,
        read=read,
        type_names=type_names(types),
        address=address,
        here=request.full_path.rstrip("?"),
    )
