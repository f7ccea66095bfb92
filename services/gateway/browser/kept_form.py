"""What somebody sent and the site could not take, kept on the page that says so: one press sends it again.

Nobody types a long text twice because their session ended while they wrote it. Never a file, a password or a code.
"""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

_FORM = "application/x-www-form-urlencoded"
_LONG = 40
"""Signs that one does not like to type again: such a text is shown, to be copied."""


def kept() -> MultiDict[str, str] | None:
    """What was sent, without its token, whose time may be over; None where it is not to be sent again."""
    if request.method != "POST" or request.mimetype != _FORM or "command_id" not in request.form:
        return None
    if any("password" in name or name in ("key", "code") for name in request.form):
        return None
    return MultiDict(each for each in request.form.items(multi=True) if each[0] != "csrf_token")


def is_from_here() -> bool:
    """Whether a page of this site sent it, as the browser says: no other site can make it say so."""
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def page(
    status: int, title: str, text: str, form: MultiDict[str, str] | None, sign_in: str = ""
) -> ResponseReturnValue:
    """Says what happened, and offers to send it again. `sign_in`: where to, before that."""
    long_texts = [value for value in (form or MultiDict()).values() if len(value) > _LONG]
    html = render_template(
        "errors/page.html",
        status=status,
        title=title,
        text=text,
        resend=form,
        sign_in=sign_in,
        long_texts=long_texts,
    )
    return html, status
