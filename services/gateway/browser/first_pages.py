"""Several first pages of a visitor, opened at once: the forms of all of them hold.

A form's token is compared with a seed in the form cookie. Pages that leave before any of them has come back have no
cookie yet; each makes a seed of its own, and the browser keeps the last. So the page that makes a seed leaves its token
under a name of its own beside the form cookie, and a form that brings one of these tokens has its seed put back.
Signing in or out makes another seed, and lets go of these.
"""

from hmac import compare_digest
from secrets import token_hex

from flask import Flask, Response, current_app, g, request, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer

_SEED = "csrf_token"
_FORM_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def init_app(app: Flask) -> None:
    """To be called before the protection itself is, so that it finds the seed."""
    app.before_request(_put_back)
    app.after_request(_leave)


def _put_back() -> None:
    if request.endpoint == "static":
        return
    kept = _kept()
    if kept and request.method in _FORM_METHODS:
        sent = _sent()
        if any(compare_digest(sent.encode(), token.encode()) for token in kept.values()):
            seed = _seed_of(sent)
            if seed is not None:
                session[_SEED] = seed
    g.form_seed = session.get(_SEED)


def _leave(response: Response) -> Response:
    if "form_seed" not in g or session.get(_SEED) == g.form_seed:
        return response
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    for name in _kept():
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=secure)
    if _SEED in session:
        # Named after nothing that is known: two of them never meet.
        name = _prefix() + token_hex(4)
        response.set_cookie(name, str(generate_csrf()), httponly=True, samesite="Lax", secure=secure)
    return response


def _kept() -> dict[str, str]:
    return {name: value for name, value in request.cookies.items() if name.startswith(_prefix())}


def _prefix() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-"


def _sent() -> str:
    """What the protection will look at; of a form whose page reads it by itself, nothing."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "reads_its_body", False):
        return ""
    return request.form.get(_SEED) or request.headers.get("X-CSRFToken", "")


def _seed_of(token: str) -> str | None:
    reader = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    try:
        return str(reader.loads(token))
    except BadSignature:
        return None
