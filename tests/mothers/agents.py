"""Ready-made commands and views of the town's agents."""

from datetime import datetime
from uuid import UUID, uuid4

from accounts.staff import totp
from contracts.accounts.agents import AgentState, AgentView, CreateAgent
from contracts.accounts.second_factor import (
    EnrolSecondFactor,
    ProveSecondFactor,
    SignInAgent,
    TicketView,
)
from contracts.caller import Caller, Kind, Role
from tests.mothers.accounts import NOW, PASSWORD

EMAIL = "odile.garnier@ville.fr"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def a_creation(**changes: object) -> CreateAgent:
    """An agent who has everything to sign in with."""
    return CreateAgent.model_validate(
        {
            "command_id": uuid4(),
            "first_name": "Odile",
            "last_name": "Garnier",
            "email": EMAIL,
            "roles": {Role.FAMILY_FILES},
            "password": PASSWORD,
            "second_factor": SECRET,
            **changes,
        }
    )


def a_sign_in(**changes: object) -> SignInAgent:
    return SignInAgent.model_validate(
        {"command_id": uuid4(), "email": EMAIL, "password": PASSWORD, **changes}
    )


def a_proof(ticket: TicketView, code: str) -> ProveSecondFactor:
    return ProveSecondFactor(command_id=uuid4(), ticket=ticket.ticket, code=code)


def an_enrolment(ticket: TicketView, code: str) -> EnrolSecondFactor:
    return EnrolSecondFactor(command_id=uuid4(), ticket=ticket.ticket, code=code)


def a_code(at: datetime, secret: str = SECRET) -> str:
    return totp.code_at(secret, at)


def as_caller(account_id: UUID, *roles: Role) -> Caller:
    """An agent at work."""
    return Caller(kind=Kind.AGENT, account_id=account_id, name="Monique Chatelard", roles=frozenset(roles))


def an_agent_view(**changes: object) -> AgentView:
    return AgentView.model_validate(
        {
            "account_id": UUID(int=70),
            "first_name": "Odile",
            "last_name": "Garnier",
            "email": EMAIL,
            "roles": {Role.FAMILY_FILES, Role.REQUESTS},
            "state": AgentState.ACTIVE,
            "created_at": NOW,
            "last_sign_in": NOW,
            "enrolled_at": NOW,
            "recovery_left": 10,
            **changes,
        }
    )
