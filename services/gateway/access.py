"""Who may open a page. The service behind it judges again; this keeps a wrong door from looking open."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import current_app, flash, redirect, request
from flask.typing import ResponseReturnValue

from contracts.caller import Kind, Role
from contracts.errors import NotAllowed, NotSignedIn
from gateway import french
from gateway.browser import browser_session, kept_form
from gateway.procedures import draft_secret

V = TypeVar("V", bound=Callable[..., Any])

SIGN_IN = {Kind.CITIZEN: "/connexion", Kind.AGENT: "/agents/connexion"}
_SIGNED_OUT = (
    "Vous n’êtes plus connecté : votre session s’est terminée. Rien n’est perdu, ce que vous avez saisi est gardé "
    "sur cette page."
)
_NOT_SAVED = (
    "Votre connexion a pris fin : ce que vous venez d’envoyer n’est pas enregistré. "
    "Connectez-vous, puis recommencez."
)
HOME = {Kind.CITIZEN: "/mon-espace/", Kind.AGENT: "/agents/"}


def open_to_all(view: V) -> V:
    """Marks a page of a guarded package that needs no sign-in."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def carries_its_own_token(view: V) -> V:
    """Marks a view that others' programs post to: its address is the secret, and our CSRF token is not asked for."""
    view.carries_its_own_token = True  # type: ignore[attr-defined]
    return view


def requires_role(*roles: Role) -> Callable[[V], V]:
    """Marks a staff page as reserved to agents who hold one of `roles`."""

    def mark(view: V) -> V:
        view.required_roles = roles  # type: ignore[attr-defined]
        return view

    return mark


def guard(kind: Kind) -> Callable[[], ResponseReturnValue | None]:
    """The check that a package runs before each of its pages."""

    def check() -> ResponseReturnValue | None:
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "open_to_all", False):
            return None
        signed_in = browser_session.current()
        if signed_in is None or signed_in.kind is not kind:
            return send_to_sign_in(kind)
        roles: tuple[Role, ...] = getattr(view, "required_roles", ())
        if not signed_in.has_role(*roles):
            raise NotAllowed(needs=sorted(roles))
        return None

    return check


def send_to_sign_in(kind: Kind) -> ResponseReturnValue:
    """To the sign-in page, and back here afterwards when this was a page; a form that was sent waits on a page, or,
    where it holds a secret or a file, is told not to be saved: its page is what comes back."""
    if request.accept_mimetypes.best == "application/json":
        raise NotSignedIn
    form = kept_form.kept()
    if form is not None:
        text = french.typeset(_SIGNED_OUT)
        return kept_form.page(401, "Connexion nécessaire", text, form, sign_in_address(kind))
    if request.method == "GET":
        return redirect(sign_in_address(kind))
    flash(_NOT_SAVED, "warning")
    back = page_of_form()
    return redirect(SIGN_IN[kind] + ("?suite=" + quote(back, safe="") if back else ""))


def page_of_form() -> str | None:
    """The page of ours that the form sent stood on; None where the browser does not say."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return None
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def sign_in_address(kind: Kind) -> str:
    """The sign-in page, which leads back here where this is a page."""
    address = SIGN_IN[kind]
    if request.method == "GET":
        address += "?suite=" + quote(request.full_path.rstrip("?"), safe="")
    return address


def after_sign_in(kind: Kind) -> str:
    """Where to go once signed in: the page asked for in `?suite=`, or home."""
    return onward(kind, request.values.get("suite", ""))


def onward(kind: Kind, asked: str) -> str:
    """The page asked for, or home; before it, the drafts that a parent may have begun here before signing in."""
    address = local_path(asked) or HOME[kind]
    if kind is Kind.CITIZEN and draft_secret.kept():
        return "/demarches/a-reprendre?suite=" + quote(address, safe="")
    return address


def local_path(address: str) -> str | None:
    """`address` when it is a path of this site, else None (never a way out to another host)."""
    if not address.startswith("/") or "\\" in address or any(ord(sign) < 33 for sign in address):
        return None
    if address.startswith("//"):
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else None
