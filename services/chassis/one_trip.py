"""What a page shows, read in one trip to the database.

    @dataclass(frozen=True)
    class _Home:
        families: list[FamilyRow]
        children: list[ChildView]

    _HOME = OneTrip(_Home, families=select(Family.family_id, …), children=select(Child.child_id, …))
    home = _HOME.read(session, account_id=account_id)           # a _Home, says the type checker

Of a page that is opened all day, rows cost little. What costs is each statement: making it, waiting for it, making
objects of its cells. So the selects go as one prepared statement, whose answer is one JSON document that pydantic reads
straight into `shape`. Its parts are seen in one instant. Each is a list of rows in the order of its select, whose
columns have the names of the row's fields: columns, never entities, since nothing of them is written back. As of all
that is prepared, the text does not change with the values: `= ANY(array)`, never an `IN` of values.
"""

from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Engine, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement, Select, SQLColumnExpression

from chassis.database import PREPARED, run_alone

Shape = TypeVar("Shape")


class OneTrip(Generic[Shape]):
    """Selects that are read together into `shape`. Made once, at import: that takes longer than many readings."""

    def __init__(self, shape: type[Shape], *, ahead: str = "", **parts: Select[*tuple[Any, ...]]) -> None:
        """`ahead`: the lock after which they see the world, see `chassis.database.PREPARED`."""
        self._options = {**PREPARED, "ahead": ahead}
        self._shape = TypeAdapter(shape)
        named = [each for name, part in parts.items() for each in (literal_column(f"'{name}'"), rows(part))]
        dialect = PGDialect_psycopg2()  # type: ignore[no-untyped-call]
        document = select(cast(func.json_build_object(*named), Text)).compile(dialect=dialect)
        self._statement = str(document)
        self._values = document.params
        self._asked = {name for name, bind in document.binds.items() if bind.required}

    def read(self, session: Session, **values: Any) -> Shape:
        """The parts, for these values of the selects' bind parameters: in the session's transaction, or outside any
        while it has none (`look()` of a service). Raises TypeError for other names than those.
        """
        if values.keys() != self._asked:
            raise TypeError(f"asks for {sorted(self._asked)}, not {sorted(values)}")
        given = {**self._values, **values}
        if session.in_transaction() or self._options["ahead"]:
            answer = session.connection().exec_driver_sql(
                self._statement, given, execution_options=self._options
            )
            return self._shape.validate_json(answer.scalar_one())
        engine = session.get_bind()
        assert isinstance(engine, Engine)  # noqa: S101  (ours are made on nothing else)
        return self._shape.validate_json(run_alone(engine, self._statement, given))


def rows(part: Select[*tuple[Any, ...]]) -> ColumnElement[Any]:
    """The rows of a select as a JSON array of objects. As a column of another select it is a row's own list:
    `rows(select(Share…).where(Share.document_id == Document.document_id).correlate(Document)).label("shares")`."""
    found = part.subquery("a_row")
    listed = select(func.json_agg(func.row_to_json(literal_column("a_row")))).select_from(found)
    return func.coalesce(listed.scalar_subquery(), literal_column("'[]'::json"))


def base64(octets: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """Bytes as a view of the contracts reads them, on one line."""
    return func.translate(func.encode(octets, "base64"), "\n", "")
