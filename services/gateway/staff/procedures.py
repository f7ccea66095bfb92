"""« Démarches (formulaires) »: the list, a procedure being composed, its publication."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.caller import Role
from contracts.enrolment.procedure_forms import CONTACT_PAGE, ProcedureForm
from contracts.enrolment.procedures import (
    DropProcedureDraft,
    Fault,
    ListProcedureForms,
    MakeProcedure,
    OpenProcedureForm,
    ProcedureDesk,
    PublishProcedure,
    RetireProcedure,
    SaveProcedureForm,
)
from contracts.errors import DomainError
from gateway import access
from gateway.forms import CommandForm, HiddenField
from gateway.navigation import Desk, Entry
from gateway.procedures import procedure_conditions, procedure_faults
from gateway.procedures.procedure_codes import only_codes
from gateway.procedures.procedure_edits import name_for
from gateway.procedures.procedure_settings import KINDS, SettingsForm
from gateway.sentences import sentence_of
from gateway.services import ask

blueprint = Blueprint("procedures", __name__, url_prefix="/demarches")
blueprint.url_value_preprocessor(only_codes)
navigation = [
    Entry(
        "Démarches (formulaires)",
        "staff.procedures.show",
        order=72,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Composer les formulaires en ligne, les essayer, les publier.",
    )
]
_OFFICE = access.requires_role(Role.ADMINISTRATION)


class ActForm(CommandForm):
    """A button that acts on what the page showed."""

    revision = HiddenField(default="0")

    @property
    def seen(self) -> int:
        """The revision shown; -1, which none is, for what is not a number."""
        return revision_of(self.revision.data)


@blueprint.get("")
@_OFFICE
def show() -> str:
    """All of them, retired ones too."""
    return render_template("staff/procedures.html", lines=ask(ListProcedureForms()))


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@_OFFICE
def make() -> ResponseReturnValue:
    """A new one: what is said of it; its pages come next."""
    form = SettingsForm(
        audience="anybody", kind="decision", silence="acceptance", answer_days=30, retention_months=12
    )
    if form.validate_on_submit():
        code = name_for(form.title.data or "", ("nouvelle",)).replace("_", "-")
        made = ProcedureForm.model_validate(form.said())
        try:
            ask(MakeProcedure(command_id=form.command_id.data, code=code, form=made))
        except DomainError as refusal:
            form.show(refusal, procedure_exists="title")
        else:
            return redirect(url_for(".compose", code=code))
    return _settings_page(form, None)


@blueprint.get("/<code>")
@_OFFICE
def compose(code: str) -> str:
    """The whole form, what is to be mended, and what can be done."""
    desk = ask(OpenProcedureForm(code=code))
    return render_template(
        "staff/procedure.html",
        desk=desk,
        kinds=KINDS,
        sentence=lambda condition: procedure_conditions.sentence(condition, desk.form),
        faults=[(each, procedure_faults.sentence(each), _where(desk, each)) for each in desk.faults],
        fault_of=procedure_faults.by_place(desk.faults),
        form=ActForm(formdata=None),
    )


@blueprint.route("/<code>/presentation", methods=["GET", "POST"])
@_OFFICE
def settings(code: str) -> ResponseReturnValue:
    """What is said of it."""
    desk = ask(OpenProcedureForm(code=code))
    form = SettingsForm(revision=str(desk.revision))
    form.fill(desk.form)
    if form.validate_on_submit():
        changed = ProcedureForm.model_validate({**desk.form.model_dump(), **form.said()})
        try:
            save(form, code, form.revision.data, changed)
        except DomainError as refusal:
            form.show(refusal)
        else:
            return redirect(url_for(".compose", code=code))
    return _settings_page(form, desk)


@blueprint.post("/<code>/publier")
@_OFFICE
def publish(code: str) -> ResponseReturnValue:
    """The draft is what the public fills from now on."""
    form = ActForm()
    return _act(
        code,
        PublishProcedure(command_id=form.command_id.data, code=code, revision=form.seen),
        "Le formulaire est publié.",
    )


@blueprint.post("/<code>/abandonner")
@_OFFICE
def drop(code: str) -> ResponseReturnValue:
    """Forgets the draft."""
    form = ActForm()
    try:
        stays = ask(DropProcedureDraft(command_id=form.command_id.data, code=code, revision=form.seen))
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
        return redirect(url_for(".compose", code=code))
    flash("Le brouillon est abandonné.", "success")
    return redirect(url_for(".compose", code=code) if stays else url_for(".show"))


@blueprint.post("/<code>/retirer")
@_OFFICE
def retire(code: str) -> ResponseReturnValue:
    """Off the public list."""
    return _retire(
        code, retired=True, done="La démarche n’est plus proposée. Les demandes envoyées suivent leur cours."
    )


@blueprint.post("/<code>/remettre")
@_OFFICE
def restore(code: str) -> ResponseReturnValue:
    """On the public list again."""
    return _retire(code, retired=False, done="La démarche est de nouveau proposée.")


def save(form: CommandForm, code: str, revision: str | None, changed: ProcedureForm) -> ProcedureDesk:
    """Keeps the draft. Raises what `SaveProcedureForm` says."""
    order = SaveProcedureForm(
        command_id=form.command_id.data, code=code, revision=revision_of(revision), form=changed
    )
    return ask(order)


def revision_of(text: str | None) -> int:
    """A revision from a hidden field; -1, which none is, for what is not a number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else -1


def _retire(code: str, *, retired: bool, done: str) -> ResponseReturnValue:
    form = ActForm()
    return _act(code, RetireProcedure(command_id=form.command_id.data, code=code, retired=retired), done)


def _act(code: str, order: PublishProcedure | RetireProcedure, done: str) -> ResponseReturnValue:
    try:
        ask(order)
    except DomainError as refusal:
        flash(sentence_of(refusal).text, "warning")
    else:
        flash(done, "success")
    return redirect(url_for(".compose", code=code))


def _settings_page(form: SettingsForm, desk: ProcedureDesk | None) -> ResponseReturnValue:
    return render_template("staff/procedure_settings.html", form=form, desk=desk), form.status


def _where(desk: ProcedureDesk, fault: Fault) -> str:
    """The page where a fault is mended."""
    page = "staff.procedure_pages"
    if fault.field:
        return url_for(f"{page}.change_question", code=desk.code, name=fault.field)
    if fault.page and fault.page != CONTACT_PAGE:
        return url_for(f"{page}.change_page", code=desk.code, name=fault.page)
    return url_for(".compose", code=desk.code, _anchor="pages")
