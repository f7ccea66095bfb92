"""What a browser without account keeps of the démarches it fills: for a day, whether it is closed meanwhile or not.

A cookie of its own, because the form cookie ends with the browser, as what else it holds must: a tracking code, say.
Signed, so that nobody writes another one; each page that reads it makes it last a day more, as each change does the
draft itself. Signing in or out ends it (`browser_session`), but for a parent's first sign-in, which it follows.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

LASTS = timedelta(days=1)
"""As long as enrolment keeps a draft without account that nobody changes."""


def init_app(app: Flask) -> None:
    """Hangs the cookie on the application's answers."""
    app.after_request(_leave)


def get(name: str, default: Any = None) -> Any:
    """A small JSON value that was kept."""
    return _kept().get(name, default)


def keep(name: str, value: Any) -> None:
    """Keeps a small JSON value; None forgets it."""
    values = {**_kept(), name: value}
    replace({key: each for key, each in values.items() if each is not None})


def everything() -> dict[str, Any]:
    """All that is kept, to be put back by `replace`."""
    return dict(_kept())


def replace(values: dict[str, Any]) -> None:
    """Keeps these values and no other."""
    g.draft_cookie = values


def name() -> str:
    """As the other cookies are called (`browser_session.cookie_name`)."""
    return "__Host-espace-drafts" if current_app.config["SESSION_COOKIE_SECURE"] else "espace-drafts"


def _kept() -> dict[str, Any]:
    if "draft_cookie" not in g:
        try:
            read = _signer().loads(request.cookies.get(name(), ""), max_age=int(LASTS.total_seconds()))
        except BadSignature:  # none, one that is too old, or not ours
            read = {}
        g.draft_cookie = read
    values: dict[str, Any] = g.draft_cookie
    return values


def _leave(response: Response) -> Response:
    if "draft_cookie" not in g:
        return response
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    if g.draft_cookie:
        text = str(_signer().dumps(g.draft_cookie))
        response.set_cookie(name(), text, max_age=LASTS, httponly=True, samesite="Lax", secure=secure)
    elif name() in request.cookies:
        response.delete_cookie(name(), httponly=True, samesite="Lax", secure=secure)
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="drafts")
