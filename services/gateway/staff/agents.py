"""« Agents »: who works on the site and with which roles, for administrators.

A browser session carries the roles of its sign-in: whatever changes what an agent may do ends their sessions at once.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contracts.accounts.agents import (
    AgentState,
    AgentView,
    ChangeRoles,
    InviteAgain,
    InviteAgent,
    ListAgents,
    OpenAgent,
    ReactivateAgent,
    ResetSecondFactor,
    SuspendAgent,
)
from contracts.caller import Role
from contracts.errors import DomainError
from contracts.messages import Command
from gateway import access
from gateway.browser import browser_session
from gateway.forms import (
    CheckboxesField,
    CommandForm,
    EmailField,
    HiddenField,
    TextField,
    at_most,
    email_address,
    required,
)
from gateway.navigation import Desk, Entry
from gateway.sentences import sentence_of
from gateway.sentences.journal import ALERTS
from gateway.sentences.journal import sentence_of as journal_sentence
from gateway.services import ask
from gateway.staff.roles import ROLES, role_names

blueprint = Blueprint("agents", __name__, url_prefix="/comptes")
navigation = [
    Entry(
        "Agents",
        "staff.agents.show",
        order=90,
        desk=Desk.TOWN,
        role=Role.ADMINISTRATION,
        hint="Inviter un agent, changer ses rôles, suspendre son accès.",
    )
]
_OFFICE = access.requires_role(Role.ADMINISTRATION)
STATES = {
    AgentState.INVITED: ("Invité", "wait"),
    AgentState.ACTIVE: ("En service", "done"),
    AgentState.SUSPENDED: ("Suspendu", "off"),
}
_CHOICES = [(role.value, name, allows) for role, (name, allows) in ROLES.items()]


class InvitationForm(CommandForm):
    """Who is invited, and to do what."""

    first_name = TextField("Prénom", [required("Saisissez le prénom de l’agent"), at_most(300)])
    last_name = TextField("Nom", [required("Saisissez le nom de l’agent"), at_most(300)])
    email = EmailField(
        "Adresse courriel professionnelle",
        [required("Saisissez l’adresse courriel de l’agent"), at_most(320), email_address()],
        hint="Un lien pour choisir un mot de passe y est envoyé ; il vaut sept jours.",
        autocomplete="off",
    )
    roles = CheckboxesField(
        "Rôles",
        [required("Choisissez au moins un rôle")],
        choices=_CHOICES,
        hint="Seulement ceux dont son poste a besoin.",
    )


class RolesForm(CommandForm):
    """The roles wanted; `was` are those that were shown."""

    was = HiddenField()
    roles = CheckboxesField(
        "Rôles",
        [required("Choisissez au moins un rôle, ou suspendez l’accès")],
        choices=_CHOICES,
        hint="Un changement ferme aussitôt les connexions de l’agent.",
    )


@blueprint.get("/")
@_OFFICE
def show() -> str:
    """Everybody, by name."""
    return render_template(
        "staff/agents.html", agents=ask(ListAgents()), states=STATES, role_names=role_names
    )


@blueprint.route("/inviter", methods=["GET", "POST"])
@_OFFICE
def invite() -> ResponseReturnValue:
    """A new agent."""
    form = InvitationForm()
    if form.validate_on_submit():
        command = InviteAgent(
            command_id=form.command_id.data,
            first_name=form.first_name.data,
            last_name=form.last_name.data,
            email=form.email.data,
            roles=frozenset(Role(role) for role in form.roles.data),
        )
        try:
            invited = ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            flash(f"L’invitation est envoyée à {invited.email}.", "success")
            return redirect(url_for(".show"))
    return render_template("staff/agent_invite.html", form=form), form.status


@blueprint.route("/<uuid:account_id>", methods=["GET", "POST"])
@_OFFICE
def open_agent(account_id: UUID) -> ResponseReturnValue:
    """One agent: the roles, what can be done, what was done."""
    form = RolesForm()
    if form.validate_on_submit():
        command = ChangeRoles(
            command_id=form.command_id.data,
            account_id=account_id,
            was=_roles_of(form.was.data),
            roles=frozenset(Role(role) for role in form.roles.data),
        )
        try:
            ask(command)
        except DomainError as refusal:
            form.show(refusal)
        else:
            browser_session.revoke_all(account_id)
            flash("Les rôles sont changés ; les connexions de l’agent sont fermées.", "success")
            return redirect(url_for(".open_agent", account_id=account_id))
    file = ask(OpenAgent(account_id=account_id))
    agent = file.agent
    if form.status != 422:
        form.roles.data = [role.value for role in agent.roles]
    form.was.data = " ".join(sorted(role.value for role in agent.roles))
    page = render_template(
        "staff/agent.html",
        agent=agent,
        form=form,
        states=STATES,
        role_names=role_names,
        journal=[(line, journal_sentence(line), line.action in ALERTS) for line in file.journal],
    )
    return page, form.status


@blueprint.post("/<uuid:account_id>/suspendre")
@_OFFICE
def suspend(account_id: UUID) -> ResponseReturnValue:
    """Refused from now on, wherever they are signed in."""
    return _do(account_id, SuspendAgent, "L’accès est suspendu et ses connexions sont fermées.", ends=True)


@blueprint.post("/<uuid:account_id>/reactiver")
@_OFFICE
def reactivate(account_id: UUID) -> ResponseReturnValue:
    """Let in again."""
    return _do(account_id, ReactivateAgent, "L’accès est rétabli.")


@blueprint.post("/<uuid:account_id>/application")
@_OFFICE
def reset_second_factor(account_id: UUID) -> ResponseReturnValue:
    """The next sign-in sets an application up; whoever is signed in now is not."""
    return _do(
        account_id,
        ResetSecondFactor,
        "L’application est effacée : l’agent, prévenu par courriel, en enregistrera une à sa prochaine connexion.",
        ends=True,
    )


@blueprint.post("/<uuid:account_id>/inviter")
@_OFFICE
def invite_again(account_id: UUID) -> ResponseReturnValue:
    """Another link."""
    return _do(account_id, InviteAgain, "Un nouveau lien est envoyé.")


def _do(
    account_id: UUID, kind: type[Command[AgentView]], done: str, *, ends: bool = False
) -> ResponseReturnValue:
    """One button of an agent's page. `ends`: their sessions too."""
    form = CommandForm()
    if form.validate_on_submit():
        given: dict[str, Any] = {"command_id": form.command_id.data, "account_id": account_id}
        try:
            ask(kind(**given))
        except DomainError as refusal:
            flash(sentence_of(refusal).text, "warning")
        else:
            if ends:
                browser_session.revoke_all(account_id)
            flash(done, "success")
    return redirect(url_for(".open_agent", account_id=account_id))


def _roles_of(text: str | None) -> frozenset[Role]:
    """What was shown; a page of a newer release may name roles that this one does not know."""
    known = {role.value for role in Role}
    return frozenset(Role(word) for word in (text or "").split() if word in known)
