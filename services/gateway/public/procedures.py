"""« Toutes les démarches »: the list, by category, and what each asks before it is begun."""

import unicodedata
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.drafts import StartDraft
from contracts.enrolment.procedure_forms import Audience, FieldKind
from contracts.enrolment.procedures import ListProcedures, ProcedureCard, ShowProcedure
from gateway.document_types import names_from
from gateway.forms import CommandForm
from gateway.procedures import draft_secret
from gateway.procedures.procedure_codes import only_codes
from gateway.services import ask, ask_each

blueprint = Blueprint("procedures", __name__, url_prefix="/demarches")
blueprint.url_value_preprocessor(only_codes)


@blueprint.get("")
def show() -> str:
    """Those that can be used, and what is begun in this account or browser. `q`: words to find one by."""
    view = ask(ListProcedures(secret=draft_secret.kept()))
    words = request.args.get("q", "")[:80].strip()
    found = sorted(
        (card for card in view.procedures if _matches(card, words)),
        key=lambda card: (_plain(card.category), _plain(card.title)),
    )
    groups = [(category, list(cards)) for category, cards in groupby(found, lambda card: card.category)]
    return render_template(
        "public/procedures.html",
        view=view,
        groups=groups,
        words=words,
        found=found,
        is_citizen=draft_secret.is_citizen(),
    )


@blueprint.route("/<code>", methods=["GET", "POST"])
def open_procedure(code: str) -> ResponseReturnValue:
    """What is needed, how long it takes, which texts apply; then the first page of its form."""
    form = CommandForm()
    if form.validate_on_submit():
        order = StartDraft(
            command_id=form.command_id.data, code=code, secret=draft_secret.of_visitor(make=True)
        )
        return redirect(url_for("public.procedure_filling.go_on", draft_id=ask(order).draft_id))
    view, types = ask_each([ShowProcedure(code=code, secret=draft_secret.of_visitor()), ListDocumentTypes()])
    if isinstance(view, Exception):
        raise view
    name = names_from(types)
    papers = [
        (field, name(field.document_type) if field.document_type else field.label)
        for field in view.form.fields()
        if field.kind is FieldKind.DOCUMENT
    ]
    closed = view.form.audience is Audience.SIGNED_IN and not draft_secret.is_citizen()
    page = render_template("public/procedure.html", view=view, form=form, papers=papers, closed=closed)
    return page, form.status


def _matches(card: ProcedureCard, words: str) -> bool:
    """Every word is somewhere in what is said of it, accents and case aside."""
    said = _plain(f"{card.title} {card.summary} {card.category}")
    return all(word in said for word in _plain(words).split())


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(sign for sign in parted if not unicodedata.combining(sign))
