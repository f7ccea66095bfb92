"""Downloads: one document, or a whole vault, once, from a path that knows nobody. See `gateway.vault.grants`."""

import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers

from contracts.documents.refusals import DocumentDamaged, LinkUsed
from contracts.errors import NotFound
from gateway.vault.archive import open_archive
from gateway.vault.downloads import open_download
from gateway.vault.grants import GrantedArchive
from gateway.vault.silence import bound_silence
from gateway.vault.store import grants, objects
from gateway.wiring import wiring

blueprint = Blueprint("files", __name__, url_prefix="/fichiers")

# Whatever the file is: it is saved, not shown; and were it shown, nothing in it would run or load.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get("/<token>")
def fetch(token: str) -> Response:
    """The document of a grant, or all of a vault. Asking for its headers alone does not use the grant up."""
    if request.method == "HEAD":
        return Response(status=204)
    granted = grants().take(token, wiring().real_clock.now())
    if granted is None:
        raise LinkUsed
    if isinstance(granted, GrantedArchive):
        return _attachment(open_archive(objects(), granted), granted.name, "application/zip")
    try:
        body = open_download(objects(), granted)
    except NotFound as gone:
        raise DocumentDamaged from gone
    return _attachment(body, granted.name, granted.media_type, granted.size)


def _attachment(body: Iterable[bytes], name: str, media_type: str, size: int | None = None) -> Response:
    """`size`: where it is known before the end."""
    bound_silence()
    headers = Headers()
    headers.set("Content-Disposition", "attachment", **_named(name))
    headers.update(
        {
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
    )
    if size is not None:
        headers.set("Content-Length", str(size))
    return Response(body, headers=headers, mimetype=media_type, direct_passthrough=True)


def _named(name: str) -> dict[str, str]:
    """What the browser calls the file: `name` whole, and without accents for those that know no better (RFC 6266).

    A header holds Latin-1 only: « d’Élise » with its typographic apostrophe cannot stand in one as it is.
    """
    if name.isascii():
        return {"filename": name}
    plain = unicodedata.normalize("NFKD", name.replace("’", "'")).encode("ascii", "ignore").decode()
    # What RFC 8187 leaves as it is, beside letters and digits.
    whole = quote(name, safe="!#$&+-.^_`|~")
    return {"filename": plain, "filename*": f"UTF-8''{whole}"}
