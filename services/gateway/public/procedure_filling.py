"""A démarche being filled, page by page: with an account or without, kept at each step, checked, sent.

A page costs one call to each service it needs: enrolment for the draft; accounts where a question opens with what the
family's file says; documents where one is to be joined.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.families import HouseholdView, MyHousehold
from contracts.documents.shares import UnshareDocument
from contracts.documents.vault import OpenVault, VaultView
from contracts.enrolment.drafts import (
    DraftView,
    DropDraft,
    FormChanged,
    OpenDraft,
    ProcedureRetired,
    RenewDraft,
    SaveAnswers,
)
from contracts.enrolment.procedure_forms import FieldKind, FormField
from contracts.enrolment.requests import DocumentNotThere, GivenChanged, SubmitRequest
from contracts.errors import DomainError, Invalid, NotFound
from contracts.messages import Question
from gateway import french
from gateway.forms import CommandForm, HiddenField
from gateway.forms.ids import id_in
from gateway.forms.numbers import number_in
from gateway.procedures import draft_files, draft_secret, lost_draft, procedure_words
from gateway.procedures.procedure_form import Attached, Known, PageForm, page_form
from gateway.requests import tracking
from gateway.services import ask, ask_each
from gateway.vault import given
from gateway.vault.shelf import Shelved, shelve, today

blueprint = Blueprint("procedure_filling", __name__, url_prefix="/demarches/en-cours/<uuid:draft_id>")
blueprint.register_error_handler(NotFound, lost_draft.answer)
_SUBJECT = "request"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class SubmitForm(CommandForm):
    """Sends what was read: of this version of the form and no other, with the documents that were « déjà fourni »."""

    number = HiddenField(default="0")
    reuse = HiddenField(default="")

    @property
    def version(self) -> int:
        """0 is of no form."""
        return number_in(self.number.data)

    @property
    def reused(self) -> list[str]:
        """Names of questions; what is none is not taken for one."""
        return [name for name in (self.reuse.data or "").split(",") if _NAME.fullmatch(name)]

    def open(self, view: DraftView) -> None:
        """With what is read now."""
        self.number.data = str(view.number)
        self.reuse.data = ",".join(sorted(name for name, each in view.given.items() if each.taken))


@blueprint.get("/")
def go_on(draft_id: UUID) -> ResponseReturnValue:
    """To the first page that is not answered, or to the check of all."""
    return _onward(ask(_opening(draft_id)))


@blueprint.get("/<page>")
def show(draft_id: UUID, page: str) -> ResponseReturnValue:
    """One page of questions."""
    view = ask(_opening(draft_id))
    if view.newer is not None:
        return _changed(view)
    if page not in view.pages:
        return _onward(view)
    questions = _questions(view, page)
    form = page_form(questions, _known(view, page, questions))
    form.fill(view.answers, view.typed)
    return _page(view, page, form)


@blueprint.post("/<page>")
def save(draft_id: UUID, page: str) -> ResponseReturnValue:
    """Keeps what was typed on the page, and goes on when all of it holds."""
    view = ask(_opening(draft_id))
    if view.form.page(page) is None:
        abort(404)
    if page not in view.pages:
        return _onward(view)
    questions = _questions(view, page)
    form = page_form(questions, _known(view, page, questions))
    is_typed_well = form.validate()
    later = request.form.get("plus_tard", "")
    back = id_in(request.form.get("retirer", ""))
    order = SaveAnswers(
        command_id=form.command_id.data,
        draft_id=draft_id,
        secret=draft_secret.of_visitor(),
        page=page,
        answers=form.read(),
        typed=form.typed(),
        partial=bool(later or back) or not is_typed_well,
        released=[back] if back else [],
        reuse=[name for name in request.form.getlist("reprendre") if name in form.known.given],
    )
    try:
        saved = ask(order)
    except DomainError as refusal:
        form.show(refusal)
        return _page(view, page, form)
    if back:
        _take_back(draft_id, back)
        return redirect(url_for(".show", draft_id=draft_id, page=page), 303)
    if later:
        return _later(view, page, later)
    if saved.problems or not is_typed_well:
        form.place(saved.problems, today())
        return _page(view, page, form)
    return _onward(saved.draft)


@blueprint.route("/verifier", methods=["GET", "POST"])
def check(draft_id: UUID) -> ResponseReturnValue:
    """« Vérifiez vos réponses », each with its way back; then the request is sent."""
    form = SubmitForm()
    if form.validate_on_submit():
        try:
            return _submit(draft_id, form)
        except (DocumentNotThere, FormChanged, GivenChanged, Invalid, ProcedureRetired) as refusal:
            form.show(refusal)
    view = ask(_opening(draft_id))
    if view.newer is not None:
        return _changed(view)
    if view.todo is not None:
        return redirect(url_for(".show", draft_id=draft_id, page=view.todo))
    form.open(view)
    page = render_template(
        "public/procedure_check.html",
        view=view,
        form=form,
        rows=_rows(view),
        reused=sum(each.taken for each in view.given.values()),
        is_citizen=draft_secret.is_citizen(),
    )
    return page, form.status


@blueprint.post("/renouveler")
def renew(draft_id: UUID) -> ResponseReturnValue:
    """Goes on with the newer form."""
    form = CommandForm()
    form.validate()
    return _onward(
        ask(RenewDraft(command_id=form.command_id.data, draft_id=draft_id, secret=draft_secret.of_visitor()))
    )


@blueprint.post("/supprimer")
def drop(draft_id: UUID) -> ResponseReturnValue:
    """Gives the draft up."""
    form = CommandForm()
    form.validate()
    ask(DropDraft(command_id=form.command_id.data, draft_id=draft_id, secret=draft_secret.of_visitor()))
    draft_files.forget(draft_id)
    flash("Le brouillon est supprimé.", "success")
    return redirect(url_for("public.procedures.show"))


def _submit(draft_id: UUID, form: SubmitForm) -> ResponseReturnValue:
    order = SubmitRequest(
        command_id=form.command_id.data,
        draft_id=draft_id,
        secret=draft_secret.of_visitor(),
        number=form.version,
        reuse=form.reused,
    )
    sent = ask(order)
    draft_files.forget(draft_id)
    tracking.remember(sent.request_id, sent.number, sent.code)
    return redirect(url_for("public.tracking.received"))


def _take_back(draft_id: UUID, document_id: UUID) -> None:
    """The draft names it no more; the page must not show it any longer: `documents`, or the cookie, is told at once."""
    draft_files.forget(draft_id, document_id)
    kept = False
    if draft_secret.is_citizen():
        with suppress(NotFound):  # sent before signing in, or deleted from the vault meanwhile
            kept = ask(UnshareDocument(command_id=uuid4(), document_id=document_id, draft_id=draft_id))
    where = " Il reste dans votre espace de stockage." if kept else ""
    flash(f"Le document n’est plus joint.{where}", "success")


def _opening(draft_id: UUID) -> OpenDraft:
    return OpenDraft(draft_id=draft_id, secret=draft_secret.of_visitor())


def _onward(view: DraftView) -> ResponseReturnValue:
    if view.todo is None or view.newer is not None:
        return redirect(url_for(".check", draft_id=view.draft_id))
    return redirect(url_for(".show", draft_id=view.draft_id, page=view.todo))


def _later(view: DraftView, page: str, what: str) -> ResponseReturnValue:
    """After a partial save: to a document's page for one of the questions, or out."""
    field = view.form.field(what)
    if field is None or field.kind is not FieldKind.DOCUMENT:
        flash("Vos réponses sont gardées : vous pourrez reprendre plus tard.", "success")
        return redirect(url_for("public.procedures.show"))
    if not draft_secret.is_citizen():
        return redirect(
            url_for("public.procedure_files.show", draft_id=view.draft_id, page=page, question=field.name)
        )
    back = url_for(".show", draft_id=view.draft_id, page=page, joint=field.name)
    typed: dict[str, Any] = {"type": field.document_type} if field.document_type else {}
    address = url_for(
        "citizen.attachments.show", kind=_SUBJECT, subject_id=view.draft_id, suite=back, **typed
    )
    return redirect(address)


