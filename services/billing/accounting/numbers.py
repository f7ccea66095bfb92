"""Numbers without a gap: taken under a row lock, in the transaction that uses them, or not at all."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.invoicing.models import Numbering


def take(session: Session, fund: str, year: int, series: str, count: int = 1) -> int:
    """The first of `count` numbers in a row. The lock is held until the transaction ends.

    A rollback gives the numbers back, because the counter is a row and not a sequence: whoever comes next waits
    for the outcome and gets the same ones.
    """
    statement = insert(Numbering).values(fund=fund, year=year, series=series, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=[Numbering.fund, Numbering.year, Numbering.series],
        set_={"last": Numbering.last + count},
    )
    last = session.execute(statement.returning(Numbering.last)).scalar_one()
    return last - count + 1


def invoice_number(fund: str, year: int, sequence: int) -> str:
    """`ENF-2026-000123`."""
    return f"{fund}-{year}-{sequence:06d}"


def deposit_number(fund: str, year: int, sequence: int) -> str:
    """`ENF-B-2026-000007`: B for « bordereau »."""
    return f"{fund}-B-{year}-{sequence:06d}"


def mandate_reference(fund: str, year: int, sequence: int) -> str:
    """`ENF-M-2026-000012`: M for « mandat »; the unique mandate reference (RUM), within its 35 signs."""
    return f"{fund}-M-{year}-{sequence:06d}"


def collection_number(fund: str, year: int, sequence: int) -> str:
    """`ENF-P-2026-000003`: P for « prélèvement »."""
    return f"{fund}-P-{year}-{sequence:06d}"


def receipt_number(fund: str, year: int, sequence: int) -> str:
    """`ENF-Q-2026-000045`: Q for « quittance »."""
    return f"{fund}-Q-{year}-{sequence:06d}"
