"""Sealing a file's key to the town, for something filed."""

import base64
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import current_app

from contracts.documents.refusals import TownKeyChanged
from contracts.documents.shares import ReadTownKey, ShareDraft
from contracts.documents.vault import DocumentView, StoreDocument
from contracts.messages import Command
from gateway.services import ask
from gateway.vault import keys

A = TypeVar("A")
_KEY = "espace.vault.town_key"


def know(requests_public_key: bytes) -> None:
    """Remembers the town's key, which hardly ever changes, for the life of this process."""
    current_app.extensions[_KEY] = requests_public_key


def ask_sharing(command: Callable[[bytes], Command[A]]) -> A:
    """Sends the command made for the town's key; once more when the town has another key by now."""
    if _KEY not in current_app.extensions:
        know(ask(ReadTownKey()).requests_public_key)
    try:
        return ask(command(current_app.extensions[_KEY]))
    except TownKeyChanged as changed:
        know(base64.b64decode(str(changed.details["public_key"])))
        return ask(command(current_app.extensions[_KEY]))


def enter(command: StoreDocument, file_key: bytes, subject: tuple[str, UUID] | None) -> DocumentView:
    """Enters a document in its owner's vault and, with a subject, attaches it to that."""
    if subject is None:
        return ask(command)
    return ask_sharing(
        lambda key: command.model_copy(update={"share": draft(key, *subject, file_key, command.document_id)})
    )


def draft(town: bytes, kind: str, subject: UUID, file_key: bytes, document_id: UUID) -> ShareDraft:
    """The file's key sealed to the town, for one subject."""
    return ShareDraft(
        subject_kind=kind,
        subject_id=subject,
        requests_public_key=town,
        sealed_key=keys.seal_key(file_key, document_id, town),
    )