def _questions(view: DraftView, page: str) -> list[FormField]:
    shown = view.form.page(page)
    return [field for field in shown.fields if field.name in view.pages[page]] if shown else []


def _page(view: DraftView, page: str, form: PageForm) -> ResponseReturnValue:
    names = list(view.pages)
    place = names.index(page)
    back = url_for("public.procedures.open_procedure", code=view.code)
    if place:
        back = url_for(".show", draft_id=view.draft_id, page=names[place - 1])
    html = render_template(
        "public/procedure_page.html",
        view=view,
        page=view.form.page(page),
        form=form,
        back=back,
        step=place + 1,
        steps=len(names),
        is_citizen=draft_secret.is_citizen(),
    )
    return html, form.status


def _changed(view: DraftView) -> ResponseReturnValue:
    return render_template("public/procedure_changed.html", view=view, form=CommandForm(formdata=None))


def _known(view: DraftView, page: str, questions: Sequence[FormField]) -> Known:
    """What the questions need to know of the account, asked at once."""
    if not draft_secret.is_citizen():
        return Known(attached=_files(view))
    needs_file = any(
        question.kind is FieldKind.CHILD or (question.prefill and question.name not in view.answers)
        for question in questions
    )
    needs_vault = any(question.kind is FieldKind.DOCUMENT for question in questions)
    asked: list[Question[object]] = [MyHousehold()] if needs_file else []
    asked += [OpenVault()] if needs_vault else []
    answers = dict(zip((type(each) for each in asked), ask_each(asked), strict=True))
    household, vault = answers.get(MyHousehold), answers.get(OpenVault)
    # Without accounts' answer the fields open empty; without documents' none can be joined, which must be said.
    if isinstance(vault, Exception):
        raise vault
    of_file = household if isinstance(household, HouseholdView) else None
    if not isinstance(vault, VaultView):
        return Known(household=of_file, attached={})
    shelf = shelve(vault)
    return Known(household=of_file, attached=_attached(view, page, shelf), given=view.given)


