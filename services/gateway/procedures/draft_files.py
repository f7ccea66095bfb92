"""Files joined to drafts by a browser without account: which, for which question, and what each is called.

They are in the cookie of the drafts, beside their secret: the name is sealed to the town with the file, and nobody but
this browser could say it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from gateway.browser import draft_cookie

_KEY = "files"
_MOST = 24
"""A cookie holds four kilobytes. Of more files the oldest are forgotten by name: the draft knows them still."""

_LONGEST = 40
"""Bytes of a name: four kilobytes again."""

UNNAMED = "Fichier joint"


@dataclass(frozen=True)
class DraftFile:
    """One file."""

    document_id: str
    question: str
    name: str


def of(draft_id: UUID) -> list[DraftFile]:
    """Those of a draft, in the order in which they were joined."""
    return [DraftFile(*row[1:]) for row in _rows() if row[0] == str(draft_id)]


def names(draft_id: UUID) -> dict[str, str]:
    """document → what it is called."""
    return {each.document_id: each.name for each in of(draft_id)}


def by_question(
    draft_id: UUID, answers: Mapping[str, list[str]]
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(question, its (document, name)s): those of its answer, then those joined for it since."""
    known = of(draft_id)
    called = {each.document_id: each.name for each in known}
    for question, ids in answers.items():
        since = [
            each.document_id for each in known if each.question == question and each.document_id not in ids
        ]
        yield question, [(each, called.get(each, UNNAMED)) for each in [*ids, *since]]


def remember(draft_id: UUID, file: DraftFile) -> None:
    """It was joined."""
    row = [str(draft_id), file.document_id, file.question, _cut(file.name)]
    draft_cookie.keep(_KEY, [*_rows(), row][-_MOST:])


def forget(draft_id: UUID, document_id: UUID | None = None) -> None:
    """It was taken back; without one: the draft is sent, or given up."""
    gone = (str(draft_id), str(document_id))
    left = [row for row in _rows() if row[0] != gone[0] or (document_id is not None and row[1] != gone[1])]
    draft_cookie.keep(_KEY, left or None)


def forget_all() -> None:
    """The drafts are nobody's here any more."""
    draft_cookie.keep(_KEY, None)


def _rows() -> list[list[str]]:
    kept: list[list[str]] = draft_cookie.get(_KEY, [])
    return kept


def _cut(name: str) -> str:
    return name.encode()[:_LONGEST].decode(errors="ignore")
