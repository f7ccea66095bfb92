"""What a refusal says, in French: one table per service, code → (HTTP status, sentence).

A sentence may use the error's details: `"Il reste {places} places."`. `PROBLEMS` has the sentences for the fields of
an `Invalid` error (`problems`: {field: problem code}). A test fails while an error of `contracts` has no sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from contracts.errors import DomainError
from gateway.french import typeset

Table = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Sentence:
    """What the page answers: `status` of HTTP, `text` for the reader."""

    status: int
    text: str


class _Details(dict[str, Any]):
    """A detail that an older service does not send leaves an ellipsis rather than an error page."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence_of(error: DomainError) -> Sentence:
    """The sentence for a refusal."""
    status, text = tables()[0].get(error.code, (500, "Cette opération n’a pas pu être faite."))
    details = dict(error.details)
    if "retry_after" in details:
        details["delay"] = _delay(details["retry_after"])
    return Sentence(status, typeset(text.format_map(_Details(details))))


def problem(code: str) -> str:
    """The sentence for what is wrong with a field."""
    return typeset(tables()[1].get(code, "Cette réponse ne peut pas être acceptée : vérifiez-la."))


@cache
def tables() -> tuple[dict[str, tuple[int, str]], dict[str, str]]:
    """All sentences and all problems of the modules beside this one. Raises LookupError when two speak of one code."""
    sentences: dict[str, tuple[int, str]] = {}
    problems: dict[str, str] = {}
    for found in iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        own: Table = getattr(module, "SENTENCES", {})
        of_fields: dict[str, str] = getattr(module, "PROBLEMS", {})
        twice = (sentences.keys() & own.keys()) | (problems.keys() & of_fields.keys())
        if twice:
            raise LookupError(f"{module.__name__} repeats {sorted(twice)}")
        sentences.update(own)
        problems.update(of_fields)
    return sentences, problems


def _delay(seconds: Any) -> str:
    if not isinstance(seconds, int | float) or seconds <= 0:
        return "quelques instants"
    if seconds < 90:
        return "une minute"
    minutes = -(-int(seconds) // 60)
    return f"{minutes} minutes" if minutes < 90 else f"{-(-minutes // 60)} heures"