def _attached(view: DraftView, page: str, shelf: Sequence[Shelved]) -> dict[str, list[Attached]]:
    """Document question → its documents: those of its answer, then those joined for it since.

    A document joined to the draft goes to the question it was joined for (`joint`), or to the only one of the page
    that takes its type.
    """
    joined = [each for each in reversed(shelf) if _is_joined(each, view.draft_id)]
    known = {str(each.view.document_id): each for each in joined}
    placed = {
        field.name: _ids(view.answers.get(field.name))
        for field in view.form.fields()
        if field.kind is FieldKind.DOCUMENT
    }
    taken = {each for ids in placed.values() for each in ids}
    here = [field for field in _questions(view, page) if field.kind is FieldKind.DOCUMENT]
    wanted = request.args.get("joint", "")
    for document_id, shelved in known.items():
        fitting = [field for field in here if field.document_type in ("", shelved.view.document_type)]
        target = next((field for field in fitting if field.name == wanted), None)
        if target is None and len(fitting) == 1:
            target = fitting[0]
        if document_id not in taken and target is not None:
            placed[target.name].append(document_id)
    # What was sent before signing in is in no vault, and the draft's all the same.
    names = draft_files.names(view.draft_id) | {each: shelved.name for each, shelved in known.items()}
    return {
        name: [Attached(each, names.get(each, draft_files.UNNAMED)) for each in ids]
        for name, ids in placed.items()
    }


def _files(view: DraftView) -> dict[str, list[Attached]]:
    """The same without an account: what this browser sent for the draft."""
    answers = {
        field.name: _ids(view.answers.get(field.name))
        for field in view.form.fields()
        if field.kind is FieldKind.DOCUMENT
    }
    return {
        name: [Attached(*each) for each in files]
        for name, files in draft_files.by_question(view.draft_id, answers)
    }


def _is_joined(shelved: Shelved, draft_id: UUID) -> bool:
    return any(
        share.subject_kind == _SUBJECT and share.subject_id == draft_id for share in shelved.view.shares
    )


def _ids(answer: object) -> list[str]:
    return [str(each) for each in answer] if isinstance(answer, list) else []


def _rows(view: DraftView) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """Page title → (question, answer, « Modifier », address) of each question shown."""
    names = _document_names(view)
    groups = []
    for name in view.pages:
        page = view.form.page(name)
        address = url_for(".show", draft_id=view.draft_id, page=name)
        rows = [
            (
                french.typeset(field.label),
                _said(view, field, names),
                "Modifier",
                address,
            )
            for field in _questions(view, name)
            if field.kind is not FieldKind.INFORMATION
        ]
        if page and rows:
            groups.append((page.title, rows))
    return groups


def _said(view: DraftView, field: FormField, names: Mapping[str, str]) -> str:
    """The answer; or that the town has been given it."""
    reused = view.given.get(field.name)
    if reused is not None and reused.taken:
        return given.sentence(reused.given)
    return procedure_words.said(field, view.answers.get(field.name), names)


def _document_names(view: DraftView) -> dict[str, str]:
    has_documents = any(
        field.kind is FieldKind.DOCUMENT and view.answers.get(field.name) for field in view.form.fields()
    )
    if not has_documents:
        return {}
    if not draft_secret.is_citizen():
        return draft_files.names(view.draft_id)
    [vault] = ask_each([OpenVault()])
    if isinstance(vault, Exception):
        return {}
    own = {str(each.view.document_id): each.name for each in shelve(vault)}
    return draft_files.names(view.draft_id) | own
