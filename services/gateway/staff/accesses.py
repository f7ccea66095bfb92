"""« Accès aux dossiers »: which agent looked at what of which family, for administrators; as a page and as a file."""

from datetime import date
from typing import Any, TypedDict
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chassis.clock import PARIS
from contracts.accounts.accesses import AccessRow, ExportAccesses, ExportTooLong, ListAccesses
from contracts.caller import Role
from gateway import access
from gateway.csv_files import csv_file
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.services import ask
from gateway.staff.access_words import access_words

blueprint = Blueprint("accesses", __name__, url_prefix="/acces")
navigation = [
    Entry(
        "Accès aux dossiers",
        "staff.accesses.show",
        order=91,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Quel agent a ouvert ou modifié quel dossier famille, et quand.",
    )
]
_OFFICE = access.requires_role(Role.ADMINISTRATION)
COLUMNS = ("Date", "Heure", "Agent", "Dossier", "Famille", "Accès", "Détail")


class Choice(TypedDict):
    """Which lines are wanted."""

    family: str
    agent_id: UUID | None
    since: date | None
    until: date | None


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """The lines, newest first; what is chosen stands in the address."""
    chosen = _choice()
    view = ask(ListAccesses(**chosen, page=page_asked()))
    return render_template(
        "staff/accesses.html",
        view=view,
        chosen=chosen,
        words=access_words,
        address=lambda page: "?" + urlencode({**_asked(chosen), "page": page}),
        file=url_for(".export", **_asked(chosen)),
    )


@blueprint.get("/export.csv")
@_OFFICE
def export() -> ResponseReturnValue:
    """The same lines as a file that a French spreadsheet opens: semicolons, UTF-8 with its mark."""
    chosen = _choice()
    try:
        rows = ask(ExportAccesses(**chosen))
    except ExportTooLong as refusal:
        flash(sentence_of(refusal).text, "warning")
        return redirect(url_for(".show", **_asked(chosen)))
    return csv_file("acces-aux-dossiers.csv", COLUMNS, map(_cells, rows))


def _cells(row: AccessRow) -> tuple[str, ...]:
    at = row.at.astimezone(PARIS)
    what = access_words(row.access)
    return (
        f"{at:%d/%m/%Y}",
        f"{at:%H:%M:%S}",
        row.agent,
        row.family_number,
        row.family_label,
        what,
        row.detail,
    )


def _choice() -> Choice:
    """What the address asks for; what cannot be read is not asked for."""
    return Choice(
        family=request.args.get("famille", "").strip()[:100],
        agent_id=request.args.get("agent", type=UUID),
        since=request.args.get("du", type=date.fromisoformat),
        until=request.args.get("au", type=date.fromisoformat),
    )


def _asked(chosen: Choice) -> dict[str, Any]:
    """The choice as an address says it."""
    said = {
        "famille": chosen["family"],
        "agent": chosen["agent_id"],
        "du": chosen["since"],
        "au": chosen["until"],
    }
    return {name: str(value) for name, value in said.items() if value}
