"""« Modifications »: what families have asked to change of their files, old and new side by side, and the decision."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.changes import (
    ChangeFile,
    ChangeState,
    ListChanges,
    OpenChange,
    SubjectKind,
)
from contracts.caller import Role
from gateway import access
from gateway.family import change_words
from gateway.forms.numbers import page_asked
from gateway.navigation import Desk, Entry
from gateway.services import ask
from gateway.staff.decisions import DecisionForm, is_decided

blueprint = Blueprint("changes", __name__, url_prefix="/modifications")
navigation = [
    Entry(
        "Modifications",
        "staff.changes.show",
        order=12,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Ce que les familles demandent de changer dans leur dossier.",
    )
]

SHOWN_STATES = {
    ChangeState.AWAITING: "À regarder",
    ChangeState.ACCEPTED: "Acceptées",
    ChangeState.REFUSED: "Refusées",
    ChangeState.WITHDRAWN: "Retirées",
    ChangeState.APPLIED: "Faites par les familles",
}


@blueprint.get("/")
@access.requires_role(Role.FAMILY_FILES)
def show() -> str:
    """What waits, the oldest first; or what was decided, the newest first."""
    state = _among(ChangeState, request.args.get("etat"), ChangeState.AWAITING)
    kind = _among(SubjectKind, request.args.get("sujet"), None)
    view = ask(ListChanges(state=state, subject_kind=kind, page=page_asked()))
    return render_template(
        "staff/changes.html",
        view=view,
        state=state,
        kind=kind,
        states=SHOWN_STATES,
        words=change_words,
        address=lambda number: url_for(
            ".show", etat=state.value, sujet=kind.value if kind else None, page=number
        ),
    )


@blueprint.route("/<uuid:change_id>", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def decide(change_id: UUID) -> ResponseReturnValue:
    """One change: what it was about, what stands now, the decision."""
    form = DecisionForm()
    if is_decided(form, change_id):
        done = "acceptée" if form.accepts else "refusée"
        flash(f"La modification est {done}. La famille en est informée par courriel.", "success")
        return redirect(url_for(".show"))
    file = ask(OpenChange(change_id=change_id))
    if file.change.subject_kind is SubjectKind.CUSTODY:  # two homes and their days: a page of its own
        return redirect(url_for("staff.custody.decide", change_id=change_id))
    return _page(file, form)


def _page(file: ChangeFile, form: DecisionForm) -> ResponseReturnValue:
    form.shows(file.present)
    page = render_template(
        "staff/change.html",
        file=file,
        change=file.change,
        form=form,
        words=change_words,
        children={str(child_id): name for child_id, name in file.children.items()},
        moved=file.present != file.change.old and file.change.state is ChangeState.AWAITING,
    )
    return page, form.status


def _among(kinds: Any, given: str | None, default: Any) -> Any:
    return kinds(given) if given in {each.value for each in kinds} else default
