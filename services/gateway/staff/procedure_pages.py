"""Composing the pages and questions of a démarche: added, changed, moved, removed; each act saves the draft."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.procedure_forms import (
    CONTACT_EMAIL,
    MOST_FIELDS,
    MOST_PAGES,
    FieldKind,
    FormField,
    ProcedureForm,
)
from contracts.enrolment.procedures import OpenProcedureForm
from contracts.errors import DomainError
from gateway import access
from gateway.forms import CommandForm, HiddenField, TextField, at_most, matching, required
from gateway.procedures import procedure_edits
from gateway.procedures.procedure_codes import only_codes
from gateway.procedures.procedure_settings import (
    KINDS,
    NewQuestion,
    page_settings,
    question_settings,
    read_question,
)
from gateway.sentences import sentence_of
from gateway.services import ask, ask_each
from gateway.staff.procedures import ActForm, save

blueprint = Blueprint("procedure_pages", __name__, url_prefix="/demarches/<code>")
blueprint.url_value_preprocessor(only_codes)
_OFFICE = access.requires_role(Role.ADMINISTRATION)
_BY = {"monter": -1, "descendre": 1}
Edit = Callable[[ProcedureForm], ProcedureForm]


class NewPage(CommandForm):
    """Its title; its questions come next."""

    revision = HiddenField(default="0")
    title = TextField(
        "Titre de la page",
        [
            required("Donnez un titre à la page."),
            matching(r"(?s)..+", "Écrivez deux caractères au moins."),
            at_most(120),
        ],
    )


@blueprint.route("/pages/nouvelle", methods=["GET", "POST"])
@_OFFICE
def add_page(code: str) -> ResponseReturnValue:
    """A page, last."""
    desk = ask(OpenProcedureForm(code=code))
    form = NewPage(revision=str(desk.revision))
    if form.validate_on_submit():
        title = form.title.data or ""
        if len(desk.form.pages) >= MOST_PAGES:
            flash(f"Un formulaire a {MOST_PAGES} pages au plus.", "warning")
        elif done := _saved(form, code, procedure_edits.add_page(desk.form, title)):
            return done
    return _page(form, code, desk.form, "Nouvelle page", "Ajouter la page")


@blueprint.route("/pages/<name>", methods=["GET", "POST"])
@_OFFICE
def change_page(code: str, name: str) -> ResponseReturnValue:
    """Its title, its text, when it is shown."""
    desk = ask(OpenProcedureForm(code=code))
    page = desk.form.page(name) or abort(404)
    form = page_settings(desk.form, page)
    _remember(form, desk.revision)
    if form.validate_on_submit():
        update = {"title": form.title.data, "text": form.text.data or "", "shown_when": form.condition()}
        changed = page.model_copy(update=update)
        if done := _saved(form, code, procedure_edits.change_page(desk.form, changed)):
            return done
    return _page(form, code, desk.form, "Page du formulaire", "Enregistrer la page")


@blueprint.route("/pages/<name>/question", methods=["GET", "POST"])
@_OFFICE
def add_question(code: str, name: str) -> ResponseReturnValue:
    """Its kind and words; then what its kind needs."""
    desk = ask(OpenProcedureForm(code=code))
    page = desk.form.page(name) or abort(404)
    form = NewQuestion(revision=str(desk.revision))
    if form.validate_on_submit():
        taken = [*(field.name for field in desk.form.fields()), CONTACT_EMAIL]
        label = form.label.data or ""
        made = FormField(
            name=procedure_edits.name_for(label, taken), kind=FieldKind(str(form.kind.data)), label=label
        )
        if len(page.fields) >= MOST_FIELDS:
            flash(f"Une page a {MOST_FIELDS} questions au plus.", "warning")
        elif _saved(form, code, procedure_edits.add_field(desk.form, name, made)):
            return redirect(url_for(".change_question", code=code, name=made.name))
    return _page(form, code, desk.form, "Nouvelle question", "Continuer", f"Page « {page.title} »")


@blueprint.route("/questions/<name>", methods=["GET", "POST"])
@_OFFICE
def change_question(code: str, name: str) -> ResponseReturnValue:
    """Its words, its limits, its choices, when it is shown."""
    desk, types = ask_each([OpenProcedureForm(code=code), ListDocumentTypes()])
    if isinstance(desk, Exception):
        raise desk
    field = desk.form.field(name) or abort(404)
    form = question_settings(desk.form, field, [] if isinstance(types, Exception) else types)
    _remember(form, desk.revision)
    changed = read_question(form, field) if form.validate_on_submit() else None
    if changed and (done := _saved(form, code, procedure_edits.change_field(desk.form, changed))):
        return done
    return _page(form, code, desk.form, "Question", "Enregistrer la question", KINDS[field.kind])


@blueprint.post("/pages/<name>/<act>")
@_OFFICE
def move_page(code: str, name: str, act: str) -> ResponseReturnValue:
    """Up, down, or out."""
    if act == "supprimer":
        return _button(code, lambda whole: procedure_edits.remove_page(whole, name))
    by = _BY.get(act) or abort(404)
    return _button(code, lambda whole: procedure_edits.move_page(whole, name, by), f"page-{name}")


@blueprint.post("/questions/<name>/<act>")
@_OFFICE
def move_question(code: str, name: str, act: str) -> ResponseReturnValue:
    """Up, down (to the neighbouring page at the end of its own), or out."""
    if act == "supprimer":
        return _button(code, lambda whole: procedure_edits.remove_field(whole, name))
    by = _BY.get(act) or abort(404)
    return _button(code, lambda whole: procedure_edits.move_field(whole, name, by), f"q-{name}")


def _button(code: str, edit: Edit, anchor: str = "pages") -> ResponseReturnValue:
    form = ActForm()
    desk = ask(OpenProcedureForm(code=code))
    try:
        save(form, code, form.revision.data, edit(desk.form))
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
    return redirect(url_for("staff.procedures.compose", code=code, _anchor=anchor))


def _saved(form: CommandForm, code: str, changed: ProcedureForm) -> ResponseReturnValue | None:
    """Back to the whole form; None: the refusal is on the form."""
    try:
        save(form, code, form["revision"].data, changed)
    except DomainError as refusal:
        form.show(refusal)
        return None
    return redirect(url_for("staff.procedures.compose", code=code, _anchor="pages"))


def _remember(form: CommandForm, revision: int) -> None:
    if not form.is_submitted():
        form["revision"].data = str(revision)


def _page(
    form: CommandForm, code: str, whole: ProcedureForm, heading: str, submit: str, caption: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "staff/procedure_part.html",
        form=form,
        code=code,
        whole=whole,
        heading=heading,
        submit=submit,
        caption=caption,
    )
    return page, form.status
