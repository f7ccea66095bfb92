"""« Mes connexions »: every browser that is signed in to the account, and closing those of others."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from structlog import get_logger

from contracts.accounts.own_data import NoteSessionsClosed
from contracts.errors import DomainError
from gateway.browser import browser_session
from gateway.browser.browser_names import name_browser
from gateway.browser.session_store import SessionRecord
from gateway.forms import Form
from gateway.french import count
from gateway.services import ask

log = get_logger()
blueprint = Blueprint("my_sessions", __name__, url_prefix="/compte/connexions")


@blueprint.get("/")
def show() -> str:
    """The list, this browser first."""
    here = browser_session.current()
    found = sorted(
        browser_session.open_sessions(),
        key=lambda kept: (here is None or kept.session_id != here.session_id, -kept.seen_at.timestamp()),
    )
    return render_template("citizen/my_sessions.html", sessions=found, name_browser=name_browser)


@blueprint.post("/<uuid:session_id>/fermer")
def close(session_id: UUID) -> ResponseReturnValue:
    """Signs another browser out. Closed meanwhile, it is closed."""
    if Form().validate_on_submit():
        kept = [each for each in _others() if each.session_id == session_id]
        if kept and browser_session.revoke(session_id):
            _note(kept)
        flash("La connexion est fermée.", "success")
    return redirect(url_for(".show"))


@blueprint.post("/fermer-les-autres")
def close_others() -> ResponseReturnValue:
    """Signs out every browser but this one."""
    here = browser_session.current()
    if here is not None and Form().validate_on_submit():
        kept = _others()
        closed = browser_session.revoke_all(here.account_id, but_this=True)
        if kept:
            _note(kept)
        flash(f"{count(closed, 'connexion fermée', 'connexions fermées')}.", "success")
    return redirect(url_for(".show"))


def _others() -> list[SessionRecord]:
    here = browser_session.current()
    return [
        each
        for each in browser_session.open_sessions()
        if here is not None and each.session_id != here.session_id
    ]


def _note(closed: list[SessionRecord]) -> None:
    """In the account's journal. The browsers are out all the same when it cannot be written."""
    browsers = [name_browser(each.browser) for each in closed][:100]
    try:
        ask(NoteSessionsClosed(command_id=uuid4(), browsers=browsers))
    except DomainError as refusal:
        log.warning("closed sessions not noted", code=refusal.code)
