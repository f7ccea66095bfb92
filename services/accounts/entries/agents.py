"""Agents: who they are, what their roles allow, who lets them in."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.entries.second_factor import SecondFactorDesk
from accounts.identity import passwords, registration
from accounts.staff import administration, agent_views, agents, second_factor
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.agents import (
    AgentFile,
    AgentView,
    ChangeRoles,
    CreateAgent,
    InviteAgain,
    InviteAgent,
    ListAgents,
    MyAgentAccount,
    OpenAgent,
    ReactivateAgent,
    ResetSecondFactor,
    SuspendAgent,
)
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotAllowed
from contracts.messages import Command


class AgentDesk(SecondFactorDesk):
    """Agents: who they are, what their roles allow, who lets them in."""

    @answers(CreateAgent)
    def create_agent(self, ask: CreateAgent, caller: Caller) -> UUID:
        if caller.kind is not Kind.SYSTEM:
            raise NotAllowed(needs=[])
        if ask.password is not None:
            registration.judge(ask.password, [ask.email, ask.first_name, ask.last_name])
        password_hash = passwords.hash_password(ask.password) if ask.password is not None else None
        now = self.clock.now()
        with self.begin() as session:
            account_id = agents.create(session, self.site, ask, password_hash, now)
            if ask.second_factor is not None:
                second_factor.keep_given(session, self.seal, account_id, ask.second_factor, now)
            return account_id

    @answers(ListAgents)
    def list_agents(self, ask: ListAgents, caller: Caller) -> list[AgentView]:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return agent_views.list_agents(session, caller)

    @answers(OpenAgent)
    def open_agent(self, ask: OpenAgent, caller: Caller) -> AgentFile:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return agent_views.open_agent(session, ask.account_id, caller)

    @answers(MyAgentAccount)
    def my_agent_account(self, ask: MyAgentAccount, caller: Caller) -> AgentView:
        with self.begin() as session:
            return agent_views.show_own(session, caller)

    @answers(InviteAgent)
    def invite_agent(self, ask: InviteAgent, caller: Caller) -> AgentView:
        now = self.clock.now()
        return self._administer(
            ask, caller, lambda session: administration.invite(session, self.site, ask, caller, now)
        )

    @answers(InviteAgain)
    def invite_again(self, ask: InviteAgain, caller: Caller) -> AgentView:
        now = self.clock.now()
        return self._administer(
            ask,
            caller,
            lambda session: administration.invite_again(session, self.site, ask.account_id, caller, now),
        )

    @answers(ChangeRoles)
    def change_roles(self, ask: ChangeRoles, caller: Caller) -> AgentView:
        now = self.clock.now()
        return self._administer(
            ask, caller, lambda session: administration.change_roles(session, ask, caller, now)
        )

    @answers(SuspendAgent)
    def suspend_agent(self, ask: SuspendAgent, caller: Caller) -> AgentView:
        now = self.clock.now()
        return self._administer(
            ask, caller, lambda session: administration.suspend(session, ask.account_id, caller, now)
        )

    @answers(ReactivateAgent)
    def reactivate_agent(self, ask: ReactivateAgent, caller: Caller) -> AgentView:
        now = self.clock.now()
        return self._administer(
            ask, caller, lambda session: administration.reactivate(session, ask.account_id, caller, now)
        )

    @answers(ResetSecondFactor)
    def reset_second_factor(self, ask: ResetSecondFactor, caller: Caller) -> AgentView:
        now = self.clock.now()
        return self._administer(
            ask,
            caller,
            lambda session: administration.reset_second_factor(
                session, self.site, ask.account_id, caller, now
            ),
        )

    def _administer(
        self, ask: Command[AgentView], caller: Caller, do: Callable[[Session], UUID]
    ) -> AgentView:
        """Does it once, for an administrator; answers with the agent as they are now."""
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return once(session, ask, caller, lambda: agent_views.show(session, do(session), caller))
