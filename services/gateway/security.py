"""What every answer says to the browser, as data that a page may extend.

    security.allow("form-action", *settings().payment_origins)

A page whose form ends in a redirect to the payment provider must name its origin, since browsers apply
`form-action` to redirects too. Nothing else is ever added: no inline script or style, no foreign host.
"""

from flask import Flask, Response, g, request

from gateway.browser import browser_session
from gateway.settings import GatewaySettings

SELF = "'self'"
NONE = "'none'"

POLICY: dict[str, tuple[str, ...]] = {
    "default-src": (NONE,),
    "script-src": (SELF,),
    "style-src": (SELF,),
    "img-src": (SELF, "data:"),
    "font-src": (SELF,),
    "connect-src": (SELF,),
    "manifest-src": (SELF,),
    "form-action": (SELF,),
    "frame-ancestors": (NONE,),
    "base-uri": (NONE,),
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Same-origin rather than none: the CSRF check over TLS reads the referrer of our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_YEAR = 365 * 24 * 3600


def allow(directive: str, *sources: str) -> None:
    """Adds sources to a directive for the page being made."""
    if directive not in POLICY:
        raise KeyError(directive)
    _extensions().setdefault(directive, []).extend(sources)


def policy() -> str:
    """The Content-Security-Policy of the page being made."""
    extensions = _extensions()
    parts = []
    for directive, sources in POLICY.items():
        added = [source for source in extensions.get(directive, []) if source not in sources]
        parts.append(" ".join([directive, *sources, *dict.fromkeys(added)]))
    return "; ".join(parts)


def init_app(app: Flask, settings: GatewaySettings) -> None:
    """Hangs the headers on every answer."""

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy())
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.https:
            response.headers["Strict-Transport-Security"] = f"max-age={2 * _YEAR}; includeSubDomains"
        if request.endpoint != "static":
            _keep_private(response)
        return response


def _keep_private(response: Response) -> None:
    """A signed-in page must not come back by the « previous » button after signing out."""
    if browser_session.shown() is not None or response.headers.getlist("Set-Cookie"):
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    response.vary.add("Cookie")


def _extensions() -> dict[str, list[str]]:
    if "csp" not in g:
        g.csp = {}
    extensions: dict[str, list[str]] = g.csp
    return extensions
