"""What documents answers and does by itself. Thin: who asks, one domain function, one commit."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from chassis import metrics
from chassis.clock import PARIS
from chassis.commands import once
from chassis.objects import Objects
from chassis.parking import ParkingDesk
from chassis.parts import part
from chassis.service import Service, answers, every, subscribes
from chassis.settings import Settings
from contracts.caller import Caller, Role
from contracts.documents.keys import (
    AccountKeysView,
    KeepCode,
    KeepKeys,
    KeyRingView,
    ReadKeys,
    RewrapKeys,
    StartOver,
)
from contracts.documents.sealed import BUCKET
from contracts.documents.shares import (
    OpenedShareView,
    OpenShare,
    ReadTownKey,
    SharedDocumentView,
    ShareDocument,
    ShareView,
    SubjectShares,
    TownKeyView,
    UnshareDocument,
)
from contracts.documents.types import DefineDocumentType, DocumentTypeView, ListDocumentTypes
from contracts.documents.vault import (
    DeleteDocument,
    DeletionView,
    DescribeDocument,
    DocumentKeyView,
    DocumentRecords,
    DocumentView,
    OpenDocument,
    OpenVault,
    ReadDocument,
    ReadVault,
    StoreDocument,
    VaultView,
)
from contracts.envelope import Envelope
from contracts.errors import ServiceUnavailable
from contracts.events.accounts import AccountClosed
from contracts.events.enrolments import EnrolmentRequested
from contracts.events.given import GivenBefore, GivenReused
from contracts.records import Records
from contracts.serving import ENROLMENT
from documents import carrying, census, keyring, mine, orphans, shares, types, vault
from documents.carrying import Subject
from documents.entries.requests import RequestPapersDesk
from documents.readers import readers_of
from documents.town_key import TownKey

log = structlog.get_logger()

STORED = metrics.counter("documents_stored_total", "Documents put into vaults", ("document_type",))
SHARED = metrics.counter("documents_shared_total", "Documents attached to something filed", ("subject_kind",))
OPENED = metrics.counter("documents_opened_total", "Shared documents opened by agents")
KEPT = metrics.gauge("documents", "Documents in vaults now", ("document_type",))
BYTES = metrics.gauge("documents_bytes", "Bytes of documents in vaults now", ("document_type",))
SHARES = metrics.gauge("documents_shares", "Shares that agents may open now")
ORPHANS = metrics.counter("documents_orphans_removed_total", "Objects removed because no document has them")


PROMPT = 1.5
"""Seconds that the store may be silent where a parent waits for what a timer would do too."""


def _town_key(settings: Settings) -> TownKey:
    """A service without the town's key does not start."""
    return TownKey.read(settings.need("requests_key"))


