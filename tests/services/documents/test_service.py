"""The documents service: repeats, races, terms, and what it sweeps up."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event

from chassis import tables as frame
from contracts.caller import SYSTEM, Role
from contracts.documents.keys import KeepKeys, ReadKeys, RewrapKeys
from contracts.documents.refusals import (
    KeysChanged,
    ShareUnreadable,
    TownKeyChanged,
    UnknownDocumentType,
    UnknownSubject,
    UploadLost,
    VaultFull,
)
from contracts.documents.sealed import BUCKET
from contracts.documents.shares import OpenShare, ShareDocument, ShareDraft, SubjectShares
from contracts.documents.types import DefineDocumentType, ListDocumentTypes, Validity
from contracts.documents.vault import DeleteDocument, DescribeDocument, OpenVault, StoreDocument
from contracts.errors import Conflict, NotAllowed, NotFound
from documents import orphans, vault
from documents.models import Base
from documents.town_key import TownKey
from gateway.vault import keys
from gateway.vault.sealing import new_file_key
from tests.mothers.documents import a_wrap
from tests.services.documents.conftest import Vaults, agent, citizen


class Parent:
    """An account with keys, that stores and shares without a browser."""

    def __init__(self, vaults: Vaults) -> None:
        self.vaults, self.pair, self.caller = vaults, keys.new_pair(), citizen(uuid4())
        vaults.ask(
            KeepKeys(command_id=uuid4(), public_key=self.pair.public, password_wrap=a_wrap(self.pair)),
            self.caller,
        )

    def upload(self, content: bytes = b"sealed") -> UUID:
        document_id = uuid4()
        self.vaults.objects.put(BUCKET, str(document_id), io.BytesIO(content))
        return document_id

    def entry(self, document_id: UUID, **changes) -> StoreDocument:
        given = {
            "command_id": uuid4(),
            "document_id": document_id,
            "document_type": "autre",
            "size": 5,
            "object_size": 6,
            "public_key": self.pair.public,
            "sealed_key": keys.seal_key(new_file_key(), document_id, self.pair.public),
            "sealed_description": b"s" * 50,
        }
        return StoreDocument(**{**given, **changes})

    def store(self, **changes) -> UUID:
        document_id = self.upload()
        self.vaults.ask(self.entry(document_id, **changes), self.caller)
        return document_id

    def draft(
        self, document_id: UUID, subject: UUID | None = None, town_key: bytes | None = None
    ) -> ShareDraft:
        key = town_key or self.vaults.service.town.public
        return ShareDraft(
            subject_kind="enrolment",
            subject_id=subject or uuid4(),
            requests_public_key=key,
            sealed_key=keys.seal_key(new_file_key(), document_id, key),
        )

    def documents(self):
        return self.vaults.ask(OpenVault(), self.caller).documents


@pytest.fixture
def parent(vaults: Vaults) -> Parent:
    return Parent(vaults)


def told(vaults: Vaults, document_id: UUID) -> list[str]:
    rows = vaults.rows("SELECT name FROM outbox WHERE body::text LIKE :id ORDER BY id", id=f"%{document_id}%")
    return [name for (name,) in rows]


def test_the_tables_are_those_the_migrations_make(vaults):
    with vaults.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        expected = [
            each
            for each in compare_metadata(context, Base.metadata)
            if not (each[0] == "remove_table" and each[1].name in known_to_frame())
            and not (each[0] == "remove_index" and each[1].table.name in known_to_frame())
        ]
    assert expected == []


def known_to_frame() -> set[str]:
    return {*frame.outbox.metadata.tables, "frame_version", "service_version"}


def test_a_vault_is_one_statement_however_full(vaults, parent):
    document_id = parent.store()
    draft = parent.draft(document_id)
    parent.vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)
    other = parent.store()
    asked = []
    with vaults.service.begin() as session:
        event.listen(vaults.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
        found = vault.open_vault(session, OpenVault(), parent.caller.account_id, vaults.service.town)
    assert len(asked) == 1
    assert {each.document_id: len(each.shares) for each in found.documents} == {document_id: 1, other: 0}
    assert found.keys.public_key == parent.pair.public


def test_of_two_first_sign_ins_the_first_decides(vaults):
    caller, pairs = citizen(uuid4()), [keys.new_pair() for _ in range(4)]

    def keep(pair):
        return vaults.ask(
            KeepKeys(command_id=uuid4(), public_key=pair.public, password_wrap=a_wrap(pair)), caller
        ).public_key

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(keep, pairs))
    assert len(answers) == 1
    assert vaults.ask(ReadKeys(), caller).keys.public_key in answers


def test_a_given_up_wrap_is_not_left_in_the_journal_of_commands(vaults, parent):
    first = vaults.ask(ReadKeys(), parent.caller).keys.password_wrap
    command = RewrapKeys(
        command_id=uuid4(), public_key=parent.pair.public, password_wrap=a_wrap(parent.pair, "autre")
    )
    for _ in range(2):
        answer = vaults.ask(command, parent.caller)
    assert answer.password_wrap == command.password_wrap
    dump = str(vaults.rows("SELECT c::text FROM command c")) + str(
        vaults.rows("SELECT a::text FROM account_keys a")
    )
    assert first.model_dump(mode="json")["box"] not in dump


def test_a_deleted_documents_key_is_left_nowhere(vaults, parent):
    """Its object may stay for a year where it was attached; whoever has the database then must not find the key."""
    document_id = parent.upload()
    stored = parent.entry(document_id)
    described = DescribeDocument(
        command_id=uuid4(), document_id=document_id, document_type="autre", sealed_description=b"x"
    )
    for command in (stored, stored, described, described):
        assert vaults.ask(command, parent.caller).sealed_key == stored.sealed_key
    draft = parent.draft(document_id)
    vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)
    vaults.ask(DeleteDocument(command_id=uuid4(), document_id=document_id), parent.caller)
    dump = "".join(
        str(vaults.rows(f'SELECT t::text FROM "{table}" t'))
        for (table,) in vaults.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    )
    assert str(document_id) in dump
    for kept in (stored.sealed_key.hex(), base64.b64encode(stored.sealed_key).decode()):
        assert kept not in dump
    with pytest.raises(NotFound):
        vaults.ask(stored, parent.caller)


def test_keys_of_another_pair_change_nothing(vaults, parent):
    other = keys.new_pair()
    with pytest.raises(KeysChanged):
        vaults.ask(
            RewrapKeys(command_id=uuid4(), public_key=other.public, password_wrap=a_wrap(other)),
            parent.caller,
        )
    with pytest.raises(KeysChanged):
        parent.store(public_key=other.public)


def test_a_row_is_entered_only_when_its_object_is_there_whole_and_fresh(vaults, parent):
    with pytest.raises(UploadLost):
        vaults.ask(parent.entry(uuid4()), parent.caller)
    with pytest.raises(UploadLost):
        vaults.ask(parent.entry(parent.upload(), object_size=7), parent.caller)
    found = SimpleNamespace(key="", size=6, modified_at=datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert orphans.may_be_entered(found, 6, found.modified_at + timedelta(minutes=59))
    assert not orphans.may_be_entered(found, 6, found.modified_at + timedelta(minutes=61))


def test_a_repeated_entry_is_one_document(vaults, parent):
    command = parent.entry(parent.upload())
    assert vaults.ask(command, parent.caller) == vaults.ask(command, parent.caller)
    assert len(parent.documents()) == 1
    with pytest.raises(Conflict):
        vaults.ask(command.model_copy(update={"size": 4}), parent.caller)


def test_another_parents_object_cannot_be_entered_twice(vaults, parent):
    document_id = parent.store()
    thief = Parent(vaults)
    with pytest.raises(Conflict):
        vaults.ask(thief.entry(document_id), thief.caller)


def test_two_uploads_at_once_cannot_both_take_the_last_room(vaults, parent, monkeypatch):
    monkeypatch.setattr(vault, "LIMIT_DOCUMENTS", 3)
    uploads = [parent.entry(parent.upload()) for _ in range(6)]

    def store(command):
        try:
            vaults.ask(command, parent.caller)
        except VaultFull:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(store, uploads)) == 3
    assert len(parent.documents()) == 3


def test_a_type_is_one_of_those_there_are(vaults, parent):
    with pytest.raises(UnknownDocumentType):
        parent.store(document_type="inconnu")
    define = DefineDocumentType(
        command_id=uuid4(),
        type_code="carte_cmi",
        name="Carte mobilité inclusion",
        validity=Validity.NONE,
        position=890,
    )
    with pytest.raises(NotAllowed):
        vaults.ask(define, agent(Role.REQUESTS))
    vaults.ask(define, SYSTEM)
    codes = [each.code for each in vaults.ask(ListDocumentTypes(), citizen(uuid4()))]
    assert codes[-2:] == ["carte_cmi", "autre"]


def test_the_usual_end_is_noted_where_none_was_given(vaults, parent):
    parent.store(document_type="assurance")
    assert parent.documents()[0].valid_until == date(2027, 8, 31)
    parent.store(document_type="assurance", valid_until=date(2027, 1, 1))
    assert {each.valid_until for each in parent.documents()} == {date(2027, 8, 31), date(2027, 1, 1)}


def test_sharing_twice_is_sharing_once(vaults, parent):
    document_id, subject = parent.store(), uuid4()
    shares = [
        vaults.ask(
            ShareDocument(
                command_id=uuid4(), document_id=document_id, share=parent.draft(document_id, subject)
            ),
            parent.caller,
        )
        for _ in range(2)
    ]
    assert shares[0].share_id == shares[1].share_id
    assert told(vaults, document_id) == ["document.stored", "document.shared"]


def test_another_parents_document_cannot_be_shared_described_or_deleted(vaults, parent):
    document_id, other = parent.store(), Parent(vaults)
    for command in (
        ShareDocument(command_id=uuid4(), document_id=document_id, share=parent.draft(document_id)),
        DeleteDocument(command_id=uuid4(), document_id=document_id),
        DescribeDocument(
            command_id=uuid4(), document_id=document_id, document_type="autre", sealed_description=b"x"
        ),
    ):
        with pytest.raises(NotFound):
            vaults.ask(command, other.caller)


def test_a_share_sealed_to_an_older_town_key_is_refused_with_the_present_one(vaults, parent):
    document_id = parent.store()
    old = keys.new_pair().public
    with pytest.raises(TownKeyChanged) as changed:
        vaults.ask(
            ShareDocument(
                command_id=uuid4(), document_id=document_id, share=parent.draft(document_id, town_key=old)
            ),
            parent.caller,
        )
    assert changed.value.details["public_key"] == vaults.service.town.encoded()


def test_a_refused_share_undoes_the_storing_too(vaults, parent):
    document_id = parent.upload()
    with pytest.raises(TownKeyChanged):
        vaults.ask(
            parent.entry(document_id, share=parent.draft(document_id, town_key=keys.new_pair().public)),
            parent.caller,
        )
    assert parent.documents() == []
    assert told(vaults, document_id) == []


def test_an_opening_repeated_on_the_wire_is_written_down_once(vaults, parent):
    document_id, subject, caller = parent.store(), uuid4(), agent(Role.REQUESTS)
    share = vaults.ask(
        ShareDocument(command_id=uuid4(), document_id=document_id, share=parent.draft(document_id, subject)),
        parent.caller,
    )
    command = OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=keys.new_pair().public)
    assert vaults.ask(command, caller) == vaults.ask(command, caller)
    seen = vaults.ask(SubjectShares(subject_kind="enrolment", subject_id=subject), caller)
    assert [each.agent_name for each in seen[0].openings] == ["Paul Durand"]


@pytest.mark.parametrize(
    ("kind", "reader", "others"),
    [
        ("health", Role.HEALTH, {Role.REQUESTS, Role.FAMILY_FILES, Role.KITCHEN}),
        ("family", Role.FAMILY_FILES, {Role.REQUESTS, Role.BILLING, Role.HEALTH}),
        ("enrolment", Role.REQUESTS, {Role.FAMILY_FILES, Role.HEALTH, Role.ADMINISTRATION}),
    ],
)
def test_what_was_attached_is_read_by_the_post_whose_matter_it_is(vaults, parent, kind, reader, others):
    document_id, subject = parent.store(), uuid4()
    draft = parent.draft(document_id, subject).model_copy(update={"subject_kind": kind})
    share = vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)

    def opening() -> OpenShare:
        return OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=keys.new_pair().public)

    for question in (opening(), SubjectShares(subject_kind=kind, subject_id=subject)):
        with pytest.raises(NotAllowed):
            vaults.ask(question, agent(*others))
    assert parent.documents()[0].shares[0].openings == []
    vaults.ask(opening(), agent(reader))
    seen = vaults.ask(SubjectShares(subject_kind=kind, subject_id=subject), agent(reader))
    assert [(each.account_id, len(each.openings)) for each in seen] == [(parent.caller.account_id, 1)]


def test_nothing_is_attached_to_what_nobody_handles(vaults, parent):
    document_id = parent.store()
    draft = parent.draft(document_id).model_copy(update={"subject_kind": "gossip"})
    with pytest.raises(UnknownSubject):
        vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)
    assert told(vaults, document_id) == ["document.stored"]


def test_a_share_that_the_towns_key_does_not_open_is_said_to_be_unreadable(vaults, parent):
    document_id = parent.store()
    draft = parent.draft(document_id)
    bogus = draft.model_copy(update={"sealed_key": b"x" * 96})
    share = vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=bogus), parent.caller)
    question = OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=keys.new_pair().public)
    with pytest.raises(ShareUnreadable):
        vaults.ask(question, agent(Role.REQUESTS))
    assert parent.documents()[0].shares[0].openings == []


def test_a_share_ends_and_its_key_is_forgotten(vaults, parent):
    document_id, subject = parent.store(), uuid4()
    draft = parent.draft(document_id, subject)
    share = vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)
    assert share.readable_until == date(2027, 11, 23)
    vaults.clock.at += timedelta(days=366)
    vaults.service.keep_terms()
    rows = vaults.rows("SELECT sealed_key, closed_at FROM share WHERE share_id = :id", id=share.share_id)
    assert rows[0].sealed_key is None
    assert rows[0].closed_at is not None
    again = vaults.ask(
        ShareDocument(command_id=uuid4(), document_id=document_id, share=parent.draft(document_id, subject)),
        parent.caller,
    )
    assert again.readable_until == date(2028, 11, 24)


def test_a_document_that_will_soon_serve_no_more_is_told_of_once(vaults, parent):
    soon = parent.store(valid_until=date(2026, 12, 10))
    later = parent.store(valid_until=date(2027, 6, 1))
    for _ in range(2):
        vaults.service.keep_terms()
    assert told(vaults, soon) == ["document.stored", "document.expiring"]
    assert told(vaults, later) == ["document.stored"]


def test_objects_without_a_row_are_removed_once_they_are_stale(vaults, parent):
    kept, broken, young = parent.store(), uuid4(), uuid4()
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def listed(key: object, hours: float) -> SimpleNamespace:
        return SimpleNamespace(key=str(key), size=1, modified_at=now - timedelta(hours=hours))

    listing = [listed(kept, 5), listed(broken, 5), listed(young, 0.5), listed("not an id", 5)]
    with vaults.service.begin() as session:
        assert list(orphans.unowned(session, listing, now)) == [str(broken), "not an id"]


def test_the_collector_removes_from_the_store_what_nobody_has(vaults, parent, monkeypatch):
    kept, orphan = parent.store(), parent.upload()
    monkeypatch.setattr(orphans, "STALE", timedelta(seconds=-60))
    vaults.service.remove_orphans()
    remaining = vaults.keys_in_bucket()
    assert str(kept) in remaining
    assert str(orphan) not in remaining


def test_uploads_that_were_never_finished_are_given_up(vaults):
    client = vaults.objects.client
    client._create_multipart_upload(BUCKET, str(uuid4()), {})
    assert vaults.objects.abort_uploads(BUCKET, before=datetime.now(UTC) - timedelta(hours=2)) == 0
    assert vaults.objects.abort_uploads(BUCKET, before=datetime.now(UTC) + timedelta(hours=1)) == 1


def test_a_store_that_is_away_does_not_undo_a_deletion(vaults, parent):
    from chassis.objects import Objects
    from chassis.settings import Settings

    document_id = parent.store()
    vaults.service.prompt_objects = Objects(Settings(s3_url="http://a:b@127.0.0.1:9"))
    vaults.ask(DeleteDocument(command_id=uuid4(), document_id=document_id), parent.caller)
    assert parent.documents() == []
    assert str(document_id) in vaults.keys_in_bucket()
    vaults.service.remove_finished()
    assert str(document_id) not in vaults.keys_in_bucket()


def test_a_service_without_the_towns_key_does_not_start():
    for wrong in ("", "abc", "é", "AAAA"):
        with pytest.raises(LookupError):
            TownKey.read(wrong)


def test_opening_a_vault_costs_the_same_however_much_lies_in_it(vaults, parent):
    from sqlalchemy import event

    counted: list[str] = []

    def count(conn, cursor, statement, *rest):
        counted.append(statement)

    for number in range(6):
        document_id = parent.store()
        vaults.ask(
            ShareDocument(command_id=uuid4(), document_id=document_id, share=parent.draft(document_id)),
            parent.caller,
        )
        if number in (1, 5):
            event.listen(vaults.engine, "before_cursor_execute", count)
            parent.documents()
            event.remove(vaults.engine, "before_cursor_execute", count)
    assert len(counted) <= 2 * 5


def test_the_graphs_count_what_there_is(vaults, parent):
    parent.store(document_type="assurance")
    vaults.service.count()
    from documents.service import KEPT

    assert KEPT.labels("assurance")._value.get() >= 1
