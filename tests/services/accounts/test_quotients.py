"""The quotient asked of the CAF or the MSA: over HTTP from a double that answers what is documented."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from werkzeug.serving import make_server

from accounts.quotient.api_particulier import ApiParticulier
from accounts.quotient.caf import Late
from contracts.accounts.families import FamilyFile, OpenFamily, RedeemKey, SetQuotient
from contracts.accounts.given import ListGivenDocuments
from contracts.accounts.keys import IssueKeys
from contracts.accounts.quotients import (
    CivilStatus,
    FetchOff,
    FetchQuotient,
    FetchState,
    FetchUnderway,
    NotAgreed,
    NotThatPerson,
    QuotientOf,
    QuotientPage,
)
from contracts.caller import Caller, Role
from contracts.envelope import Envelope
from contracts.errors import NotAllowed, NotFound, TooManyAttempts
from contracts.events.documents import DocumentOpened, DocumentShared
from deploy.local.api_particulier import RECIPIENT, TOKEN, Double, create_app
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
def url(double: Double) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(double), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@dataclass
class Home:
    """A family whose guardian has an account, and the town that may ask the CAF."""

    desk: Desk
    family_id: UUID
    caller: Caller
    person: CivilStatus

    def fetch(self, **changes: Any) -> QuotientPage:
        given = {"command_id": uuid4(), "family_id": self.family_id, "person": self.person, "agreed": True}
        return self.desk.ask(FetchQuotient(**{**given, **changes}), self.caller)

    def named(self, birth_name: str) -> CivilStatus:
        return self.person.model_copy(update={"birth_name": birth_name, "usage_name": self.person.birth_name})

    def page(self) -> QuotientPage:
        return self.desk.ask(QuotientOf(family_id=self.family_id), self.caller)

    def tick(self) -> None:
        self.desk.service.ask_the_caf()

    def state(self) -> FetchState:
        fetch = self.page().fetch
        assert fetch is not None
        return fetch.state


@pytest.fixture
def home(desk: Desk, url: str) -> Home:
    desk.service.settings = desk.service.settings.model_copy(
        update={
            "api_particulier_url": url,
            "api_particulier_token": TOKEN,
            "api_particulier_recipient": RECIPIENT,
        }
    )
    desk.fill()
    with desk.begin() as session:
        guardian = session.execute(
            text(
                "SELECT guardian_id, family_id, first_name, last_name FROM guardian g WHERE account_id IS NULL"
                " AND (SELECT count(*) FROM guardian o WHERE o.adult_id = g.adult_id) = 1"
                " ORDER BY name_key LIMIT 1"
            )
        ).one()
    account_id = desk.parent(
        "parent@exemple.fr", first_name=guardian.first_name, last_name=guardian.last_name
    )
    caller = mother.a_citizen(account_id)
    [letter] = desk.ask(IssueKeys(command_id=uuid4(), guardian_ids=[guardian.guardian_id]), mother.an_agent())
    desk.ask(RedeemKey(command_id=uuid4(), key=letter.key), caller)
    person = CivilStatus(
        birth_name=guardian.last_name,
        first_names=f"{guardian.first_name} Marie",
        birth_date=date(1987, 6, 27),
        sex="F",
        birth_place="Valence",
        department="26",
    )
    return Home(desk, guardian.family_id, caller, person)


def stored(home: Home) -> list[tuple[date, int, str]]:
    file: FamilyFile = home.desk.ask(OpenFamily(family_id=home.family_id), mother.an_agent())
    return [(each.month, each.euros, each.source) for each in file.quotients]


def test_the_quotient_arrives_with_its_month_is_told_and_the_civil_status_forgotten(home: Home) -> None:
    assert home.fetch().fetch.state is FetchState.WAITING
    home.tick()

    assert home.state() is FetchState.FOUND
    assert stored(home) == [(date(2026, 10, 1), 812, "CAF, par API Particulier")]
    assert home.desk.facts("family.updated")[-1]["data"]["quotients"] == [
        {"month": "2026-10-01", "euros": 812, "source": "CAF, par API Particulier"}
    ]
    assert home.desk.mails("parent@exemple.fr")[-1].subject == "Votre quotient familial est enregistré"
    assert "Valence" not in home.desk.dump()
    assert "1987-06-27" not in home.desk.dump()  # the whole date: four figures alone stand in many an id


def test_what_is_asked_is_what_the_specification_says(home: Home, double: Double) -> None:
    home.fetch()
    home.tick()

    [asked] = double.asked
    assert asked["recipient"] == [RECIPIENT]
    assert asked["prenoms[]"][-1] == "Marie"
    assert (asked["nomCommuneNaissance"], asked["codeCogInseeDepartementNaissance"]) == (["Valence"], ["26"])


def test_a_quotient_of_zero_is_a_quotient_and_no_quotient_is_not_zero(home: Home, double: Double) -> None:
    double.euros = None
    home.fetch()
    home.tick()
    assert (home.state(), stored(home)) == (FetchState.WAITING, [])

    double.euros = 0
    home.desk.clock.forward(minutes=2)
    home.tick()
    assert [(month, euros) for month, euros, _ in stored(home)] == [(date(2026, 10, 1), 0)]


@pytest.mark.parametrize(
    ("behaviour", "state", "said"),
    [
        ("INCONNU", FetchState.NOT_FOUND, "elles ne trouvent pas de dossier"),
        ("REFUSE", FetchState.REJECTED, "une information d’état civil ne convient pas"),
    ],
)
def test_a_refusal_is_final_and_falls_back_to_the_document(
    home: Home, double: Double, behaviour: str, state: FetchState, said: str
) -> None:
    double.behaviour = behaviour
    home.fetch()
    home.tick()

    assert (home.state(), stored(home)) == (state, [])
    mail = home.desk.mails("parent@exemple.fr")[-1]
    assert mail.subject == "Votre quotient familial : envoyez-nous une attestation"
    assert said in mail.text
    double.behaviour = ""
    assert home.fetch().fetch.state is FetchState.WAITING, "another asking may follow"


@pytest.mark.parametrize("behaviour", ["INTERDIT", "LIMITE", "PANNE", "ABSENT", "LENT"])
def test_a_late_answer_is_asked_for_again_for_a_day_then_the_family_is_told(
    home: Home, double: Double, behaviour: str
) -> None:
    double.behaviour = behaviour
    home.fetch()
    home.tick()
    home.tick()
    assert (home.state(), len(double.asked)) == (FetchState.WAITING, 1), "not again at once"

    for _ in range(40):
        home.desk.clock.forward(hours=1)
        home.tick()

    assert home.state() is FetchState.UNAVAILABLE
    assert 20 < len(double.asked) < 30
    assert stored(home) == []
    assert "n’ont pas répondu depuis hier" in home.desk.mails("parent@exemple.fr")[-1].text


def test_an_outage_that_ends_costs_nothing_but_time(home: Home, double: Double) -> None:
    double.fail_first = 2
    home.fetch()
    for _ in range(3):
        home.tick()
        home.desk.clock.forward(minutes=6)

    assert home.state() is FetchState.FOUND


def test_a_wrong_token_is_late_and_no_answer_at_all_is_late_too(home: Home, url: str) -> None:
    assert ApiParticulier(url, "other", RECIPIENT).ask(home.person) == Late("refused_401", ours=True)
    assert isinstance(ApiParticulier("http://127.0.0.1:9", TOKEN, RECIPIENT).ask(home.person), Late)


def test_nothing_is_asked_without_agreement_for_another_person_or_for_anothers_family(
    home: Home, double: Double
) -> None:
    with pytest.raises(NotAgreed):
        home.fetch(agreed=False)
    with pytest.raises(NotThatPerson):
        home.fetch(person=home.person.model_copy(update={"birth_name": "Quelqu’une", "usage_name": ""}))
    with pytest.raises(NotThatPerson):
        home.fetch(person=home.person.model_copy(update={"first_names": "Une Autre"}))
    with pytest.raises(NotFound):
        home.desk.ask(QuotientOf(family_id=home.family_id), mother.a_citizen())
    with pytest.raises(NotFound):
        home.desk.ask(
            FetchQuotient(command_id=uuid4(), family_id=home.family_id, person=home.person, agreed=True),
            mother.a_citizen(home.desk.parent("autre@exemple.fr")),
        )
    home.tick()
    assert double.asked == []


def test_a_birth_name_the_school_does_not_know_passes_by_the_usage_name(home: Home, double: Double) -> None:
    home.fetch(person=home.named("Lefebvre"))
    home.tick()

    assert home.state() is FetchState.FOUND
    assert double.asked[0]["nomNaissance"] == ["Lefebvre"]


def test_one_asking_at_a_time_and_a_repeat_of_the_same_command_is_the_same_asking(home: Home) -> None:
    command = FetchQuotient(command_id=uuid4(), family_id=home.family_id, person=home.person, agreed=True)
    assert home.desk.ask(command, home.caller) == home.desk.ask(command, home.caller)
    with pytest.raises(FetchUnderway):
        home.fetch()
    assert home.desk.count("quotient_fetch") == 1


def test_askings_are_throttled(home: Home, double: Double) -> None:
    double.behaviour = "INCONNU"
    for _ in range(6):
        home.fetch()
        home.tick()
    with pytest.raises(TooManyAttempts):
        home.fetch()


def test_two_processes_ask_once(home: Home, double: Double) -> None:
    home.fetch()
    threads = [threading.Thread(target=home.tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(double.asked), home.state()) == (1, FetchState.FOUND)


def test_a_town_that_has_no_such_right_says_so_and_asks_nobody(home: Home, double: Double) -> None:
    home.desk.service.settings = home.desk.service.settings.model_copy(update={"api_particulier_url": ""})
    with pytest.raises(FetchOff):
        home.fetch()
    home.tick()
    assert (home.page().can_fetch, double.asked) == (False, [])


def test_an_agents_quotient_of_the_month_gives_way_to_the_cafs_and_is_taken_back_alike(home: Home) -> None:
    month = date(2026, 10, 1)
    set_by_agent = SetQuotient(command_id=uuid4(), family_id=home.family_id, month=month, euros=300)
    home.desk.ask(set_by_agent, mother.an_agent())
    home.fetch()
    home.tick()
    assert [euros for _, euros, _ in stored(home)] == [812]

    home.desk.ask(
        SetQuotient(command_id=uuid4(), family_id=home.family_id, month=month, euros=None), mother.an_agent()
    )
    assert stored(home) == []


def a_share(home: Home, account_id: UUID | None = None, kind: str = "family") -> DocumentShared:
    return DocumentShared(
        share_id=uuid4(),
        document_id=uuid4(),
        document_type="quotient_familial",
        account_id=account_id or home.caller.account_id,
        subject_kind=kind,
        subject_id=home.family_id,
    )


def hear(home: Home, fact: DocumentShared | DocumentOpened, at: datetime) -> None:
    envelope = Envelope(
        id=uuid4(), source="/espace/documents", type=fact.event_type(), subject="x", time=at, dataschema="x",
        data=fact.model_dump(mode="json"),
    )  # fmt: skip
    service = home.desk.service
    handler = service.keep_given if isinstance(fact, DocumentShared) else service.note_read
    handler(fact, envelope)


def test_a_document_given_to_the_file_waits_for_an_agent_and_is_seen_to_be_read(home: Home) -> None:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    given = a_share(home)
    hear(home, given, at)
    hear(home, given, at)
    hear(home, a_share(home, kind="enrolment"), at)
    hear(home, a_share(home, account_id=uuid4()), at)

    agent = mother.an_agent(Role.FAMILY_FILES)
    waiting = home.desk.ask(ListGivenDocuments(), agent)
    assert [each.share_id for each in waiting.documents] == [given.share_id]
    assert [each.read_at for each in home.page().documents] == [None]

    opened = DocumentOpened(
        share_id=given.share_id, document_id=given.document_id, agent_id=uuid4(), agent_name="Odile Garnier"
    )
    hear(home, opened, at + timedelta(hours=1))
    hear(home, opened.model_copy(update={"agent_name": "Un autre"}), at + timedelta(hours=2))
    assert home.desk.ask(ListGivenDocuments(), agent).documents == []
    [read] = home.desk.ask(ListGivenDocuments(unread=False), agent).documents
    assert (read.read_by, read.read_at) == ("Odile Garnier", at + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        home.desk.ask(ListGivenDocuments(), mother.an_agent(Role.BILLING))
