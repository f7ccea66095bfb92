"""The vault as a page shows it: names opened where the session can, dates judged, types in words."""

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from chassis.clock import PARIS
from contracts.documents.refusals import DocumentDamaged
from contracts.documents.shares import ShareView
from contracts.documents.types import DocumentTypeView
from contracts.documents.vault import DocumentView, VaultView
from contracts.errors import NotFound
from contracts.records import Records
from gateway.browser import browser_session
from gateway.vault import keys
from gateway.vault.documents import Description, Opened, open_view
from gateway.vault.media import Media
from gateway.vault.sealing import Damaged
from gateway.wiring import clock

SOON = timedelta(days=30)
SUBJECTS = {
    "enrolment": "une inscription",
    "absence": "une absence signalée",
    "line_objection": "une contestation de facture",
    "request": "une demande",
    "family": "votre dossier famille",
    "health": "la fiche santé de votre enfant",
}
"""What a document may be attached to, in words for the parent: the kinds of `documents.readers`."""
STAFF_SUBJECTS = {**SUBJECTS, "family": "un dossier famille", "health": "une fiche santé"}


@dataclass(frozen=True)
class Shelved:
    """One document on the page. `opened` is None when the vault is closed or the description is damaged."""

    view: DocumentView
    type_name: str
    opened: Opened | None
    today: date

    @property
    def name(self) -> str:
        """What the parent calls it, or its type."""
        return (self.opened.description.name if self.opened else "") or self.type_name

    @property
    def state(self) -> tuple[str, str]:
        """(words, kind of sign): still valid, soon not, no more."""
        end = self.view.valid_until
        if end is None:
            return "", ""
        if end < self.today:
            return "Périmé", "todo"
        return ("Bientôt périmé", "wait") if end <= self.today + SOON else ("Valable", "done")

    @property
    def openings(self) -> int:
        """How often agents opened it."""
        return sum(len(share.openings) for share in self.view.shares)

    @property
    def size_text(self) -> str:
        """« 1,2 Mo »."""
        return size_text(self.view.size)

    @property
    def shown(self) -> int:
        """Pictures of its preview; none when the vault is closed."""
        return self.opened.description.shown if self.opened else 0

    @property
    def more_pages(self) -> bool:
        """The document goes on after what its preview shows."""
        return self.opened is not None and self.opened.description.pages > max(0, self.shown - 1)

    @property
    def kind(self) -> str:
        """« PDF », « Photo »; nothing certain while the vault is closed."""
        if self.opened is None:
            return "Scellé"
        return "PDF" if self.opened.description.media is Media.PDF else "Photo"

    @property
    def file_text(self) -> str:
        """« PDF de 3 pages, 1,2 Mo »."""
        if self.opened is None:
            return self.size_text
        pages = self.opened.description.pages
        of = f" de {pages}\u00a0pages" if pages > 1 else ""
        return f"{self.kind}{of}, {self.size_text}"

    @property
    def readable_shares(self) -> list[ShareView]:
        """The shares that agents may still open."""
        return [share for share in self.view.shares if self.is_readable(share)]

    def is_readable(self, share: ShareView) -> bool:
        """Agents may still open this share."""
        return share.readable_until >= self.today


def type_names(types: list[DocumentTypeView] | Exception) -> dict[str, str]:
    """Kinds of documents in words; none when `documents` is away: a page says « Document » then."""
    return {} if isinstance(types, Exception) else {each.code: each.name for each in types}


def size_text(size: int) -> str:
    """« 850 Ko », « 1,2 Mo ». Anything below a kilobyte counts as one."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}\u00a0Ko"
    return f"{size / (1024 * 1024):.1f}\u00a0Mo".replace(".", ",")


def today() -> date:
    """The town's day."""
    return clock().now().astimezone(PARIS).date()


def shelve(vault: VaultView) -> list[Shelved]:
    """The documents of a vault, newest first."""
    private = private_of(vault)
    names = {each.code: each.name for each in vault.types}
    day = today()
    return [
        Shelved(each, names.get(each.document_type, each.document_type), _open(each, private), day)
        for each in vault.documents
    ]


def find(vault: VaultView, document_id: object) -> Shelved:
    """One document of the vault. Raises NotFound."""
    for each in shelve(vault):
        if each.view.document_id == document_id:
            return each
    raise NotFound


def private_of(vault: VaultView) -> bytes | None:
    """The session's private key, where it opens this very vault (another browser may have started it over)."""
    private = browser_session.vault_private_key()
    if private is None or vault.keys is None or keys.public_half(private) != vault.keys.public_key:
        return None
    return private


def _open(view: DocumentView, private: bytes | None) -> Opened | None:
    if private is None:
        return None
    try:
        return open_view(view, private)
    except DocumentDamaged:
        return None  # one damaged description must not hide the others; it has been logged


def open_names(records: Records, private: bytes | None) -> Records:
    """What `DocumentRecords` answers, with the names that this key opens in place of what is sealed."""
    documents = []
    for each in records["documents"]:
        kept = {name: value for name, value in each.items() if not name.startswith("sealed_")}
        documents.append({**kept, "name": _name(each, private)})
    return {**records, "documents": documents}


def _name(each: Records, private: bytes | None) -> str | None:
    if private is None or not each["sealed_key"]:
        return None
    document_id = UUID(each["document_id"])
    try:
        file_key = keys.open_key(base64.b64decode(each["sealed_key"]), document_id, private)
        return Description.open(base64.b64decode(each["sealed_description"]), file_key, document_id).name
    except Damaged:
        return None
