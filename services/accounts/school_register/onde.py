"""Reads the export of ONDE, the national register of pupils: rows in, rows out, no opinion on families.

What is known of the format, and what was seen in real exports: `;` between cells, quoted or not, CRLF or LF,
ISO-8859-1 (UTF-8 when a spreadsheet wrote the file again), column names with a space in front (« Cycle »), a column
« Numéro de poste » in some exports only, and children in repeated groups of four columns at the end of the guardians'
file, as many as the largest family needs. So columns are found by name, and children by position after them.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from accounts.names import is_blank, plain, proper, tidy

PUPILS = {
    "last_name": "nom eleve",
    "usage_name": "nom d usage eleve",
    "first_name": "prenom eleve",
    "birth_date": "date naissance",
    "sex": "sexe",
    "level": "niveau",
    "class_name": "classe",
}
GUARDIANS = {
    "title": "civilite responsable",
    "usage_name": "nom usage responsable",
    "last_name": "nom responsable",
    "first_name": "prenom responsable",
    "street": "adresse responsable",
    "postcode": "cp responsable",
    "city": "commune responsable",
    "country": "pays",
    "email": "courriel",
    "home_phone": "telephone domicile",
    "work_phone": "telephone travail",
    "mobile_phone": "telephone portable",
}
_OPTIONAL = {"usage_name", "sex", "country", "email", "home_phone", "work_phone", "mobile_phone", "title"}
CHILD_COLUMNS = ("nom d usage enfant", "nom de famille enfant", "prenom enfant", "classes enfants")
_OLDEST = date(1990, 1, 1)
_LONGEST = 300  # signs of a cell that still can be a name or an address


class Problem(StrEnum):
    """Why a row cannot be used."""

    COLUMNS = "columns"  # not as many cells as the header
    NAME = "name"  # no surname or no first name
    TOO_LONG = "too_long"
    BIRTH_DATE = "birth_date"  # none, impossible, in the future or long ago
    NO_CHILD = "no_child"  # a guardian of nobody
    REPEATED = "repeated"  # the same row stands above
    UNKNOWN_CHILDREN = "unknown_children"  # none of the children is in the pupils' file


class FileProblem(ValueError):
    """The whole file is not what it should be. `why`: `empty`, `not_text`, `columns`, `swapped`."""

    def __init__(self, why: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.columns = columns


@dataclass(frozen=True)
class PupilRow:
    """A row of the pupils' file. `line`: in the file, the header being 1."""

    line: int
    last_name: str
    usage_name: str
    first_name: str
    birth_date: date | None
    sex: str
    level: str
    class_name: str
    problem: Problem | None = None


@dataclass(frozen=True)
class NamedChild:
    """A child as a guardian's row names it."""

    usage_name: str
    last_name: str
    first_name: str
    class_name: str


@dataclass(frozen=True)
class GuardianRow:
    """A row of the guardians' file."""

    line: int
    title: str
    last_name: str
    usage_name: str
    first_name: str
    street: str
    postcode: str
    city: str
    email: str
    phone: str
    children: tuple[NamedChild, ...]
    problem: Problem | None = None


def read_pupils(content: bytes, today: date) -> list[PupilRow]:
    """Every row of the pupils' file, usable or with its problem. Raises FileProblem."""
    header, rows = _table(content)
    places = _places(header, PUPILS, GUARDIANS)
    found: list[PupilRow] = []
    seen: set[tuple[str, ...]] = set()
    for line, cells in rows:
        given = _cells(cells, places)
        born = read_date(given["birth_date"])
        problem = _name_problem(given, len(cells), len(header))
        if problem is None and (born is None or not _OLDEST <= born <= today):
            problem = Problem.BIRTH_DATE
        if problem is None and tuple(cells) in seen:
            problem = Problem.REPEATED
        seen.add(tuple(cells))
        found.append(
            PupilRow(
                line=line,
                last_name=proper(given["last_name"]),
                usage_name=proper(given["usage_name"]),
                first_name=proper(given["first_name"]),
                birth_date=born,
                sex={"f": "F", "h": "M", "m": "M", "g": "M"}.get(plain(given["sex"])[:1], ""),
                level=given["level"][:50],
                class_name=given["class_name"][:100],
                problem=problem,
            )
        )
    return found


