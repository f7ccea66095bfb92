"""« Ma famille »: the members of the household, the children and what can be done for each."""

from flask import Blueprint, render_template

from contracts.accounts.changes import ChangeState
from contracts.accounts.family_file import OpenMyFile
from gateway.family import change_words
from gateway.navigation import Entry
from gateway.services import ask

blueprint = Blueprint("family", __name__, url_prefix="/famille")
navigation = [Entry("Ma famille", "citizen.family.show", order=10)]


@blueprint.get("/")
def show() -> str:
    """Every household of the account; before a key, how to get one."""
    file = ask(OpenMyFile())
    return render_template(
        "citizen/family.html",
        household=file.household,
        records={record.family_id: record for record in file.records},
        words=change_words,
        awaiting=[change for change in file.changes if change.state is ChangeState.AWAITING],
    )