class DocumentsService(RequestPapersDesk, ParkingDesk, Service):
    """The sealed vault's memory."""

    name = "documents"
    objects: Objects = part(Objects)
    prompt_objects: Objects = part(lambda settings: Objects(settings, PROMPT))
    town: TownKey = part(_town_key)

    # ------------------------------------------------------------ types

    @answers(ListDocumentTypes)
    def list_document_types(self, ask: ListDocumentTypes, caller: Caller) -> list[DocumentTypeView]:
        with self.begin() as session:
            return types.list_types(session)

    @answers(DefineDocumentType)
    def define_document_type(self, ask: DefineDocumentType, caller: Caller) -> DocumentTypeView:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return once(session, ask, caller, lambda: types.define(session, ask))

    # ------------------------------------------------------------ keys

    @answers(ReadKeys)
    def read_keys(self, ask: ReadKeys, caller: Caller) -> KeyRingView:
        account_id = caller.citizen()
        with self.begin() as session:
            return keyring.read(session, account_id)

    @answers(KeepKeys)
    def keep_keys(self, ask: KeepKeys, caller: Caller) -> AccountKeysView:
        account_id = caller.citizen()
        with self.begin() as session:
            # Not kept under the command's id: the answer is whatever keys count when it is given.
            return keyring.keep(session, ask, account_id, self.clock.now())

    @answers(RewrapKeys)
    def rewrap_keys(self, ask: RewrapKeys, caller: Caller) -> AccountKeysView:
        account_id = caller.citizen()
        with self.begin() as session:
            # Not kept as the command's answer: a wrap given up must not stay behind in the journal of commands.
            return once(
                session,
                ask,
                caller,
                lambda: keyring.rewrap(session, ask, account_id, self.clock.now()),
                again=lambda: keyring.current(session, account_id),
            )

    @answers(KeepCode)
    def keep_code(self, ask: KeepCode, caller: Caller) -> AccountKeysView:
        account_id = caller.citizen()
        now = self.clock.now()
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: keyring.keep_code(session, ask, account_id, now),
                again=lambda: keyring.current(session, account_id),
            )

    @answers(StartOver)
    def start_over(self, ask: StartOver, caller: Caller) -> AccountKeysView:
        account_id = caller.citizen()
        now = self.clock.now()

        def replace() -> AccountKeysView:
            keys = keyring.replace(session, ask, account_id, now)
            vault.delete_all(session, account_id, now)
            return keys

        with self.begin() as session:
            return once(session, ask, caller, replace, again=lambda: keyring.current(session, account_id))

    # ------------------------------------------------------------ the vault

    @answers(OpenVault)
    def open_vault(self, ask: OpenVault, caller: Caller) -> VaultView:
        account_id = caller.citizen()
        with self.look() as session:
            return vault.open_vault(session, ask, account_id, self.town)

    @answers(OpenDocument)
    def open_document(self, ask: OpenDocument, caller: Caller) -> DocumentKeyView:
        account_id = caller.citizen()
        with self.begin() as session:
            return vault.open_document(session, ask, account_id, self.town)

    @answers(ReadDocument)
    def read_document(self, ask: ReadDocument, caller: Caller) -> DocumentKeyView:
        account_id = caller.citizen()
        with self.begin() as session:
            # Not kept under the command's id: a repeat falls into the same ten minutes.
            return vault.read_document(session, ask, account_id, self.town, self.clock.now())

    @answers(ReadVault)
    def read_vault(self, ask: ReadVault, caller: Caller) -> VaultView:
        account_id = caller.citizen()
        with self.begin() as session:
            # Not kept under the command's id: a repeat falls into the same ten minutes.
            return vault.read_vault(session, account_id, self.town, self.clock.now())

    @answers(StoreDocument)
    def store_document(self, ask: StoreDocument, caller: Caller) -> DocumentView:
        account_id = caller.citizen()
        self.check_object(ask.document_id, ask.object_size)
        now, today = self._now()

        def store() -> DocumentView:
            stored = vault.store(session, ask, account_id, self.town, now, today)
            STORED.labels(stored.document_type).inc()
            if ask.share is not None:
                SHARED.labels(ask.share.subject_kind).inc()
            return stored

        with self.begin() as session:
            # Not kept as the command's answer: its key is forgotten with the document, here too.
            again = self._once_more(session, ask.document_id, account_id)
            return once(session, ask, caller, store, again)

    @answers(DescribeDocument)
    def describe_document(self, ask: DescribeDocument, caller: Caller) -> DocumentView:
        account_id = caller.citizen()
        with self.begin() as session:
            again = self._once_more(session, ask.document_id, account_id)
            return once(session, ask, caller, lambda: vault.describe(session, ask, account_id), again)

    @answers(DeleteDocument)
    def delete_document(self, ask: DeleteDocument, caller: Caller) -> DeletionView:
        account_id = caller.citizen()
        now, today = self._now()
        with self.begin() as session:
            deleted = once(session, ask, caller, lambda: vault.delete(session, ask, account_id, now, today))
        if not deleted.shares_kept:
            self._remove_at_once(ask.document_id)
        return deleted

    @answers(ShareDocument)
    def share_document(self, ask: ShareDocument, caller: Caller) -> ShareView:
        account_id = caller.citizen()
        now, today = self._now()

        def share() -> ShareView:
            shared = vault.share(session, ask, account_id, self.town, now, today)
            SHARED.labels(shared.subject_kind).inc()
            return shared

        with self.begin() as session:
            return once(session, ask, caller, share)

    @answers(UnshareDocument)
    def unshare_document(self, ask: UnshareDocument, caller: Caller) -> bool:
        account_id = caller.citizen()
        with self.begin() as session:
            now = self.clock.now()
            return once(session, ask, caller, lambda: vault.unshare(session, ask, account_id, now))

    @answers(DocumentRecords)
    def document_records(self, ask: DocumentRecords, caller: Caller) -> Records:
        account_id = caller.citizen()
        with self.begin() as session:
            return mine.records(session, account_id)

    @subscribes(EnrolmentRequested)
    def carry_given(self, session: Session, fact: EnrolmentRequested, envelope: Envelope) -> None:
        self._carry(session, Subject(ENROLMENT, fact.enrolment_id), fact.given_before)

    @subscribes(GivenReused)
    def carry_reused(self, session: Session, fact: GivenReused, envelope: Envelope) -> None:
        self._carry(session, Subject(fact.subject_kind, fact.subject_id), fact.given_before)

    @subscribes(AccountClosed)
    def erase_account(self, session: Session, fact: AccountClosed, envelope: Envelope) -> None:
        mine.erase(session, fact.account_id, self.clock.now())

    # ------------------------------------------------------------ the town's side

    @answers(ReadTownKey)
    def read_town_key(self, ask: ReadTownKey, caller: Caller) -> TownKeyView:
        return TownKeyView(requests_public_key=self.town.public)

    @answers(SubjectShares)
    def subject_shares(self, ask: SubjectShares, caller: Caller) -> list[SharedDocumentView]:
        caller.agent(*readers_of(ask.subject_kind))
        _, today = self._now()
        with self.begin() as session:
            return shares.of_subject(session, ask, caller, today)

    @answers(OpenShare)
    def open_share(self, ask: OpenShare, caller: Caller) -> OpenedShareView:
        now, today = self._now()

        def open_it() -> OpenedShareView:
            opened = shares.open_share(session, ask, caller, self.town, now, today)
            OPENED.inc()
            return opened

        with self.begin() as session:
            return once(session, ask, caller, open_it)

    # ------------------------------------------------------------ by itself

    @every(seconds=300)
    def remove_finished(self) -> None:
        """Removes what was taken out and is shared no more: the object, then its row. One commit for each."""
        while self._remove_one(self.objects):
            pass

    @every(seconds=3600)
    def remove_orphans(self) -> None:
        """Removes objects that no document has, and uploads that were never finished."""
        real_now = datetime.now(UTC)  # the store dates its objects in real time
        self.objects.ensure(BUCKET)
        with self.begin() as session:
            keys = list(orphans.unowned(session, self.objects.list(BUCKET), real_now))
        for key in keys:
            self.objects.delete(BUCKET, key)
            ORPHANS.inc()
        broken = self.objects.abort_uploads(BUCKET, before=real_now - orphans.STALE)
        if keys or broken:
            log.info("orphans removed", objects=len(keys), uploads=broken)

    @every(seconds=900)
    def keep_terms(self) -> None:
        """Ends the shares whose term is over, and tells of documents that will soon serve no more."""
        now, today = self._now()
        with self.begin() as session:
            shares.end_terms(session, today, now)
        with self.begin() as session:
            vault.warn_of_expiry(session, today, now)

    @every(seconds=60)
    def count(self) -> None:
        """Brings the graphs up to date."""
        with self.begin() as session:
            documents, open_shares = census.count_documents(session), census.count_shares(session)
        for code, (number, size) in documents.items():
            KEPT.labels(code).set(number)
            BYTES.labels(code).set(size)
        SHARES.set(open_shares)

    # ------------------------------------------------------------ within

    def _carry(self, session: Session, subject: Subject, given_before: list[GivenBefore]) -> None:
        now, today = self._now()
        carrying.carry(session, subject, given_before, self.town, now, today)

    def _remove_one(self, objects: Objects, document_id: UUID | None = None) -> bool:
        """False where nothing is to be removed. Raises ServiceUnavailable; the row then waits."""
        with self.begin() as session:
            document = orphans.take_finished(session, document_id)
            if document is None:
                return False
            for key in orphans.keys_of(document.document_id):
                objects.delete(BUCKET, key)
            session.delete(document)
            if document.account_id is not None:
                keyring.drop_erased(session, document.account_id)
        return True

    def _remove_at_once(self, document_id: UUID) -> None:
        """What the timer would do later; a store that is away must neither undo nor delay what was committed."""
        try:
            self._remove_one(self.prompt_objects, document_id)
        except ServiceUnavailable:
            log.warning("object store away, left to the timer", document_id=str(document_id))

    def _once_more(self, session: Session, document_id: UUID, account_id: UUID) -> Callable[[], DocumentView]:
        question = OpenDocument(document_id=document_id)
        return lambda: vault.open_document(session, question, account_id, self.town).document

    def _now(self) -> tuple[datetime, date]:
        now = self.clock.now()
        return now, now.astimezone(PARIS).date()