def read_guardians(content: bytes) -> list[GuardianRow]:
    """Every row of the guardians' file, usable or with its problem. Raises FileProblem."""
    header, rows = _table(content)
    places = _places(header, GUARDIANS, PUPILS)
    first_child = _first_child(header)
    found: list[GuardianRow] = []
    seen: set[tuple[str, ...]] = set()
    for line, cells in rows:
        given = _cells(cells, places)
        children = tuple(_children(cells[first_child:]))
        problem = _name_problem(given, len(cells), len(header))
        if problem is None and not children:
            problem = Problem.NO_CHILD
        if problem is None and tuple(cells) in seen:
            problem = Problem.REPEATED
        seen.add(tuple(cells))
        known = {
            name: "" if is_blank(given[name]) else given[name] for name in ("street", "postcode", "city")
        }
        phones = (given["mobile_phone"], given["home_phone"], given["work_phone"])
        found.append(
            GuardianRow(
                line=line,
                title=_title(given["title"]),
                last_name=proper(given["last_name"]),
                usage_name=proper(given["usage_name"]),
                first_name=proper(given["first_name"]),
                email=given["email"].lower() if "@" in given["email"] else "",
                phone=next((phone for phone in phones if any(sign.isdigit() for sign in phone)), ""),
                children=children,
                problem=problem,
                **known,
            )
        )
    return found


def read_date(text: str) -> date | None:
    """`2018-03-09` or `09/03/2018`; None for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 -- a day, not an instant
        except ValueError:
            continue
    return None


def decode(content: bytes) -> str:
    """The text of an export. UTF-8 is tried first: a Latin-1 text with an accent is never valid UTF-8."""
    if not content.strip():
        raise FileProblem("empty")
    if b"\x00" in content or content.startswith((b"PK\x03\x04", b"%PDF")):
        raise FileProblem("not_text")
    # Windows' own page is ISO-8859-1 with « œ », « € » and typographic quotes where ISO has control codes.
    encodings = ("utf-8-sig", "cp1252") if any(0x80 <= code <= 0x9F for code in content) else ("utf-8-sig",)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("iso-8859-1")


def _table(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    text = decode(content).replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=False)
    table: list[tuple[int, list[str]]] = []
    started = 1
    try:
        for cells in reader:
            # A quoted cell may hold a line break: a row is named by the line it starts on.
            if any(cell.strip() for cell in cells):
                table.append((started, [tidy(cell) for cell in cells]))
            started = reader.line_num + 1
    except csv.Error:
        raise FileProblem("not_text") from None
    if not table:
        raise FileProblem("empty")
    return [plain(name) for name in table[0][1]], table[1:]


def _places(header: list[str], wanted: dict[str, str], other: dict[str, str]) -> dict[str, int]:
    places = {field: header.index(name) for field, name in wanted.items() if name in header}
    missing = [field for field in wanted if field not in places and field not in _OPTIONAL]
    if missing:
        needed = {name for field, name in other.items() if field not in _OPTIONAL}
        why = "swapped" if needed <= set(header) else "columns"
        raise FileProblem(why, tuple(wanted[field] for field in missing))
    return places


def _first_child(header: list[str]) -> int:
    if CHILD_COLUMNS[1] not in header:
        raise FileProblem("columns", (CHILD_COLUMNS[1],))
    place = header.index(CHILD_COLUMNS[1])
    return place - 1 if place and header[place - 1] == CHILD_COLUMNS[0] else place


def _cells(cells: list[str], places: dict[str, int]) -> dict[str, str]:
    read = dict.fromkeys((*PUPILS, *GUARDIANS), "")
    read.update({name: cells[place] for name, place in places.items() if place < len(cells)})
    return read


def _children(cells: list[str]) -> Iterator[NamedChild]:
    for start in range(0, len(cells), 4):
        usage, last, first, class_name = (cells[start : start + 4] + [""] * 4)[:4]
        if last or first or usage:
            yield NamedChild(proper(usage), proper(last), proper(first), class_name)


def _name_problem(given: dict[str, str], cells: int, columns: int) -> Problem | None:
    # Some exports end every row with one more `;`, and some leave out the empty cells at the end.
    if cells > columns + 1:
        return Problem.COLUMNS
    if not all(
        plain(given[name]) and not given[name].startswith("#") for name in ("last_name", "first_name")
    ):
        return Problem.NAME
    if any(len(text) > _LONGEST for text in given.values()):
        return Problem.TOO_LONG
    return None


def _title(text: str) -> str:
    word = plain(text)
    if word in ("mme", "madame", "mlle", "mademoiselle"):
        return "Mme"
    return "M." if word in ("m", "mr", "monsieur") else ""
