"""« Import ONDE »: two files in, a preview to read and decide on, then one button."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field as WtField

from chassis.objects import Objects
from contracts.accounts.imports import (
    AbandonImport,
    ApplyImport,
    DecideImport,
    DoubtView,
    FileReference,
    ImportMoved,
    ImportState,
    ImportUnconfirmed,
    ImportUndecided,
    ImportUnreadable,
    ImportView,
    ListImports,
    OpenImport,
    StartImport,
)
from contracts.caller import Role
from contracts.errors import DomainError
from gateway import access
from gateway.forms import CommandForm, FileField, RadiosField, SelectField, required
from gateway.forms.numbers import page_asked
from gateway.french import typeset
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.services import ask
from gateway.staff import import_difference
from gateway.staff import import_words as words
from gateway.wiring import settings

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
navigation = [
    Entry(
        "Import ONDE",
        "staff.imports.show",
        order=12,
        desk=Desk.FAMILIES,
        role=Role.FAMILY_FILES,
        hint="Les élèves et leurs responsables, école par école.",
    )
]

BUCKET = "imports"


class ImportForm(CommandForm):
    """The school and its two files."""

    place_code = SelectField("École", [required("Choisissez l’école")])
    pupils = FileField(
        "Fichier des élèves",
        [required("Choisissez le fichier des élèves")],
        accept=".csv,text/csv",
        hint="CSVExtraction-eleves.csv",
    )
    guardians = FileField(
        "Fichier des responsables",
        [required("Choisissez le fichier des responsables")],
        accept=".csv,text/csv",
        hint="CSVExtraction-responsables.csv",
    )

    def blame(self, refusal: ImportUnreadable) -> None:
        """Says on the file's own field what is wrong with it."""
        name = str(refusal.details.get("file", "pupils"))
        field = self._fields.get(name, self.pupils)
        self._add(field, words.why_unreadable(refusal))
        self._blame(422)


@blueprint.route("/", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def show() -> ResponseReturnValue:
    """The form and the last imports. The files wait in the object store, the command names them."""
    view = ask(ListImports())
    form = ImportForm()
    form.place_code.choices = [(place.place_code, place.name) for place in view.places]
    if form.validate_on_submit():
        try:
            started = ask(
                StartImport(
                    command_id=form.command_id.data,
                    place_code=form.place_code.data,
                    pupils=_put(form.pupils, form.command_id.data),
                    guardians=_put(form.guardians, form.command_id.data),
                )
            )
        except ImportUnreadable as refusal:
            form.blame(refusal)
        except DomainError as refusal:
            form.show(refusal)
        else:
            return redirect(url_for("staff.imports.preview", import_id=started.import_id))
    return render_template("staff/imports.html", form=form, view=view, states=words.STATES), form.status


@blueprint.route("/<uuid:import_id>", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def preview(import_id: UUID) -> ResponseReturnValue:
    """Row by row; the doubts as a form."""
    chosen, page = request.args.get("voir", ""), page_asked()
    view = ask(OpenImport(import_id=import_id, show=chosen, page=page))
    form = doubts_form(view.doubts)
    if form.validate_on_submit():
        choices = {
            doubt.doubt_id: form[f"d{doubt.doubt_id}"].data
            for doubt in view.doubts
            if form[f"d{doubt.doubt_id}"].data
        }
        try:
            done = ask(DecideImport(command_id=form.command_id.data, import_id=import_id, choices=choices))
        except DomainError as refusal:
            form.show(refusal)
        else:
            _say_decided(done)
            return redirect(url_for("staff.imports.preview", import_id=import_id))
    return (
        render_template(
            "staff/import_preview.html",
            view=view,
            form=form,
            shown=chosen,
            words=words,
            parts=import_difference.read(view.changes, is_first=not view.summary.present),
            can_choose=import_difference.is_to_choose(view.changes),
        ),
        form.status,
    )


@blueprint.route("/<uuid:import_id>/choix", methods=["GET", "POST"])
@access.requires_role(Role.FAMILY_FILES)
def choose(import_id: UUID) -> ResponseReturnValue:
    """Who leaves, and whose word counts where file and family differ."""
    view = ask(OpenImport(import_id=import_id))
    if view.summary.state != ImportState.PREVIEW or not import_difference.is_to_choose(view.changes):
        return redirect(url_for("staff.imports.preview", import_id=import_id))
    form = import_difference.choices_form(view.changes)
    if form.validate_on_submit():
        choices = import_difference.choices_of(form, view.changes)
        try:
            ask(DecideImport(command_id=form.command_id.data, import_id=import_id, choices=choices))
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(
                "Vos choix sont enregistrés. Relisez ce qui sera écrit, puis appliquez l’import.", "success"
            )
            return redirect(url_for("staff.imports.preview", import_id=import_id))
    return render_template("staff/import_choices.html", view=view, form=form), form.status


@blueprint.post("/<uuid:import_id>/appliquer")
@access.requires_role(Role.FAMILY_FILES)
def apply(import_id: UUID) -> ResponseReturnValue:
    """Writes the plan, as the page that was sent showed it."""
    here = url_for("staff.imports.preview", import_id=import_id)
    try:
        done = ask(
            ApplyImport(
                command_id=_command_id(),
                import_id=import_id,
                shown=request.form.get("shown") or None,
                confirmed=bool(request.form.get("confirmed")),
            )
        )
    except (ImportMoved, ImportUnconfirmed, ImportUndecided) as refusal:
        flash(sentence_of(refusal).text, "warning")
        return redirect(here)
    if done.families.nothing and done.children.nothing and done.adults.nothing:
        flash("Import appliqué : tout était déjà à jour, rien n’a changé.", "success")
    else:
        flash("Import appliqué : les familles sont à jour.", "success")
    return redirect(here)


@blueprint.post("/<uuid:import_id>/abandonner")
@access.requires_role(Role.FAMILY_FILES)
def abandon(import_id: UUID) -> ResponseReturnValue:
    """Gives it up."""
    ask(AbandonImport(command_id=_command_id(), import_id=import_id))
    flash("Import abandonné : rien n’a été écrit, les fichiers sont supprimés.", "success")
    return redirect(url_for("staff.imports.show"))


def doubts_form(doubts: list[DoubtView]) -> CommandForm:
    """A form with one question for each doubt."""
    fields: dict[str, object] = {
        f"d{doubt.doubt_id}": RadiosField(
            typeset(words.question(doubt)),
            choices=[(option.value, typeset(words.answer(option))) for option in doubt.options],
            default=doubt.choice,
        )
        for doubt in doubts
    }
    made: CommandForm = type("DoubtsForm", (CommandForm,), fields)()
    return made


def _put(field: WtField, command_id: UUID) -> FileReference:
    """Leaves the file in the bucket under the command's id: the form sent again names the same objects."""
    objects = Objects(settings())
    objects.ensure(BUCKET)
    key = f"{command_id}/{field.name}.csv"
    objects.put(BUCKET, key, field.data.stream)
    return FileReference(key=key, name=str(field.data.filename)[:200])


def _say_decided(done: ImportView) -> None:
    if done.doubts_open:
        flash(typeset(f"Réponses enregistrées. Points encore à décider : {done.doubts_open}."), "info")
    else:
        flash("Tout est décidé : l’import peut être appliqué.", "success")


def _command_id() -> UUID:
    try:
        return UUID(request.form.get("command_id", ""))
    except ValueError:
        return uuid4()
