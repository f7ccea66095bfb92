"""The agents' first page: the ways in that their roles allow, and how much waits behind them."""

from typing import Any

from flask import Blueprint, render_template

from contracts.accounts.changes import WaitingView, WhatWaits
from contracts.caller import Role
from contracts.enrolment.attendance import SheetsWaiting, SheetsWaitingView
from contracts.messages import Question
from gateway import french
from gateway.browser import browser_session
from gateway.navigation import Entry
from gateway.services import ask_each

blueprint = Blueprint("home", __name__)
navigation = [Entry("Accueil", "staff.home.show", order=0)]


@blueprint.get("/")
def show() -> str:
    """The page an agent opens on. A service that does not answer leaves its entries without a number."""
    signed_in = browser_session.current()
    questions: list[Question[Any]] = [WhatWaits()]
    if signed_in is not None and signed_in.has_role(Role.ATTENDANCE):
        questions.append(SheetsWaiting())
    waits: dict[str, str] = {}
    for answer in ask_each(questions):
        if isinstance(answer, WaitingView) and answer.changes:
            waits["staff.changes.show"] = f"{answer.changes} à regarder"
        elif isinstance(answer, SheetsWaitingView):
            waits["staff.attendance.show"] = sheets_waiting(answer)
    return render_template("staff/home.html", waits=waits)


def sheets_waiting(view: SheetsWaitingView) -> str:
    """« 3 feuilles à faire depuis le lundi 2 novembre, 1 à revoir »; empty: none."""
    parts = []
    if view.missing and view.since:
        parts.append(
            f"{french.count(view.missing, 'feuille')} à faire depuis le {french.weekday(view.since)}"
        )
    if view.review:
        parts.append(
            f"{view.review} à revoir" if parts else f"{french.count(view.review, 'feuille')} à revoir"
        )
    return ", ".join(parts)
