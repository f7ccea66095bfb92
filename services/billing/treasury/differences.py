"""Between what a fund is owed and what the Treasury was told: read in one statement, with what stands in the way."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.contesting.contested import contested_cents
from billing.invoicing.dates import LEAST_CLAIM_CENTS
from billing.treasury.claims import Line, Told
from billing.treasury.pes import Debtor
from billing.treasury.text import postal
from contracts.billing.treasury import ClaimLeftOut, ClaimsTold, TreasuryTerms

_TITLES = {"M.": "M", "Mme": "MME"}

_DIFFERENCES = """
WITH owed AS (
    SELECT e.invoice_id, sum(e.amount_cents) AS cents
    FROM ledger_entry e JOIN invoice USING (invoice_id)
    WHERE e.account = 'receivable' AND fund = :fund GROUP BY e.invoice_id
), told AS (
    SELECT p.invoice_id, sum(p.cents) AS cents,
           sum(p.cents) FILTER (WHERE x.form = :form AND (x.form = 'role' OR x.year = :year)) AS open_cents
    FROM claim_piece p JOIN claim_export x USING (export_id) WHERE x.fund = :fund GROUP BY p.invoice_id
)
SELECT i.invoice_id, i.number, i.year, i.sequence, i.month, i.family_id, i.family_number, i.family_label,
       greatest(owed.cents, 0) - coalesce(told.cents, 0) AS cents, coalesce(told.open_cents, 0) AS open_cents,
       f.street, f.postcode, f.city, g.guardians,
       EXISTS (SELECT FROM payment_part p WHERE p.invoice_id = i.invoice_id AND p.underway) AS underway
FROM invoice i
JOIN owed USING (invoice_id)
LEFT JOIN told USING (invoice_id)
LEFT JOIN family f USING (family_id)
LEFT JOIN (
    SELECT family_id, jsonb_agg(jsonb_build_array(title, first_name, last_name) ORDER BY position) AS guardians
    FROM guardian WHERE last_name <> '' GROUP BY family_id
) g USING (family_id)
WHERE i.fund = :fund AND greatest(owed.cents, 0) <> coalesce(told.cents, 0)
  AND (:issued OR told.cents <> 0
       OR EXISTS (SELECT FROM reminder_line l WHERE l.invoice_id = i.invoice_id AND l.step = 4))
  AND (CAST(:only AS uuid[]) IS NULL OR i.invoice_id = ANY(:only))
ORDER BY i.year, i.sequence
"""

_TOLD = """
SELECT p.piece_id, p.invoice_id, p.number, p.origin_id, p.lines, x.year, x.form, x.number AS slip
FROM claim_piece p JOIN claim_export x USING (export_id)
WHERE p.invoice_id = ANY(:invoices) ORDER BY x.made_at, p.number
"""

_EARNED = """
SELECT invoice_id, activity_code, sum(amount_cents) AS cents FROM invoice_line
WHERE invoice_id = ANY(:invoices) GROUP BY invoice_id, activity_code
"""


@dataclass(frozen=True)
class Difference:
    """An invoice of which more, or less, is owed than the Treasury was told. `debtor`: none when unknown."""

    invoice_id: UUID
    number: str
    debt: str
    month: date
    family_label: str
    cents: int
    debtor: Debtor | None
    left_out: ClaimLeftOut | None


def of_fund(
    session: Session, fund: str, terms: TreasuryTerms | None, year: int, only: Collection[UUID] | None = None
) -> list[Difference]:
    """All of a fund, or of these invoices, by number. `terms`, `year`: as they would be told."""
    where = {
        "fund": fund,
        "form": terms.form if terms else None,
        "issued": terms is None or terms.takes is ClaimsTold.ISSUED,
        "year": year,
        "only": None if only is None else list(only),
    }
    rows = session.execute(text(_DIFFERENCES), where).all()
    contested = contested_cents(session, {row.family_id for row in rows})
    return [_difference(row, row.invoice_id in contested) for row in rows]


def told_of(session: Session, invoices: Collection[UUID]) -> dict[UUID, list[Told]]:
    """The claims told of each invoice, oldest first, with what is left of their lines."""
    claims: dict[UUID, list[Any]] = defaultdict(list)
    taken: dict[tuple[UUID, int], int] = defaultdict(int)
    for row in session.execute(text(_TOLD), {"invoices": list(invoices)}):
        if row.origin_id is None:
            claims[row.invoice_id].append(row)
            continue
        for line in row.lines:
            taken[row.origin_id, line["number"]] += line["cents"]
    return {
        invoice_id: [
            Told(
                row.piece_id,
                row.form,
                row.year,
                row.slip,
                row.number,
                tuple(
                    Line(line["number"], line["account"], line["cents"] + taken[row.piece_id, line["number"]])
                    for line in row.lines
                ),
            )
            for row in rows
        ]
        for invoice_id, rows in claims.items()
    }


def earned_by(
    session: Session, invoices: Collection[UUID], account_of: Callable[[str], str]
) -> dict[UUID, dict[str, int]]:
    """What each account earned on each invoice. `account_of`: the number of an activity's."""
    earned: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in session.execute(text(_EARNED), {"invoices": list(invoices)}):
        earned[row.invoice_id][account_of(row.activity_code)] += row.cents
    return earned


def _difference(row: Any, is_contested: bool) -> Difference:
    debtor = _debtor(row)
    return Difference(
        invoice_id=row.invoice_id,
        number=row.number,
        debt=f"{row.year}{row.sequence:06d}",
        month=row.month,
        family_label=row.family_label,
        cents=row.cents,
        debtor=debtor if isinstance(debtor, Debtor) else None,
        left_out=_left_out(row, debtor, is_contested),
    )


def _left_out(row: Any, debtor: Debtor | ClaimLeftOut, is_contested: bool) -> ClaimLeftOut | None:
    if row.underway:
        return ClaimLeftOut.UNDERWAY
    if row.cents > 0 and is_contested:
        return ClaimLeftOut.CONTESTED
    if 0 < row.cents < LEAST_CLAIM_CENTS:
        return ClaimLeftOut.BELOW_LEAST
    if row.cents < 0 and row.open_cents <= 0:
        return ClaimLeftOut.CLOSED
    return debtor if isinstance(debtor, ClaimLeftOut) else None


def _debtor(row: Any) -> Debtor | ClaimLeftOut:
    """The first guardian whose civil status is whole; the others are named beside."""
    street, city = postal(row.street or "", 38), postal(row.city or "", 38)
    postcode = (row.postcode or "").replace(" ", "")
    who = next(((title, first, last) for title, first, last in _named(row) if title and first and last), None)
    if who is None:
        return ClaimLeftOut.NO_CIVIL_STATUS
    if not (street and city and len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        return ClaimLeftOut.NO_ADDRESS
    others = [" ".join(part for part in each if part) for each in _named(row) if each != who]
    title, first, last = who
    return Debtor(
        title=title,
        last_name=last,
        first_name=first,
        others=postal(" ".join(others), 38),
        street=street,
        postcode=postcode,
        city=city,
        reference=row.family_number,
    )


def _named(row: Any) -> Iterable[tuple[str, str, str]]:
    for title, first, last in row.guardians or []:
        yield _TITLES.get(title, ""), postal(first, 38), postal(last, 38)
