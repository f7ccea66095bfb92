"""« Déjà fourni »: a document of the vault that the town was given before, and that is still valid.

A démarche offers it by one press: its key is sealed again for the department in charge, nothing is chosen or uploaded.
Enrolments do the same without the vault (`enrolment.enrolling.given`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from contracts.documents import ShareDocument, ShareView
from gateway import french
from gateway.services import ask
from gateway.vault import town
from gateway.vault.shelf import Shelved

GIVEN_WITH = ("enrolment", "family")
"""What is given with these serves elsewhere too; of a request, only filing says that it was given."""


@dataclass(frozen=True)
class Given:
    """The document, and the share that says when it was given."""

    shelved: Shelved
    share: ShareView
    requests_public_key: bytes

    @property
    def said(self) -> str:
        """« déjà fourni le 3 septembre 2026, valable jusqu’au 31 août 2027 »."""
        end = self.share.serves_until
        until = f", valable jusqu’au {french.day(end)}" if end else ""
        return f"déjà fourni le {french.day(self.share.shared_at)}{until}"


def find(shelf: Iterable[Shelved], document_type: str, requests_public_key: bytes) -> Given | None:
    """The one that serves longest; none where the vault is closed: its key could not be sealed again."""
    found = [
        Given(shelved, share, requests_public_key)
        for shelved in shelf
        if shelved.opened is not None and shelved.view.document_type == document_type
        for share in shelved.view.shares
        if share.subject_kind in GIVEN_WITH and _serves(shelved, share)
    ]
    return max(found, key=_until, default=None)


def join(given: Given, subject: tuple[str, UUID], command_id: UUID) -> None:
    """Attaches it to something filed, or about to be."""
    opened = given.shelved.opened
    assert opened is not None  # noqa: S101 -- `find` gives no other
    town.know(given.requests_public_key)
    document_id = given.shelved.view.document_id
    share = town.draft(given.requests_public_key, *subject, opened.file_key, document_id)
    ask(ShareDocument(command_id=command_id, document_id=document_id, share=share))


def _serves(shelved: Shelved, share: ShareView) -> bool:
    ends = (shelved.view.valid_until, share.serves_until)
    return shelved.is_readable(share) and all(end is None or end >= shelved.today for end in ends)


def _until(given: Given) -> tuple[bool, str]:
    end = given.share.serves_until
    return end is None, str(end)
