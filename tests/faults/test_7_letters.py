"""A decision letter whose process is killed between the vault and the word of it lies in the vault, once."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.caller import SYSTEM, Caller, Kind, Role
from contracts.documents.keys import KeepKeys
from contracts.enrolment.drafts import SaveAnswers, StartDraft
from contracts.enrolment.procedures import MakeProcedure, PublishProcedure
from contracts.enrolment.requests import DecideRequest, OpenRequest, RequestFile
from gateway.vault import keys
from tests.faults.acts import insist
from tests.faults.conftest import PARIS, Life
from tests.faults.moments import await_stuck, held
from tests.faults.people import Parent
from tests.mothers import requests as mother
from tests.waiting import eventually

NOW = datetime(2027, 1, 5, 10, 0, tzinfo=PARIS)
CODE = "lettres-perdues"


@pytest.fixture
def clerk() -> Caller:
    return Caller(kind=Kind.AGENT, account_id=uuid4(), name="Paul Durand", roles=frozenset({Role.REQUESTS}))


@pytest.fixture
def filed(life: Life, clerk: Caller) -> UUID:
    """A request of a parent who has a vault, ready to be decided."""
    life.be_at(NOW)
    life.town.supervisor.await_ready()
    parent, pair = life.parents[4], keys.new_pair()
    wrap = keys.wrap(pair.private, "trois bateaux", 1, 8192)
    insist(
        life.services,
        KeepKeys(command_id=uuid4(), public_key=pair.public, password_wrap=wrap),
        parent.caller,
    )
    assert clerk.account_id is not None
    insist(life.services, mother.department(clerk.account_id, code="lettres", name="Courrier"), SYSTEM)
    form = mother.form(department="Courrier")
    made = insist(life.services, MakeProcedure(command_id=uuid4(), code=CODE, form=form), SYSTEM)
    insist(life.services, PublishProcedure(command_id=uuid4(), code=CODE, revision=made.revision), SYSTEM)
    request_id = _file(life, parent)
    life.books.await_quiet()  # documents has heard of it
    return request_id


def _file(life: Life, parent: Parent) -> UUID:
    draft = insist(life.services, StartDraft(command_id=uuid4(), code=CODE), parent.caller)
    for page in ("demande", "contact"):
        save = SaveAnswers(command_id=uuid4(), draft_id=draft.draft_id, page=page, answers=mother.answers())
        insist(life.services, save, parent.caller)
    return insist(life.services, mother.submit(draft.draft_id), parent.caller).request_id


def _opened(life: Life, request_id: UUID, clerk: Caller) -> RequestFile:
    return insist(life.services, OpenRequest(request_id=request_id), clerk)


def test_killed_while_the_letter_is_entered_it_is_found_there_and_not_put_twice(
    life: Life, filed: UUID, clerk: Caller
) -> None:
    version = _opened(life, filed, clerk).request.line.version
    decide = DecideRequest(command_id=uuid4(), request_id=filed, version=version, accepted=True)
    with held(life.books, "documents", "decision_letter", mode="SHARE"):
        insist(life.services, decide, clerk)
        await_stuck(life.books, "documents", "decision_letter")
        life.town.supervisor.kill("gateway-letters")
    letters = "SELECT count(*) FROM document WHERE document_type = 'courrier'"
    eventually(lambda: life.books.value("documents", letters) == 1)
    assert _opened(life, filed, clerk).request.letter_put_at is None, "nobody could say so"
    life.town.supervisor.await_ready("gateway-letters")
    life.be_at(NOW + timedelta(minutes=2))

    eventually(lambda: _opened(life, filed, clerk).request.letter_put_at is not None)
    assert life.books.value("documents", letters) == 1
    assert life.books.value("documents", "SELECT count(*) FROM decision_letter") == 1
