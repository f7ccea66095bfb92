"""Administrators invite, change and suspend agents, on a real database; somebody always remains who can."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from contracts.accounts.agents import (
    AgentExists,
    AgentNotInvited,
    AgentState,
    AgentView,
    ChangeRoles,
    InviteAgain,
    InviteAgent,
    LastAdministrator,
    ListAgents,
    MyAgentAccount,
    OpenAgent,
    OwnAdministration,
    ReactivateAgent,
    ResetSecondFactor,
    RolesChanged,
    SuspendAgent,
)
from contracts.accounts.identity import AskReset, LinkExpired, ResetPassword
from contracts.accounts.second_factor import AgentSuspended, TicketExpired
from contracts.caller import SYSTEM, Caller, Kind, Role
from contracts.errors import DomainError, NotAllowed, NotFound, NotSignedIn
from tests.mothers import accounts as mother
from tests.mothers import agents
from tests.services.accounts.conftest import Desk

BOTH = frozenset({Role.ADMINISTRATION, Role.BILLING})


@pytest.fixture
def monique(desk: Desk) -> Caller:
    """An administrator at work."""
    return administrator(desk, "monique.chatelard@ville.fr")


def administrator(desk: Desk, email: str) -> Caller:
    account_id = desk.ask(agents.a_creation(email=email, roles={Role.ADMINISTRATION}))
    return agents.as_caller(account_id, Role.ADMINISTRATION)


def an_invitation(**changes: object) -> InviteAgent:
    return InviteAgent.model_validate(
        {
            "command_id": uuid4(),
            "first_name": "Paul",
            "last_name": "Durand",
            "email": "Paul.Durand@ville.fr",
            "roles": {Role.BILLING},
            **changes,
        }
    )


def roles(agent: AgentView, to: frozenset[Role]) -> ChangeRoles:
    return ChangeRoles(command_id=uuid4(), account_id=agent.account_id, was=agent.roles, roles=to)


def suspend(account_id: UUID | None) -> SuspendAgent:
    assert account_id is not None
    return SuspendAgent(command_id=uuid4(), account_id=account_id)


def view_of(desk: Desk, account_id: UUID | None) -> AgentView:
    assert account_id is not None
    return desk.ask(OpenAgent(account_id=account_id)).agent


def sign_in(desk: Desk, email: str = agents.EMAIL):
    desk.real_clock.forward(seconds=30)
    ticket = desk.ask(agents.a_sign_in(email=email), mother.a_visitor())
    return desk.ask(agents.a_proof(ticket, agents.a_code(desk.real_clock.now())), mother.a_visitor())


def test_an_agent_is_invited_and_chooses_a_password_by_the_link(desk: Desk, monique: Caller) -> None:
    invited = desk.ask(an_invitation(), monique)
    assert (invited.state, invited.email) == (AgentState.INVITED, "paul.durand@ville.fr")
    token = desk.link("paul.durand@ville.fr")
    desk.ask(ResetPassword(command_id=uuid4(), token=token, password=mother.PASSWORD))
    ticket = desk.ask(agents.a_sign_in(email="paul.durand@ville.fr"), mother.a_visitor())
    assert (ticket.enrolled, view_of(desk, invited.account_id).state) == (False, AgentState.ACTIVE)


def test_an_invitation_sent_twice_is_one(desk: Desk, monique: Caller) -> None:
    ask = an_invitation()
    assert desk.ask(ask, monique) == desk.ask(ask, monique)
    assert len(desk.mails("paul.durand@ville.fr")) == 1


def test_a_known_address_is_said_and_nothing_of_it_changed(desk: Desk, monique: Caller) -> None:
    desk.ask(agents.a_creation())
    with pytest.raises(AgentExists) as refusal:
        desk.ask(an_invitation(email=agents.EMAIL.upper(), roles=BOTH), monique)
    assert refusal.value.details == {"problems": {"email": "agent_exists"}}
    assert frozenset({Role.FAMILY_FILES}) in {each.roles for each in desk.ask(ListAgents(), monique)}


def test_a_lost_invitation_is_sent_again_and_the_first_link_is_void(desk: Desk, monique: Caller) -> None:
    invited = desk.ask(an_invitation(), monique)
    first = desk.link("paul.durand@ville.fr")
    desk.clock.forward(days=8)
    desk.ask(InviteAgain(command_id=uuid4(), account_id=invited.account_id), monique)
    with pytest.raises(LinkExpired):
        desk.ask(ResetPassword(command_id=uuid4(), token=first, password=mother.PASSWORD))
    token = desk.link("paul.durand@ville.fr")
    desk.ask(ResetPassword(command_id=uuid4(), token=token, password=mother.PASSWORD))
    with pytest.raises(AgentNotInvited):
        desk.ask(InviteAgain(command_id=uuid4(), account_id=invited.account_id), monique)


def test_roles_are_those_of_the_next_sign_in(desk: Desk, monique: Caller) -> None:
    odile = view_of(desk, desk.ask(agents.a_creation()))
    changed = desk.ask(roles(odile, frozenset({Role.KITCHEN, Role.REQUESTS})), monique)
    assert frozenset({Role.KITCHEN, Role.REQUESTS}) == changed.roles == sign_in(desk).roles
    assert "roles_changed" in desk.journal(odile.account_id)


def test_two_administrators_do_not_overwrite_one_another(desk: Desk, monique: Caller) -> None:
    odile = view_of(desk, desk.ask(agents.a_creation()))
    desk.ask(roles(odile, frozenset({Role.KITCHEN})), monique)
    with pytest.raises(RolesChanged):
        desk.ask(roles(odile, frozenset({Role.BILLING})), monique)


def test_a_suspended_agent_is_refused_whatever_was_begun(desk: Desk, monique: Caller) -> None:
    odile = desk.ask(agents.a_creation())
    desk.ask(AskReset(command_id=uuid4(), kind=Kind.AGENT, email=agents.EMAIL), mother.a_visitor())
    begun = desk.ask(agents.a_sign_in(), mother.a_visitor())
    assert desk.ask(suspend(odile), monique).state is AgentState.SUSPENDED
    with pytest.raises(AgentSuspended):
        desk.ask(agents.a_sign_in(), mother.a_visitor())
    with pytest.raises(TicketExpired):
        desk.ask(agents.a_proof(begun, agents.a_code(desk.real_clock.now())), mother.a_visitor())
    token = desk.link(agents.EMAIL)
    with pytest.raises(LinkExpired):
        desk.ask(ResetPassword(command_id=uuid4(), token=token, password=mother.PASSWORD))
    back = desk.ask(ReactivateAgent(command_id=uuid4(), account_id=odile), monique)
    assert (AgentState.ACTIVE, odile) == (back.state, sign_in(desk).account_id)


def test_a_reset_second_factor_is_set_up_again_and_told_by_mail(desk: Desk, monique: Caller) -> None:
    odile = desk.ask(agents.a_creation())
    reset = desk.ask(ResetSecondFactor(command_id=uuid4(), account_id=odile), monique)
    assert (reset.enrolled_at, reset.recovery_left) == (None, 0)
    assert not desk.ask(agents.a_sign_in(), mother.a_visitor()).enrolled
    assert desk.mails(agents.EMAIL)[-1].kind == "second_factor_reset"
    assert "second_factor_reset" in desk.journal(odile)


@pytest.mark.parametrize(
    "act",
    [
        lambda me: suspend(me.account_id),
        lambda me: ResetSecondFactor(command_id=uuid4(), account_id=me.account_id),
        lambda me: roles(me, frozenset({Role.BILLING})),
    ],
)
def test_nobody_takes_their_own_administration_away(desk: Desk, monique: Caller, act) -> None:
    administrator(desk, "autre@ville.fr")
    with pytest.raises(OwnAdministration):
        desk.ask(act(view_of(desk, monique.account_id)), monique)


def test_an_administrator_may_take_another_role_up(desk: Desk, monique: Caller) -> None:
    me = view_of(desk, monique.account_id)
    assert desk.ask(roles(me, BOTH), monique).roles == BOTH


def test_the_last_administrator_stays_even_for_the_installation(desk: Desk, monique: Caller) -> None:
    desk.ask(an_invitation(roles=BOTH), monique)  # who has no password yet administers nothing
    me = view_of(desk, monique.account_id)
    for act in (suspend(me.account_id), roles(me, frozenset({Role.BILLING}))):
        with pytest.raises(LastAdministrator):
            desk.ask(act, SYSTEM)
    administrator(desk, "autre@ville.fr")
    assert desk.ask(suspend(me.account_id), SYSTEM).state is AgentState.SUSPENDED


@pytest.mark.parametrize("way", ["suspend", "roles"])
def test_of_two_who_take_one_another_s_access_away_one_remains(desk: Desk, monique: Caller, way: str) -> None:
    other = administrator(desk, "autre@ville.fr")
    seen = {each.account_id: view_of(desk, each.account_id) for each in (monique, other)}

    def attempt(pair: tuple[Caller, Caller]) -> bool:
        by, to = pair
        act = (
            suspend(to.account_id)
            if way == "suspend"
            else roles(seen[to.account_id], frozenset({Role.BILLING}))
        )
        try:
            desk.ask(act, by)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, [(monique, other), (other, monique)])) == [False, True]
    left = [
        each
        for each in desk.ask(ListAgents())
        if each.state is AgentState.ACTIVE and Role.ADMINISTRATION in each.roles
    ]
    assert len(left) == 1


def test_a_session_that_outlives_its_role_administers_nothing(desk: Desk, monique: Caller) -> None:
    other = administrator(desk, "autre@ville.fr")
    desk.ask(suspend(other.account_id), monique)
    with pytest.raises(NotAllowed):
        desk.ask(suspend(monique.account_id), other)


def test_agents_are_listed_by_name_with_what_an_administrator_must_know(desk: Desk, monique: Caller) -> None:
    desk.ask(agents.a_creation(last_name="Zanetti"))
    desk.ask(an_invitation(last_name="abel"), monique)
    sign_in(desk)
    found = desk.ask(ListAgents(), monique)
    assert [each.last_name for each in found] == ["abel", "Garnier", "Zanetti"]
    assert [each.last_sign_in for each in found] == [None, None, mother.NOW]
    assert [each.enrolled_at is not None for each in found] == [False, True, True]
    assert [each.is_me for each in found] == [False, True, False]


def test_an_agent_reads_their_own_account(desk: Desk) -> None:
    odile = desk.ask(agents.a_creation())
    assert desk.ask(MyAgentAccount(), agents.as_caller(odile)).email == agents.EMAIL
    for nobody in (mother.a_visitor(), mother.a_citizen(), agents.as_caller(uuid4())):
        with pytest.raises(NotSignedIn):
            desk.ask(MyAgentAccount(), nobody)


def test_a_parent_s_account_is_no_agent_s(desk: Desk, monique: Caller) -> None:
    parent = desk.parent()
    for ask in (OpenAgent(account_id=parent), suspend(parent)):
        with pytest.raises(NotFound):
            desk.ask(ask, monique)


def test_only_administrators_administer(desk: Desk, monique: Caller) -> None:
    odile = view_of(desk, desk.ask(agents.a_creation()))
    without = agents.as_caller(uuid4(), *(set(Role) - {Role.ADMINISTRATION}))
    asks = [
        ListAgents(),
        OpenAgent(account_id=odile.account_id),
        an_invitation(),
        InviteAgain(command_id=uuid4(), account_id=odile.account_id),
        roles(odile, BOTH),
        suspend(odile.account_id),
        ReactivateAgent(command_id=uuid4(), account_id=odile.account_id),
        ResetSecondFactor(command_id=uuid4(), account_id=odile.account_id),
    ]
    for ask in asks:
        with pytest.raises(NotAllowed):
            desk.ask(ask, without)
        with pytest.raises(NotSignedIn):
            desk.ask(ask, mother.a_citizen())
