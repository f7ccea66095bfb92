"""Finding a document by its name or its type. Names are sealed: they are looked through where the session opens them.

What is looked for comes in the body of a request, never in an address: addresses are written into logs, and
« certificat d’Achille » there would say what the vault does not.
"""

import unicodedata
from collections.abc import Iterable

from gateway.vault.shelf import Shelved


def find(shelf: Iterable[Shelved], words: str, document_type: str = "") -> list[Shelved]:
    """The documents of a type (any, when empty) in whose name or type every word is found, accents and case aside."""
    wanted = plain(words).split()
    return [
        each
        for each in shelf
        if document_type in ("", each.view.document_type)
        and all(word in plain(f"{each.name} {each.type_name}") for word in wanted)
    ]


def plain(text: str) -> str:
    """For comparing: « Léa » is « lea », one apostrophe is as good as another."""
    parted = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(sign for sign in parted if not unicodedata.combining(sign))
