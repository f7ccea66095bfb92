"""What lowers the articles of a rôle, as a list: the protocol reduces titles, the accountant does these by hand."""

import csv
import io
from collections.abc import Iterable

from billing.treasury.pes import Piece

_COLUMNS = (
    "Exercice du rôle",
    "Rôle",
    "Article",
    "Numéro de dette",
    "Dossier",
    "Civilité",
    "Nom",
    "Prénom",
    "Objet",
    "À réduire de",
)


def written(pieces: Iterable[Piece]) -> bytes:
    """As a French spreadsheet opens it. No cell can be a formula: names are capitals and figures only."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for piece in pieces:
        cents = -sum(line.cents for line in piece.lines)
        origin, who = piece.origin, piece.debtor
        writer.writerow(
            (
                origin.year if origin else "",
                origin.slip if origin else "",
                origin.number if origin else "",
                piece.debt,
                who.reference,
                who.title,
                who.last_name,
                who.first_name,
                piece.subject,
                f"{cents // 100},{cents % 100:02d}",
            )
        )
    return out.getvalue().encode("utf-8-sig")
