"""Agents: who they are, what their roles allow."""

from uuid import UUID

from accounts import agents, passwords, registration, second_factor
from accounts.entries.second_factor import SecondFactorDesk
from chassis.service import answers
from contracts.accounts.agents import CreateAgent
from contracts.caller import Caller, Kind
from contracts.errors import NotAllowed


class AgentDesk(SecondFactorDesk):
    """Agents: who they are, what their roles allow."""

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
