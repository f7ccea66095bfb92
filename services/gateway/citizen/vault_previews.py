"""What a document looks like, for its owner's pages: pictures made when it was stored, opened with the session.

They are served on the path that knows the session, unlike documents: the gateway's own process drew them, and they are
nothing but pixels. No copy is kept by the browser.
"""

from uuid import UUID, uuid4

from flask import Blueprint, Response, abort

from contracts.documents.refusals import VaultLocked
from contracts.documents.vault import DocumentKeyView, OpenDocument, ReadDocument
from contracts.messages import Question
from gateway.browser import browser_session
from gateway.services import ask
from gateway.vault import previews
from gateway.vault.documents import open_view

blueprint = Blueprint("vault_previews", __name__, url_prefix="/stockage")

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get("/<uuid:document_id>/apercu/<int:number>")
def show(document_id: UUID, number: int) -> Response:
    """A picture: 0 is the thumbnail, then the pages. Whoever looks at any page reads the document."""
    private = browser_session.vault_private_key()
    if private is None:
        raise VaultLocked
    question: Question[DocumentKeyView] = OpenDocument(document_id=document_id)
    if number >= 1:
        question = ReadDocument(command_id=uuid4(), document_id=document_id)
    opened = open_view(ask(question).document, private)
    picture = previews.read(document_id, opened.file_key, number) if opened.description.shown else None
    if picture is None:
        abort(404)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(picture, headers=headers, mimetype="image/jpeg")
