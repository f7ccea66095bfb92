"""Refusals and failures, as pages a reader understands (and as JSON under /api)."""

from flask import Flask, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from structlog import get_logger
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from contracts.caller import Kind
from contracts.errors import DomainError, NotSignedIn
from gateway import french
from gateway.access import SIGN_IN, after_sign_in, send_to_sign_in
from gateway.browser import browser_session, kept_form
from gateway.metrics import REFUSALS
from gateway.sentences import sentence_of

log = get_logger()
_EXPIRED = (
    "Cette page est restée ouverte trop longtemps, une autre page vous a connecté ou déconnecté, "
    "ou vos cookies sont désactivés."
)
_BEGIN_AGAIN = "Rien n’a été enregistré : revenez à la page précédente, rechargez-la et recommencez."
_SEND_AGAIN = (
    "Rien n’est encore enregistré, mais ce que vous avez saisi est gardé ici : envoyez-le de nouveau. "
    "Si cette page revient, autorisez les cookies de ce site."
)

PAGES = {
    400: ("Demande incomprise", "Votre navigateur a envoyé une demande que le site ne comprend pas."),
    403: ("Accès refusé", "Vous n’avez pas accès à cette page."),
    404: ("Page introuvable", "Cette page n’existe pas ou n’existe plus."),
    405: ("Page introuvable", "Cette adresse ne s’ouvre pas de cette façon."),
    413: ("Envoi trop volumineux", "Le fichier envoyé est trop volumineux. Rien n’a été enregistré."),
    429: ("Trop d’essais", "Trop d’essais ont été faits. Réessayez dans quelques minutes."),
    500: (
        "Une erreur est survenue",
        "Le site a rencontré une erreur, qui vient d’être signalée à nos équipes.",
    ),
    503: ("Service momentanément indisponible", "Le service ne répond pas pour le moment."),
}
_TITLES = {
    401: "Connexion nécessaire",
    409: "Les informations ont changé",
    410: "Lien expiré",
    422: "Réponse à vérifier",
}


def init_app(app: Flask) -> None:
    """Takes charge of everything that goes wrong."""
    app.register_error_handler(CSRFError, _forgotten_form)
    app.register_error_handler(DomainError, refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crash)


def refusal(error: DomainError) -> ResponseReturnValue:
    """The page of a refusal that no form shows."""
    REFUSALS.labels(error.code).inc()
    log.warning("refused", code=error.code, endpoint=request.endpoint)
    if isinstance(error, NotSignedIn) and not _wants_json():
        return send_to_sign_in(Kind.AGENT if request.path.startswith("/agents") else Kind.CITIZEN)
    sentence = sentence_of(error)
    title = PAGES.get(sentence.status, (_TITLES.get(sentence.status, "Opération refusée"), ""))[0]
    resend = kept_form.kept() if sentence.status == 503 else None
    return _answer(sentence.status, title, sentence.text, error.code, resend)


def _forgotten_form(error: CSRFError) -> ResponseReturnValue:
    done = _done_elsewhere()
    if done is not None:
        return redirect(done)
    REFUSALS.labels("csrf").inc()
    log.warning("refused", code="csrf", reason=error.description)
    resend = kept_form.kept() if kept_form.is_from_here() else None
    what_to_do = _SEND_AGAIN if resend else _BEGIN_AGAIN
    return _answer(400, "Page expirée", f"{_EXPIRED} {what_to_do}", "csrf", resend)


def _done_elsewhere() -> str | None:
    """Where to go when another tab has done what this form wanted: signed in, or out. Every such act makes the forms
    of the other tabs worthless."""
    signed_in = browser_session.shown()
    if signed_in is None:
        return "/" if request.path == "/deconnexion" else None
    return after_sign_in(signed_in.kind) if request.path == SIGN_IN[signed_in.kind] else None


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, text = PAGES.get(status, PAGES[500 if status >= 500 else 400])
    return _answer(status, title, text, f"http_{status}")


def _crash(error: Exception) -> ResponseReturnValue:
    log.error("crashed", endpoint=request.endpoint, exc_info=error)
    return _answer(500, *PAGES[500], "crash")


def _answer(
    status: int, title: str, text: str, code: str, resend: MultiDict[str, str] | None = None
) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(error=code, message=text, correlation_id=g.get("correlation_id", "")), status
    return kept_form.page(status, title, french.typeset(text), resend)


def _wants_json() -> bool:
    return request.path.startswith(("/api/", "/webhooks/")) or (
        request.accept_mimetypes.best == "application/json"
    )
