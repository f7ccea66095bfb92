"""What documents gives of an account, and how a closed one's vault ends."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.caller import Role
from contracts.documents.keys import ReadKeys
from contracts.documents.shares import OpenShare, ShareDocument
from contracts.documents.vault import DocumentRecords
from contracts.errors import NotFound
from documents import mine
from gateway.papers.records_words import LABELS
from gateway.vault.shelf import open_names
from tests.services.documents.conftest import Vaults, agent
from tests.services.documents.test_service import Parent


@pytest.fixture
def parent(vaults: Vaults) -> Parent:
    return Parent(vaults)


def close(vaults: Vaults, parent: Parent) -> None:
    with vaults.service.begin() as session:
        mine.erase(session, parent.caller.citizen(), vaults.clock.now())


def test_documents_and_shares_are_given_without_anything_sealed(vaults: Vaults, parent: Parent) -> None:
    document = parent.store()
    vaults.ask(
        ShareDocument(command_id=uuid4(), document_id=document, share=parent.draft(document)), parent.caller
    )
    given = open_names(vaults.ask(DocumentRecords(), parent.caller), None)
    [row] = given["documents"]
    assert (row["document_id"], row["name"], len(row["shares"])) == (str(document), None, 1)
    assert not any("sealed" in key for key in row)
    keys = set(given) | set(given["vault"]) | set(row) | set(row["shares"][0])
    assert sorted(key for key in keys if key not in LABELS and not key.endswith("_id")) == []


def test_nothing_of_another_account(vaults: Vaults, parent: Parent) -> None:
    parent.store()
    assert vaults.ask(DocumentRecords(), Parent(vaults).caller)["documents"] == []


def test_a_closed_accounts_vault_is_emptied_and_its_keys_forgotten(vaults: Vaults, parent: Parent) -> None:
    document = parent.store()
    close(vaults, parent)
    assert vaults.ask(ReadKeys(), parent.caller).keys is None
    vaults.service.remove_finished()
    assert str(document) not in vaults.keys_in_bucket()
    account_id = parent.caller.citizen()
    for table in ("document", "account_keys"):
        assert vaults.rows(f"SELECT 1 FROM {table} WHERE account_id = :id", id=account_id) == []


def test_what_was_attached_stays_readable_until_its_term(vaults: Vaults, parent: Parent) -> None:
    document = parent.store()
    shared = vaults.ask(
        ShareDocument(command_id=uuid4(), document_id=document, share=parent.draft(document)), parent.caller
    )
    close(vaults, parent)
    vaults.service.remove_finished()
    reader = agent(Role.REQUESTS)
    opened = vaults.ask(
        OpenShare(command_id=uuid4(), share_id=shared.share_id, one_off_key=parent.pair.public), reader
    )
    assert opened.document_id == document
    assert vaults.rows(
        "SELECT password_wrap::text FROM account_keys WHERE account_id = :id", id=parent.caller.citizen()
    ) == [("{}",)]
    vaults.clock.at += timedelta(days=400)
    vaults.service.keep_terms()
    vaults.service.remove_finished()
    with pytest.raises(NotFound):
        vaults.ask(
            OpenShare(command_id=uuid4(), share_id=shared.share_id, one_off_key=parent.pair.public), reader
        )
    assert str(document) not in vaults.keys_in_bucket()
    assert vaults.rows("SELECT 1 FROM account_keys WHERE account_id = :id", id=parent.caller.citizen()) == []


def test_an_account_without_a_vault_closes_too(vaults: Vaults) -> None:
    with vaults.service.begin() as session:
        mine.erase(session, uuid4(), vaults.clock.now())
