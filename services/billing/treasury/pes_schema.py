"""Holds a file to `pes_recette.xsd` before anybody can download it: some 4 ms a piece, so not on the event loop."""

from functools import cache
from io import BytesIO
from pathlib import Path

import xmlschema

_HERE = Path(__file__).parent


class NotToTheSchema(Exception):
    """A fault of ours: the file is not kept, and nothing is marked as told."""


def check(content: bytes) -> None:
    """Raises NotToTheSchema, with the first thing that is wrong."""
    wrong = next(_schema().iter_errors(xmlschema.XMLResource(BytesIO(content))), None)
    if wrong is not None:
        raise NotToTheSchema(f"{wrong.path}: {wrong.reason}")


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(_HERE / "pes_recette.xsd")
