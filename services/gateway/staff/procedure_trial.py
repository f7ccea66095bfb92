"""Trying a form as those who fill it will see it: the same pages, nothing kept.

What was answered so far travels in the page. An agent has no family here and no vault: children are typed, and
documents are taken as joined.
"""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from pydantic import TypeAdapter, ValidationError

from contracts.caller import Role
from contracts.enrolment.procedure_forms import Answers, FieldKind, FormField
from contracts.enrolment.procedures import TrialView, TryProcedure
from gateway import access, french
from gateway.procedures import procedure_words
from gateway.procedures.procedure_codes import only_codes
from gateway.procedures.procedure_form import Known, PageForm, page_form
from gateway.services import ask
from gateway.vault.shelf import today

blueprint = Blueprint("procedure_trial", __name__, url_prefix="/demarches/<code>/essai")
blueprint.url_value_preprocessor(only_codes)
_OFFICE = access.requires_role(Role.ADMINISTRATION)
_ANSWERS: TypeAdapter[Answers] = TypeAdapter(Answers)
_A_DOCUMENT = "00000000-0000-4000-8000-000000000000"


@blueprint.get("")
@_OFFICE
def begin(code: str) -> ResponseReturnValue:
    """The first page."""
    view = ask(TryProcedure(code=code))
    return _page(code, view, next(iter(view.pages)))


@blueprint.post("")
@_OFFICE
def go_on(code: str) -> ResponseReturnValue:
    """The page again with what is to be corrected, or the next one."""
    before = ask(TryProcedure(code=code, answers=_so_far()))
    page = request.form.get("page", "")
    if page not in before.pages:
        abort(404)
    form = page_form(_questions(before, page), Known())
    is_typed_well = form.validate()
    joined = {each.name: [_A_DOCUMENT] for each in form.questions if each.kind is FieldKind.DOCUMENT}
    others = {name: answer for name, answer in before.answers.items() if name not in before.pages[page]}
    after = ask(TryProcedure(code=code, answers={**others, **form.read(), **joined}, page=page))
    problems = {name: code for name, code in after.problems.items() if name in before.pages[page]}
    if problems or not is_typed_well:
        form.place(problems, today())
        return _page(code, before, page, form)
    if set(after.pages.get(page, [])) - set(before.pages[page]):
        return _page(code, after, page)
    names = list(after.pages)
    following = names[names.index(page) + 1 :]
    return _page(code, after, following[0]) if following else _end(code, after)


def _page(code: str, view: TrialView, page: str, form: PageForm | None = None) -> ResponseReturnValue:
    if form is None:
        form = page_form(_questions(view, page), Known(), blank=True)
        form.open(view.answers)
    names = list(view.pages)
    html = render_template(
        "staff/procedure_trial.html",
        code=code,
        view=view,
        page=view.form.page(page),
        form=form,
        step=names.index(page) + 1,
        steps=len(names),
        so_far=_ANSWERS.dump_json(view.answers).decode(),
    )
    return html, form.status


def _end(code: str, view: TrialView) -> ResponseReturnValue:
    rows = [
        (french.typeset(field.label), procedure_words.said(field, view.answers.get(field.name)))
        for name in view.pages
        for field in _questions(view, name)
        if field.kind is not FieldKind.INFORMATION
    ]
    return render_template("staff/procedure_trial_end.html", code=code, view=view, rows=rows)


def _questions(view: TrialView, page: str) -> list[FormField]:
    shown = view.form.page(page)
    return [field for field in shown.fields if field.name in view.pages[page]] if shown else []


def _so_far() -> Answers:
    """What the page carries; nothing when it is not what was sent with it."""
    try:
        return _ANSWERS.validate_json(request.form.get("so_far", "{}"))
    except ValidationError:
        return {}
