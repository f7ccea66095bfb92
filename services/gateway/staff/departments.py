"""« Services »: the municipal departments in charge of requests, and which agents belong to each."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.agents import AgentState, AgentView, ListAgents
from contracts.caller import Role
from contracts.enrolment.departments import DefineDepartment, DepartmentView, ListDepartments
from contracts.errors import DomainError
from gateway import access
from gateway.forms import CheckboxesField, EmailField, TextField, at_most, email_address, matching, required
from gateway.navigation import Desk, Entry
from gateway.requests.request_forms import VersionForm
from gateway.services import ask, ask_all

blueprint = Blueprint("departments", __name__, url_prefix="/services")
navigation = [
    Entry(
        "Services",
        "staff.departments.show",
        order=91,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Qui répond à quelles démarches : les services municipaux et leurs agents.",
    )
]
_OFFICE = access.requires_role(Role.ADMINISTRATION)


class DepartmentForm(VersionForm):
    """What is known of a department."""

    name = TextField(
        "Nom du service",
        [required("Saisissez le nom du service."), at_most(80)],
        hint="Tel que les démarches le nomment : « État civil ».",
    )
    email = EmailField(
        "Adresse courriel du service (facultatif)",
        [at_most(320), email_address()],
        hint="Prévenue des demandes dont le délai finit bientôt.",
        autocomplete="off",
    )
    system = TextField(
        "Logiciel qui peut traiter ses demandes (facultatif)",
        [
            at_most(80),
            matching(r"[a-z][a-z0-9_.-]*", "Saisissez le nom d’un utilisateur du courtier de messages."),
        ],
        hint="Nom de son utilisateur sur le courtier de messages. Vide : les agents seuls.",
        autocomplete="off",
    )
    agents = CheckboxesField(
        "Agents du service", hint="Il leur faut aussi le rôle « Demandes », à la page « Agents »."
    )

    def offer(self, agents: list[AgentView], department: DepartmentView | None) -> None:
        """The agents there are; those who belong to it and are not any more may still be unticked."""
        known = {
            each.account_id: f"{each.first_name} {each.last_name}"
            for each in agents
            if each.state is not AgentState.SUSPENDED
        }
        former = department.agents if department else {}
        self.agents.choices = [(str(each), name) for each, name in {**former, **known}.items()]

    def chosen(self) -> dict[UUID, str]:
        """{id: name} of those ticked."""
        names = self.agents.labels()
        return {UUID(each): names[each] for each in self.agents.data}


class NewDepartmentForm(DepartmentForm):
    """The same, and the code that it keeps."""

    code = TextField(
        "Code",
        [
            required("Saisissez un code."),
            matching(r"[a-z][a-z0-9_]{0,39}", "Saisissez des minuscules sans accent, des chiffres ou « _ »."),
        ],
        hint="Il ne change plus : « etat_civil ».",
        autocomplete="off",
    )


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Every department."""
    return render_template("staff/departments.html", departments=ask(ListDepartments()))


@blueprint.route("/nouveau", methods=["GET", "POST"])
@_OFFICE
def add() -> ResponseReturnValue:
    """A new one."""
    return _edit(NewDepartmentForm(), None)


@blueprint.route("/<code>", methods=["GET", "POST"])
@_OFFICE
def edit(code: str) -> ResponseReturnValue:
    """One of them."""
    return _edit(DepartmentForm(), code)


def _edit(form: DepartmentForm, code: str | None) -> ResponseReturnValue:
    departments, agents = ask_all(ListDepartments(), ListAgents())
    found = next((each for each in departments if each.code == code), None)
    if code is not None and found is None:
        abort(404)
    form.offer(agents, found)
    if form.validate_on_submit():
        given = code if code is not None else form["code"].data
        try:
            ask(
                DefineDepartment(
                    command_id=form.command_id.data,
                    code=given,
                    version=form.seen,
                    name=form.name.data,
                    email=form.email.data or "",
                    system=form.system.data or "",
                    agents=form.chosen(),
                )
            )
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(f"Le service « {form.name.data} » est enregistré.", "success")
            return redirect(url_for(".show"))
    elif not form.is_submitted():
        form.version.data = str(found.version if found else 0)
        if found is not None:
            form.name.data, form.email.data, form.system.data = found.name, found.email, found.system
            form.agents.data = [str(each) for each in found.agents]
    return render_template("staff/department.html", form=form, department=found), form.status
