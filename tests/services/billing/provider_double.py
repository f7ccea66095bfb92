"""A provider's books in memory, behind the port: for what only the books decide."""

import json
import threading
from dataclasses import dataclass, field
from uuid import UUID

from billing.paying.provider import (
    Concern,
    ForgedNotification,
    Opened,
    Order,
    Progress,
    ProviderUnreachable,
    Seen,
    Told,
)


@dataclass
class BooksDouble:
    """`pages` by reference. `away`: calls fail. `signature` "ours" passes, anything else is forged."""

    name: str = "double"
    pages: dict[str, Seen] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    away: bool = False
    calls: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, order: Order) -> Opened:
        self._called("open")
        with self._lock:
            first = self.orders.setdefault(order.payment_id, order)
            assert first == order, "the same key with other parameters"
            reference = f"page_{order.payment_id}"
            self.pages.setdefault(reference, Seen(Progress.OPEN, order.amount_cents, order.currency))
        return Opened(reference, f"https://pay/{reference}")

    def look(self, reference: str) -> Seen:
        self._called("look")
        return self.pages[reference]

    def expire(self, reference: str) -> Seen:
        self._called("expire")
        seen = self.pages[reference]
        if seen.progress is Progress.OPEN:
            seen = self.pages[reference] = Seen(Progress.EXPIRED, seen.amount_cents, seen.currency)
        return seen

    def read(self, body: bytes, signature: str) -> Told:
        if signature != "ours":
            raise ForgedNotification("not signed")
        return self.reread(body)

    def reread(self, body: bytes) -> Told:
        given = json.loads(body)
        return Told(
            event_id=given["id"],
            kind=given.get("kind", "paid"),
            concern=Concern(given.get("concern", "payment")),
            reference=given.get("reference", ""),
            payment_id=UUID(given["payment_id"]) if given.get("payment_id") else None,
            amount_cents=given.get("amount"),
            currency="eur",
        )

    # ------------------------------------------------------------ what payers and the provider do

    def pay(self, payment_id: UUID, amount_cents: int | None = None, currency: str = "eur") -> None:
        reference = f"page_{payment_id}"
        amount = self.pages[reference].amount_cents if amount_cents is None else amount_cents
        self.pages[reference] = Seen(Progress.PAID, amount, currency, proof=f"debit_{payment_id}")

    def set(self, payment_id: UUID, progress: Progress) -> None:
        seen = self.pages[f"page_{payment_id}"]
        self.pages[f"page_{payment_id}"] = Seen(progress, seen.amount_cents, seen.currency)

    def notification(self, payment_id: UUID, event_id: str = "evt_1", **fields: object) -> str:
        return json.dumps(
            {"id": event_id, "payment_id": str(payment_id), "reference": f"page_{payment_id}", **fields}
        )

    def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.away:
            raise ProviderUnreachable("away")
