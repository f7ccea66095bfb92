"""How the kinds of documents are called, for pages of other subjects that mention them."""

from collections.abc import Callable
from typing import Any

from contracts.documents.types import DocumentTypeView


def names_from(answer: list[DocumentTypeView] | Any) -> Callable[[str], str]:
    """code → name, from the answer of `ListDocumentTypes`; the bare code when that service did not answer."""
    known = {each.code: each.name for each in answer} if isinstance(answer, list) else {}
    return lambda code: known.get(code, code.replace("_", " ").replace("-", " ").capitalize())
