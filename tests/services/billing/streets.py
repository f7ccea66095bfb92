"""Families of one street, billed and under mandate: debits by the dozen."""

from datetime import date
from uuid import UUID

from contracts.billing.tariffs import FixedRule
from contracts.caller import Caller
from contracts.events.attendance import Mark
from tests.mothers.billing import OCTOBER, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_debits import announce, book, make_file, sign, to_day


class Street:
    """Families under mandate with an invoice each, of 20 € a meal, collected on one day."""

    def __init__(self, town: Town, count: int, meals: int = 1) -> None:
        self.town = town
        town.offer(FixedRule(cents=2000))
        self.parents: list[Caller] = [a_parent() for _ in range(count)]
        self.families = [
            town.family(each.citizen(), label=f"Famille {at:03}") for at, each in enumerate(self.parents)
        ]
        self.children = [town.child() for _ in self.families]
        self.sheets = [self._served(town, day + 1, Mark.PRESENT) for day in range(meals)]
        town.run()
        self.invoices = self._of_families("SELECT family_id, invoice_id FROM invoice")
        self.mandates = [sign(town, *each) for each in zip(self.families, self.parents, strict=True)]
        with town.engine.connect() as connection:
            self.due_on = connection.exec_driver_sql("SELECT min(due_on) FROM invoice").scalar_one()
        self.collection = announce(town, self.due_on)
        self.debits = self._of_families("SELECT family_id, payment_id FROM payment")

    def _of_families(self, query: str) -> list[UUID]:
        """What each family has one of, in their order."""
        with self.town.engine.connect() as connection:
            found = {row[0]: row[1] for row in connection.exec_driver_sql(query)}
        return [found[family] for family in self.families]

    def _served(self, town: Town, day: int, mark: Mark, sheet: UUID | None = None) -> UUID:
        lines = [(child, family, mark) for child, family in zip(self.children, self.families, strict=True)]
        return town.sheet(OCTOBER.replace(day=day), *lines, session_id=sheet)

    def excused(self) -> None:
        """The first meal is not owed by anybody any more."""
        self._served(self.town, 1, Mark.ABSENT_JUSTIFIED, self.sheets[0])
        self.town.run()

    def collected(self) -> "Street":
        """The file is made and its day has come."""
        make_file(self.town, self.collection)
        to_day(self.town, self.due_on)
        assert book(self.town) == len(self.debits)
        to_day(self.town, max(self.due_on, date(2026, 12, 10)))
        return self
