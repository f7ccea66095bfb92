"""Administration of agents and an agent's own account, with doubles behind them."""

from uuid import UUID, uuid4

import pytest

from contracts.accounts.agents import (
    AgentExists,
    AgentFile,
    AgentState,
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
from contracts.accounts.journal import Action
from contracts.accounts.own_account import ChangePassword, WrongPassword
from contracts.accounts.own_data import JournalLine
from contracts.accounts.second_factor import CodeRefused, RenewRecoveryCodes
from contracts.caller import Role
from gateway.staff.roles import ROLES, role_names
from tests.mothers import accounts as mother
from tests.mothers import agents

ODILE = UUID(int=70)
PAGE = f"/agents/comptes/{ODILE}"


@pytest.fixture
def office(site):
    """An administrator's browser; Odile's page is there."""
    line = JournalLine(at=mother.NOW, action=Action.SECOND_FACTOR_FAILED, address="192.0.2.1")
    site.services.answers[OpenAgent] = AgentFile(agent=agents.an_agent_view(), journal=[line])
    site.services.answers[ListAgents] = [
        agents.an_agent_view(),
        agents.an_agent_view(
            account_id=UUID(int=71), state=AgentState.INVITED, enrolled_at=None, last_sign_in=None
        ),
        agents.an_agent_view(account_id=UUID(int=72), state=AgentState.SUSPENDED, is_me=True),
    ]
    return site.agent(Role.ADMINISTRATION)


def test_each_role_has_its_words() -> None:
    assert set(ROLES) == set(Role)
    assert role_names({Role.REQUESTS, Role.FAMILY_FILES}) == "Demandes, Dossiers famille"


def test_agents_are_listed_with_what_an_administrator_must_know(office) -> None:
    text = office.read("/agents/comptes/").get_text()
    for words in (
        "Odile Garnier",
        "Demandes, Dossiers famille",
        "Jamais",
        "À enregistrer",
        "Suspendu",
        "(vous)",
    ):
        assert words in text


def test_an_invitation_is_sent(site, office) -> None:
    site.services.answers[InviteAgent] = agents.an_agent_view()
    answer = office.send(
        "/agents/comptes/inviter",
        first_name="Paul",
        last_name="Durand",
        email="paul@ville.fr",
        roles=["billing", "kitchen"],
    )
    assert answer.location == "/agents/comptes/"
    [asked] = site.services.asked_for(InviteAgent)
    assert asked.roles == frozenset({Role.BILLING, Role.KITCHEN})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"roles": []}, "au moins un rôle"),
        ({"roles": ["root"]}, "parmi les réponses"),
        ({}, "déjà cette adresse"),
    ],
)
def test_a_faulty_invitation_comes_back_filled(site, office, given: dict[str, object], sentence: str) -> None:
    site.services.answers[InviteAgent] = AgentExists(problems={"email": "agent_exists"})
    fields = {
        "first_name": "Paul",
        "last_name": "Durand",
        "email": "paul@ville.fr",
        "roles": ["billing"],
        **given,
    }
    answer = office.send("/agents/comptes/inviter", **fields)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in page, 'value="paul@ville.fr"' in page) == (422, True, True)


def test_changed_roles_end_the_agent_s_sessions_at_once(site, office) -> None:
    site.services.answers[ChangeRoles] = agents.an_agent_view()
    odile = site.agent(Role.FAMILY_FILES, Role.REQUESTS, account_id=ODILE)
    assert odile.get("/agents/")
    page = office.read(PAGE)
    ticked = {box["value"] for box in page.select("input[type=checkbox][checked]")}
    assert ticked == {"family_files", "requests"}
    assert office.submit(page, roles=["requests"]).location == PAGE
    [asked] = site.services.asked_for(ChangeRoles)
    assert (asked.was, asked.roles) == (
        frozenset({Role.FAMILY_FILES, Role.REQUESTS}),
        frozenset({Role.REQUESTS}),
    )
    assert odile.get("/agents/", status=302).location.startswith("/agents/connexion")


@pytest.mark.parametrize("refusal", [RolesChanged(), OwnAdministration(), LastAdministrator()])
def test_a_refused_change_of_roles_ends_no_session_and_shows_those_of_now(site, office, refusal) -> None:
    site.services.answers[ChangeRoles] = refusal
    odile = site.agent(Role.REQUESTS, account_id=ODILE)
    answer = office.send(PAGE, roles=["billing"])
    assert answer.status_code == 409
    assert 'value="family_files" checked' in " ".join(answer.get_data(as_text=True).split())
    assert odile.get("/agents/")


