"""Agents sign in with a password and a code, on a real database: never with one of the two."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from contracts.accounts.identity import AskReset, ResetPassword, SignIn, WrongCredentials
from contracts.accounts.second_factor import (
    CodeRefused,
    EnrolledView,
    ReadEnrolment,
    RenewRecoveryCodes,
    TicketExpired,
    TicketView,
)
from contracts.caller import SYSTEM, Kind, Role
from contracts.errors import DomainError, NotAllowed, NotSignedIn, TooManyAttempts
from tests.mothers import accounts as mother
from tests.mothers import agents
from tests.services.accounts.conftest import Desk


def begin(desk: Desk, **changes: object) -> TicketView:
    """The password was right."""
    return desk.ask(agents.a_sign_in(**changes), mother.a_visitor())


def prove(desk: Desk, code: str, ticket: TicketView | None = None):
    return desk.ask(agents.a_proof(ticket or begin(desk), code), mother.a_visitor())


def now_code(desk: Desk, **later: float) -> str:
    desk.real_clock.forward(**later)
    return agents.a_code(desk.real_clock.now())


def enrol(desk: Desk) -> tuple[EnrolledView, str]:
    """The first sign-in of an agent without authenticator; who they are, and the secret."""
    ticket = begin(desk)
    assert not ticket.enrolled
    offer = desk.ask(ReadEnrolment(ticket=ticket.ticket), mother.a_visitor())
    code = agents.a_code(desk.real_clock.now(), offer.secret)
    return desk.ask(agents.an_enrolment(ticket, code), mother.a_visitor()), offer.secret


@pytest.fixture
def agent(desk: Desk):
    return desk.ask(agents.a_creation())


def test_a_password_alone_opens_nothing(desk: Desk, agent) -> None:
    ticket = begin(desk)
    assert (ticket.enrolled, set(TicketView.model_fields)) == (True, {"ticket", "enrolled"})
    assert ticket.ticket not in desk.dump()
    with pytest.raises(WrongCredentials):
        desk.ask(SignIn(command_id=uuid4(), email=agents.EMAIL, password=mother.PASSWORD), mother.a_visitor())


def test_a_code_after_the_password_signs_in(desk: Desk, agent) -> None:
    signed_in = prove(desk, now_code(desk))
    assert (agent, Kind.AGENT, frozenset({Role.FAMILY_FILES}), None) == (
        signed_in.account_id,
        signed_in.kind,
        signed_in.roles,
        signed_in.recovery_left,
    )


def test_a_wrong_password_says_the_same_whoever_is_meant(desk: Desk, agent) -> None:
    for email in (agents.EMAIL, "personne@ville.fr"):
        with pytest.raises(WrongCredentials):
            begin(desk, email=email, password="pas celui-là du tout")


def test_a_code_is_accepted_once(desk: Desk, agent) -> None:
    code = now_code(desk)
    prove(desk, code)
    with pytest.raises(CodeRefused):
        prove(desk, code)
    assert prove(desk, now_code(desk, seconds=30))


def test_an_older_code_is_refused_once_a_newer_one_served(desk: Desk, agent) -> None:
    older = now_code(desk)
    prove(desk, now_code(desk, seconds=30))
    with pytest.raises(CodeRefused):
        prove(desk, older)


def test_of_two_at_once_with_one_code_one_comes_in(desk: Desk, agent) -> None:
    code, tickets = now_code(desk), [begin(desk), begin(desk)]

    def attempt(ticket: TicketView) -> bool:
        try:
            prove(desk, code, ticket)
        except CodeRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, tickets)) == [False, True]


def test_a_ticket_serves_once_and_for_five_minutes(desk: Desk, agent) -> None:
    ticket = begin(desk)
    command = agents.a_proof(ticket, now_code(desk))
    assert desk.ask(command, mother.a_visitor()) == desk.ask(command, mother.a_visitor()).model_copy(
        update={"last_sign_in": None}
    )
    with pytest.raises(TicketExpired):
        prove(desk, now_code(desk, seconds=30), ticket)
    late = begin(desk)
    desk.clock.forward(minutes=5)
    with pytest.raises(TicketExpired):
        prove(desk, now_code(desk, seconds=30), late)


def test_an_invented_ticket_opens_nothing(desk: Desk, agent) -> None:
    with pytest.raises(TicketExpired):
        prove(desk, now_code(desk), TicketView(ticket="inventé", enrolled=True))


def test_guessing_codes_is_throttled_whatever_the_ticket(desk: Desk, agent) -> None:
    for _ in range(6):
        with pytest.raises(CodeRefused):
            prove(desk, "000000")
    with pytest.raises(TooManyAttempts):
        prove(desk, now_code(desk))
    desk.clock.forward(seconds=15)
    assert prove(desk, now_code(desk))


def test_a_failure_is_written_down(desk: Desk, agent) -> None:
    with pytest.raises(CodeRefused):
        prove(desk, "000000")
    prove(desk, now_code(desk))
    assert desk.journal(agent) == ["second_factor_failed", "signed_in"]


def test_the_first_sign_in_enrols_an_application_and_gives_ten_codes(desk: Desk) -> None:
    desk.ask(agents.a_creation(second_factor=None))
    enrolled, secret = enrol(desk)
    assert (len(enrolled.recovery_codes), len(set(enrolled.recovery_codes))) == (10, 10)
    dump = desk.dump()
    assert secret not in dump
    assert not any(code in dump or code.replace("-", "") in dump for code in enrolled.recovery_codes)
    assert desk.mails()[-1].kind == "second_factor_enrolled"
    desk.real_clock.forward(seconds=30)
    assert prove(desk, agents.a_code(desk.real_clock.now(), secret))


def test_a_wrong_first_code_enrols_nothing(desk: Desk) -> None:
    desk.ask(agents.a_creation(second_factor=None))
    ticket = begin(desk)
    with pytest.raises(CodeRefused):
        desk.ask(agents.an_enrolment(ticket, "000000"), mother.a_visitor())
    assert desk.count("second_factor") == 0
    assert not begin(desk).enrolled


def test_an_enrolment_sent_twice_gives_codes_that_work(desk: Desk) -> None:
    desk.ask(agents.a_creation(second_factor=None))
    ticket = begin(desk)
    offer = desk.ask(ReadEnrolment(ticket=ticket.ticket), mother.a_visitor())
    command = agents.an_enrolment(ticket, agents.a_code(desk.real_clock.now(), offer.secret))
    first, again = (desk.ask(command, mother.a_visitor()) for _ in range(2))
    assert not set(first.recovery_codes) & set(again.recovery_codes)
    assert prove(desk, again.recovery_codes[0]).recovery_left == 9


def test_who_knows_the_password_later_cannot_enrol_another_application(desk: Desk) -> None:
    desk.ask(agents.a_creation(second_factor=None))
    ticket = begin(desk)
    offer = desk.ask(ReadEnrolment(ticket=ticket.ticket), mother.a_visitor())
    enrol(desk)
    with pytest.raises(TicketExpired):
        desk.ask(
            agents.an_enrolment(ticket, agents.a_code(desk.real_clock.now(), offer.secret)),
            mother.a_visitor(),
        )


def test_a_recovery_code_serves_once_however_it_is_typed(desk: Desk) -> None:
    desk.ask(agents.a_creation(second_factor=None))
    enrolled, _ = enrol(desk)
    typed = enrolled.recovery_codes[3].lower().replace("0", "o").replace("-", " ")
    assert prove(desk, typed).recovery_left == 9
    assert desk.mails()[-1].kind == "recovery_code_used"
    with pytest.raises(CodeRefused):
        prove(desk, typed)


def test_recovery_codes_are_renewed_with_a_code_of_the_application(desk: Desk) -> None:
    desk.ask(agents.a_creation(second_factor=None))
    enrolled, secret = enrol(desk)
    me = agents.as_caller(enrolled.account_id)
    with pytest.raises(CodeRefused):
        desk.ask(RenewRecoveryCodes(command_id=uuid4(), code="000000"), me)
    with pytest.raises(NotSignedIn):
        desk.ask(RenewRecoveryCodes(command_id=uuid4(), code="000000"), mother.a_visitor())
    desk.real_clock.forward(seconds=30)
    code = agents.a_code(desk.real_clock.now(), secret)
    fresh = desk.ask(RenewRecoveryCodes(command_id=uuid4(), code=code), me)
    with pytest.raises(CodeRefused):
        prove(desk, enrolled.recovery_codes[0])
    assert prove(desk, fresh[0]).recovery_left == 9


def test_a_forgotten_password_does_not_replace_the_code(desk: Desk, agent) -> None:
    desk.ask(AskReset(command_id=uuid4(), kind=Kind.AGENT, email=agents.EMAIL), mother.a_visitor())
    new = "quatre bateaux au soleil"
    desk.ask(
        ResetPassword(command_id=uuid4(), token=desk.link(agents.EMAIL), password=new), mother.a_visitor()
    )
    ticket = begin(desk, password=new)
    assert ticket.enrolled
    assert prove(desk, now_code(desk), ticket)


def test_the_town_s_clock_does_not_matter_to_codes(desk: Desk, agent) -> None:
    desk.clock.forward(days=40)
    assert prove(desk, now_code(desk))


def test_a_new_key_is_put_before_the_old_one_and_takes_over(desk: Desk, agent) -> None:
    settings = desk.service.settings
    old, new = settings.second_factor_key.get_secret_value(), "a newer key"

    def with_keys(keys: str) -> None:
        desk.service.settings = settings.model_copy(
            update={"second_factor_key": type(settings.second_factor_key)(keys)}
        )

    with_keys(f"{new},{old}")
    prove(desk, now_code(desk))
    with_keys(new)
    assert prove(desk, now_code(desk, seconds=30))


def test_a_secret_is_of_no_use_on_another_agent_s_row(desk: Desk, agent) -> None:
    desk.ask(agents.a_creation(email="paul@ville.fr", second_factor="A" * 32))
    with desk.begin() as session:
        session.execute(
            text(
                "UPDATE second_factor SET sealed_secret = (SELECT sealed_secret FROM second_factor"
                " WHERE account_id = :mine) WHERE account_id <> :mine"
            ),
            {"mine": agent},
        )
    with pytest.raises(LookupError):
        prove(desk, now_code(desk), begin(desk, email="paul@ville.fr"))


def test_only_the_installation_gives_a_password_or_a_secret(desk: Desk) -> None:
    for roles in ((), tuple(Role)):
        with pytest.raises(DomainError) as refusal:
            desk.ask(agents.a_creation(), agents.as_caller(uuid4(), *roles))
        assert refusal.type is NotAllowed
    assert desk.ask(agents.a_creation(), SYSTEM)


def test_old_tickets_are_forgotten(desk: Desk, agent) -> None:
    begin(desk)
    desk.clock.forward(hours=1)
    desk.service.forget_old()
    assert desk.count("sign_in_ticket") == 0
