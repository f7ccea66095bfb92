"""« Journal de mon compte »: what was done on it, by whom, from where, twelve months back."""

from flask import Blueprint, render_template

from contracts.accounts.own_data import MyJournal
from gateway.forms.numbers import page_asked
from gateway.sentences import journal
from gateway.services import ask

blueprint = Blueprint("my_journal", __name__, url_prefix="/compte/journal")


@blueprint.get("/")
def show() -> str:
    """One page, newest first."""
    view = ask(MyJournal(page=page_asked()))

    def address(page: int) -> str:
        return f"?page={page}"

    return render_template("citizen/my_journal.html", view=view, words=journal, address=address)