@pytest.mark.parametrize(
    ("button", "command", "ends"),
    [
        ("suspendre", SuspendAgent, True),
        ("application", ResetSecondFactor, True),
        ("reactiver", ReactivateAgent, False),
        ("inviter", InviteAgain, False),
    ],
)
def test_each_button_does_its_one_thing(site, office, button: str, command: type, ends: bool) -> None:
    site.services.answers[command] = agents.an_agent_view()
    odile = site.agent(Role.REQUESTS, account_id=ODILE)
    assert office.post(f"{PAGE}/{button}", {"command_id": str(uuid4())}).location == PAGE
    assert site.services.asked_for(command)[0].account_id == ODILE
    assert odile.client.get("/agents/").status_code == (302 if ends else 200)
    assert "C’est fait" in office.read(PAGE).get_text()


def test_a_refused_suspension_ends_no_session_and_says_why(site, office) -> None:
    site.services.answers[SuspendAgent] = LastAdministrator()
    odile = site.agent(Role.REQUESTS, account_id=ODILE)
    office.post(f"{PAGE}/suspendre", {"command_id": str(uuid4())})
    assert odile.get("/agents/")
    assert "dernier administrateur" in office.read(PAGE).get_text()


def test_one_s_own_page_offers_nothing_that_would_be_refused(site, office) -> None:
    site.services.answers[OpenAgent] = AgentFile(agent=agents.an_agent_view(is_me=True), journal=[])
    text = office.read(PAGE).get_text()
    assert "votre compte" in text
    assert "Suspendre" not in text


def test_the_page_says_what_was_done_on_the_account(office) -> None:
    text = office.read(PAGE).get_text()
    assert "Code de double authentification refusé." in text
    assert "192.0.2.1" in text


def test_only_administrators_open_any_of_it(site) -> None:
    others = site.agent(*(set(Role) - {Role.ADMINISTRATION}))
    for address in ("/agents/comptes/", "/agents/comptes/inviter", PAGE):
        others.get(address, status=403)
    for button in ("suspendre", "reactiver", "application", "inviter"):
        answer = others.post(f"{PAGE}/{button}", {"command_id": str(uuid4())})
        assert answer.status_code == 403


# ---------------------------------------------------------------- an agent's own account


def test_an_agent_reads_their_roles_in_words_and_what_remains_on_paper(site) -> None:
    site.services.answers[MyAgentAccount] = agents.an_agent_view(recovery_left=3)
    text = site.agent(Role.REQUESTS).read("/agents/compte/").get_text()
    for words in ("Inscriptions et demandes à étudier", "Il vous en reste 3.", "Cet appareil"):
        assert words in text


def test_new_codes_ask_for_one_of_the_application(site) -> None:
    browser = site.agent()
    site.services.answers[RenewRecoveryCodes] = CodeRefused()
    assert browser.send("/agents/compte/codes-de-secours", code="000000").status_code == 422
    site.services.answers[RenewRecoveryCodes] = ["7K3M-9DXV-2HTC-4RWP"]
    answer = browser.send("/agents/compte/codes-de-secours", code="123456")
    assert "7K3M-9DXV-2HTC-4RWP" in answer.get_data(as_text=True)


def test_another_password_ends_the_other_sessions_and_keeps_this_one(site) -> None:
    here, elsewhere = site.agent(), site.agent()
    site.services.answers[ChangePassword] = WrongPassword(problems={"present": "wrong"})
    assert here.send("/agents/compte/mot-de-passe", present="x", password="y").status_code == 422
    assert elsewhere.get("/agents/")
    site.services.answers[ChangePassword] = None
    answer = here.send("/agents/compte/mot-de-passe", present="x", password=mother.PASSWORD)
    assert answer.location == "/agents/compte/"
    assert here.get("/agents/")
    elsewhere.get("/agents/", status=302)


def test_an_agent_closes_another_browser(site) -> None:
    site.services.answers[MyAgentAccount] = agents.an_agent_view()
    here, elsewhere = site.agent(), site.agent()
    here.submit(here.read("/agents/compte/"))
    elsewhere.get("/agents/", status=302)
