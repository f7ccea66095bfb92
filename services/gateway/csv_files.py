"""Files that a French spreadsheet opens: semicolons, UTF-8 with its mark, and no name that it would run."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows under the names of the columns, to be kept as `name`."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    answer = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def harmless(cell: str) -> str:
    """A name that a spreadsheet would take for a formula is kept as text (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
