"""Everything kept of somebody, put together: as a file for machines, as a paper for people.

The file (`format` « espace-citoyens/mes-donnees », `version` 1) has one key a service, and under it what that
service's contract documents: keys in English that do not change, dates in ISO 8601, sums in cents. The paper says the
same in French, without the identifiers that only machines need.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from contracts.accounts.own_data import JournalLine
from contracts.records import Records
from gateway import french
from gateway.papers.records_words import COLUMNS, LABELS, NOTHING, SERVICES, TITLES, WORDS
from gateway.sentences import journal

FORMAT = "espace-citoyens/mes-donnees"
VERSION = 1
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDEST = 6
Block = dict[str, Any]


def compose(
    made_at: datetime, *, accounts: Records, enrolment: Records, billing: Records, documents: Records
) -> Records:
    """The whole."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": made_at.isoformat(),
        "accounts": accounts,
        "enrolment": enrolment,
        "billing": billing,
        "documents": documents,
    }


def as_json(everything: Records) -> Iterator[str]:
    """The file, piece by piece."""
    yield from json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(everything)
    yield "\n"


def as_paper(everything: Records) -> Records:
    """What `records.typ` reads."""
    account = everything["accounts"]["account"]
    made_at = datetime.fromisoformat(everything["made_at"])
    return {
        "title": "Mes données de l’Espace Citoyens",
        "name": " ".join(
            part for part in (account["title"], account["first_name"], account["last_name"]) if part
        ),
        "day": french.day(made_at),
        "moment": french.moment(made_at),
        "parts": [
            {"title": title, "blocks": _of_service(everything[service])}
            for service, title in SERVICES.items()
        ],
    }


def label_of(key: str) -> str:
    """How a key is called in French; one that has no words yet is shown as it stands."""
    return LABELS.get(key) or key.replace("_", " ").capitalize()


def _of_service(records: Records) -> list[Block]:
    return [
        {
            "kind": "section",
            "level": 2,
            "title": TITLES.get(key) or label_of(key),
            "blocks": _blocks(key, value, 3),
        }
        for key, value in records.items()
        if not key.endswith("_cents")
    ] + [
        {"kind": "facts", "rows": [[label_of(key), _text(key, value)]]}
        for key, value in records.items()
        if key.endswith("_cents")
    ]


def _blocks(key: str, value: Any, level: int) -> list[Block]:
    """A value as blocks: facts, tables, sections inside one another."""
    if value in (None, "", [], {}):
        return [{"kind": "text", "text": NOTHING}]
    if key == "journal":
        value = [_journal_line(line) for line in value]
    if isinstance(value, dict):
        return _facts(value, level)
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return _rows(key, value, level)
    return [{"kind": "text", "text": _text(key, value)}]


def _facts(value: Records, level: int) -> list[Block]:
    plain = {name: each for name, each in value.items() if not _is_nested(each)}
    rows = [[label_of(name), _text(name, each)] for name, each in plain.items() if not _is_technical(name)]
    nested = [
        {"kind": "section", "level": level, "title": label_of(name), "blocks": _blocks(name, each, level + 1)}
        for name, each in value.items()
        if _is_nested(each)
    ]
    return [{"kind": "facts", "rows": rows}, *nested]


def _rows(key: str, rows: list[Records], level: int) -> list[Block]:
    columns = COLUMNS.get(key) or [
        name for name in dict.fromkeys(name for row in rows for name in row) if not _is_technical(name)
    ]
    if len(columns) <= _WIDEST and not any(_is_nested(row.get(name)) for row in rows for name in columns):
        table = {
            "kind": "table",
            "columns": [label_of(name) for name in columns],
            "rows": [[_text(name, row.get(name)) for name in columns] for row in rows],
        }
        return [table]
    return [
        {
            "kind": "section",
            "level": level,
            "title": _title(key, row, place),
            "blocks": _facts(row, level + 1),
        }
        for place, row in enumerate(rows, 1)
    ]


def _title(key: str, row: Records, place: int) -> str:
    named = [str(row[name]) for name in ("first_name", "last_name") if row.get(name)]
    for name in ("number", "name", "type_name", "label", "title"):
        if not named and row.get(name):
            named = [str(row[name])]
    return " ".join(named) or f"{label_of(key)}, {place}"


def _journal_line(line: Records) -> Records:
    read = JournalLine.model_validate(line)
    return {
        "at": line["at"],
        "what": journal.sentence_of(read),
        "address": read.address,
        "done_by": read.done_by,
    }


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(each, dict) for each in value)
    )


def _is_technical(name: str) -> bool:
    return name.endswith(("_id", "_ids")) or name in {"version", "is_me"}


def _text(key: str, value: Any) -> str:
    """A value in French."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, list):
        return ", ".join(_text(key, each) for each in value)
    if isinstance(value, int) and key.endswith("_cents"):
        return french.euros(value)
    text = str(value)
    if _DATE.match(text):
        return _when(key, text)
    return WORDS.get(key, {}).get(text, text)


def _when(key: str, text: str) -> str:
    try:
        if len(text) > len("2027-05-04"):
            return french.moment(datetime.fromisoformat(text))
        return (
            french.month(date.fromisoformat(text)) if key == "month" else french.day(date.fromisoformat(text))
        )
    except ValueError:
        return text
