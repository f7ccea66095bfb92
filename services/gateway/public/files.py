"""Downloads: one document, once, from a path that knows nobody. See `gateway.vault.grants`."""

import unicodedata
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers

from contracts.documents import DocumentDamaged, LinkUsed
from contracts.errors import NotFound
from gateway.vault.downloads import open_download
from gateway.vault.silence import bound_silence
from gateway.vault.store import grants
from gateway.wiring import wiring

blueprint = Blueprint("files", __name__, url_prefix="/fichiers")

# Whatever the file is: it is saved, not shown; and were it shown, nothing in it would run or load.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.get("/<token>")
def fetch(token: str) -> Response:
    """The document of a grant. Asking for its headers alone does not use the grant up."""
    if request.method == "HEAD":
        return Response(status=204)
    granted = grants().take(token, wiring().real_clock.now())
    if granted is None:
        raise LinkUsed
    try:
        body = open_download(granted)
    except NotFound as gone:
        raise DocumentDamaged from gone
    bound_silence()
    headers = Headers()
    headers.set("Content-Disposition", "attachment", **_named(granted.name))
    headers.update(
        {
            "Content-Length": str(granted.size),
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
    )
    return Response(body, headers=headers, mimetype=granted.media_type, direct_passthrough=True)


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
