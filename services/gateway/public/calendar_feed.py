"""The calendar at its secret address: no cookie, no page, nothing that tells a wrong address from a revoked one."""

from hashlib import sha256

from flask import Blueprint, Response, abort, request

from contracts.enrolment.feeds import ReadFeed
from contracts.errors import NotFound
from gateway.bookings import calendar_feed
from gateway.services import ask
from gateway.wiring import settings

blueprint = Blueprint("calendar_feed", __name__, url_prefix="/agenda")
LONGEST = 100


@blueprint.get("/<token>.ics")
def read(token: str) -> Response:
    """What a calendar program asks for again and again: 304 while nothing has changed."""
    try:
        content = ask(ReadFeed(token=token[:LONGEST]))
    except NotFound:
        abort(404)
    # The stamp of the days, not of the bytes: a calendar that says the same is the same.
    etag = sha256(content.model_dump_json().encode()).hexdigest()[:32]
    answer = Response(mimetype="text/calendar")
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, max-age=900"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    # Weakly: a proxy that compresses the answer makes the tag a weak one.
    if not request.if_none_match.contains_weak(etag):
        answer.set_data(calendar_feed.compose(content, settings().public_url.rstrip("/")))
        return answer
    answer.status_code = 304
    return answer
