"""Files that a French spreadsheet opens: semicolons, UTF-8 with its mark, and no name that it would run."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

_MARK = "\ufeff".encode()
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows under the names of the columns, to be kept as `name`."""
    return _attachment(name, _MARK + _text_of([columns]) + _text_of(rows))


def csv_stream(name: str, columns: Sequence[str], parts: Iterable[Iterable[Sequence[object]]]) -> Response:
    """The same, sent part by part as they come. The first is made before the answer begins, so that it may refuse."""
    coming = iter(parts)
    first = next(coming, ())

    def lines() -> Iterator[bytes]:
        yield _MARK + _text_of([columns])
        yield _text_of(first)
        for part in coming:
            yield _text_of(part)

    return _attachment(name, stream_with_context(lines()))


def _text_of(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()


def _attachment(name: str, content: bytes | Iterator[bytes]) -> Response:
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def harmless(cell: str) -> str:
    """A name that a spreadsheet would take for a formula is kept as text (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
