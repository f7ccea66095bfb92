"""« Journal de mon compte »: what was done on it, by whom, from where, twelve months back."""

from flask import Blueprint, render_template, request

from contracts.accounts.own_data import MyJournal
from gateway.sentences import journal
from gateway.services import ask

blueprint = Blueprint("my_journal", __name__, url_prefix="/compte/journal")


@blueprint.get("/")
def show() -> str:
    """One page, newest first."""
    view = ask(MyJournal(page=max(1, request.args.get("page", 1, type=int))))

    def address(page: int) -> str:
        return f"?page={page}"

    return render_template("citizen/my_journal.html", view=view, words=journal, address=address)
