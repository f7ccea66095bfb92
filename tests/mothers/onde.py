"""Exports of a school made up on the spot: one line a pupil, one line a guardian.

pupils, guardians = an_export(["Martin Léa 2018-03-09 CE1"], ["Martin Paule | 12 rue Neuve | Martin Léa"])
"""

from collections.abc import Sequence

from tests.fixtures.onde.make import CHILD_COLUMNS, GUARDIAN_COLUMNS, PUPIL_COLUMNS


def an_export(pupils: Sequence[str], guardians: Sequence[str]) -> tuple[bytes, bytes]:
    """A pupil: « surname first-name birth class ». A guardian: « surname first-name | street | child, child », then
    « | e-mail | telephone | town » as far as wanted."""
    rows = [_pupil(line) for line in pupils]
    grades = {(row[0], row[2]): row[15] for row in rows}
    named = [_guardian(line, grades) for line in guardians]
    most = max((len(row) - 12 for row in named), default=4) // 4
    return _csv([PUPIL_COLUMNS, *rows]), _csv([GUARDIAN_COLUMNS + CHILD_COLUMNS * most, *named])


def _pupil(line: str) -> list[str]:
    surname, first_name, born, grade = line.split()
    return [surname, "", first_name, born, "F", *[""] * 8, "", grade, grade, "", "", "", ""]


def _guardian(line: str, grades: dict[tuple[str, str], str]) -> list[str]:
    name, street, children, *more = (part.strip() for part in line.split("|"))
    email, phone, town = [*more, "", "", ""][:3]
    surname, first_name = name.split()
    city = ["26300", "Bourg-de-Péage"] if town else ["26100", "Romans-sur-Isère"]
    row = ["Mme", "", surname, first_name, street, *city, "", email, "", "", phone]
    for child in children.split(","):
        last, first = child.split()
        row += ["", last, first, grades.get((last, first), "")]
    return row


def _csv(rows: list[list[str]]) -> bytes:
    width = max(len(row) for row in rows)
    return "\r\n".join(";".join([*row, *[""] * (width - len(row))]) for row in [*rows, []]).encode(
        "iso-8859-1"
    )
