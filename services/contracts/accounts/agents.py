"""Accounts: the town's agents, and who administers them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.accounts.own_data import JournalLine
from contracts.accounts.values import Email, Name
from contracts.caller import Role
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Question, View


class CreateAgent(Command[UUID]):
    """For the installation itself: an agent with a password, or invited by mail to choose one.

    The same address again changes names and roles, not the password. `second_factor`: the secret of an authenticator
    application (base32), for the demonstration, whose codes everybody may compute.
    """

    first_name: Name
    last_name: Name
    email: Email
    roles: frozenset[Role]
    password: Annotated[str | None, Field(max_length=1024, repr=False)] = None
    second_factor: Annotated[str | None, StringConstraints(pattern=r"^[A-Z2-7]{32}$"), Field(repr=False)] = (
        None
    )


class AgentState(StrEnum):
    """Where an agent's account stands. `invited`: has not chosen a password yet."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class AgentView(View):
    """An agent, as administrators see them. `enrolled_at`: since when codes are asked for; None is never yet."""

    account_id: UUID
    first_name: str
    last_name: str
    email: str
    roles: frozenset[Role]
    state: AgentState
    created_at: AwareDatetime
    last_sign_in: AwareDatetime | None = None
    enrolled_at: AwareDatetime | None = None
    recovery_left: int = Field(default=0, description="Recovery codes not used yet")
    is_me: bool = False


class ListAgents(Question[list[AgentView]]):
    """Every agent, by name. Role administration."""


class AgentFile(View):
    """An agent, and the last lines of the journal of their account."""

    agent: AgentView
    journal: list[JournalLine]


class OpenAgent(Question[AgentFile]):
    """One agent. Role administration. Raises NotFound."""

    account_id: UUID


class MyAgentAccount(Question[AgentView]):
    """The agent who asks. Raises NotSignedIn."""


class InviteAgent(Command[AgentView]):
    """Opens an agent's account and mails a link to choose a password. Role administration. Raises AgentExists."""

    first_name: Name
    last_name: Name
    email: Email
    roles: frozenset[Role] = Field(min_length=1)


class InviteAgain(Command[AgentView]):
    """Another link, for an agent who has not chosen a password; links before are void. Role administration.

    Raises NotFound, AgentNotInvited.
    """

    account_id: UUID


class ChangeRoles(Command[AgentView]):
    """Gives an agent other roles. `was`: those the administrator saw. Role administration.

    Raises NotFound, RolesChanged (somebody else was faster), OwnAdministration, LastAdministrator.
    """

    account_id: UUID
    was: frozenset[Role]
    roles: frozenset[Role] = Field(min_length=1)


class SuspendAgent(Command[AgentView]):
    """Refuses an agent from now on; what they had begun to sign in with is void. Role administration.

    Raises NotFound, OwnAdministration, LastAdministrator.
    """

    account_id: UUID


class ReactivateAgent(Command[AgentView]):
    """Lets a suspended agent in again. Role administration. Raises NotFound."""

    account_id: UUID


class ResetSecondFactor(Command[AgentView]):
    """Forgets an agent's authenticator and recovery codes: the next sign-in enrols again. The agent is told by mail.

    Role administration. Raises NotFound, OwnAdministration.
    """

    account_id: UUID


class AgentExists(Invalid):
    """An agent has this address already. `problems`: {"email": `agent_exists`}."""

    code = "agent_exists"


class AgentNotInvited(Conflict):
    """The agent has a password: « mot de passe oublié » is their way."""

    code = "agent_not_invited"


class RolesChanged(Conflict):
    """The agent's roles are not those that were shown."""

    code = "roles_changed"


class OwnAdministration(Conflict):
    """An administrator may not take their own access away; another one may."""

    code = "own_administration"


class LastAdministrator(Conflict):
    """Nobody could administer the site any more."""

    code = "last_administrator"
