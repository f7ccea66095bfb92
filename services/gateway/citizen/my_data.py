"""« Mes données »: everything the town's services keep of the account, as a file for machines or as a paper."""

from collections.abc import Iterator
from uuid import uuid4

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from contracts.accounts.own_data import ExportFormat, NoteExport, OpenMyRecords
from contracts.billing.mine import BillingRecords
from contracts.documents.vault import DocumentRecords
from contracts.enrolment.mine import EnrolmentRecords
from contracts.errors import DomainError
from gateway import papers
from gateway.browser import browser_session
from gateway.forms import CommandForm, PasswordField, RadiosField, required
from gateway.papers import records
from gateway.services import ask, ask_all
from gateway.vault.shelf import open_names
from gateway.wiring import clock

blueprint = Blueprint("my_data", __name__, url_prefix="/compte/mes-donnees")
_CHUNK = 64 * 1024


class DataForm(CommandForm):
    """It is everything: the password is asked again."""

    format = RadiosField(
        "Sous quelle forme ?",
        [required("Choisissez une forme")],
        choices=[
            ("pdf", "Un document à lire (PDF)", "Accessible aux lecteurs d’écran, à imprimer ou à garder."),
            ("json", "Un fichier de données (JSON)", "Pour le reprendre dans un autre service."),
        ],
        default="pdf",
    )
    password = PasswordField("Votre mot de passe", [required("Saisissez votre mot de passe")])


@blueprint.route("/", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The form; then the file, whole or not at all."""
    form = DataForm()
    if form.validate_on_submit():
        try:
            return _export(form)
        except DomainError as refusal:
            form.show(refusal, present_refused="password")
    return render_template("citizen/my_data.html", form=form), form.status


def _export(form: DataForm) -> Response:
    """All four services are asked at once; one that does not answer leaves nothing to give."""
    accounts, enrolment, billing, documents = ask_all(
        OpenMyRecords(command_id=form.command_id.data, password=form.password.data[:1024]),
        EnrolmentRecords(),
        BillingRecords(),
        DocumentRecords(),
    )
    form_of = ExportFormat(str(form.format.data))
    ask(NoteExport(command_id=uuid4(), format=form_of))
    now = clock().now()
    everything = records.compose(
        now,
        accounts=accounts,
        enrolment=enrolment,
        billing=billing,
        documents=open_names(documents, browser_session.vault_private_key()),
    )
    name = f"espace-citoyens-mes-donnees-{now:%Y-%m-%d}"
    if form_of is ExportFormat.JSON:
        response = Response(records.as_json(everything), mimetype="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    content = papers.render("records", records.as_paper(everything))
    response = papers.pdf(b"", f"{name}.pdf")
    response.response = _chunks(content)
    response.headers["Content-Length"] = str(len(content))
    return response


def _chunks(content: bytes) -> Iterator[bytes]:
    return (content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK))
