"""The texts of the public pages, kept as data beside this module."""

import datetime
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gateway.french import typeset

_FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Article:
    """A piece of news, or an activity of the town."""

    slug: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    date: datetime.date | None = None
    icon: str = ""


def news() -> list[Article]:
    """The latest first."""
    return sorted(_read("actualites"), key=lambda article: article.date or datetime.date.min, reverse=True)


def activities() -> list[Article]:
    """The five of the leaflet, in its order."""
    return _read("activites")


def find(articles: list[Article], slug: str) -> Article | None:
    """The article of that address."""
    return next((article for article in articles if article.slug == slug), None)


@cache
def _read(name: str) -> list[Article]:
    return [_article(each) for each in json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))]


def _article(given: dict[str, Any]) -> Article:
    return Article(
        slug=given["slug"],
        title=typeset(given["title"]),
        summary=typeset(given["summary"]),
        paragraphs=tuple(typeset(text) for text in given["paragraphs"]),
        date=datetime.date.fromisoformat(given["date"]) if "date" in given else None,
        icon=given.get("icon", ""),
    )
