"""A provider's books in memory, behind the port: for what only the books decide."""

import json
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from billing.paying.card_books import (
    ChargeSeen,
    DisputeProgress,
    DisputeSeen,
    Movements,
    RefundOrder,
    RefundProgress,
    RefundSeen,
)
from billing.paying.provider import (
    Concern,
    ForgedNotification,
    Opened,
    Order,
    Progress,
    ProviderRefused,
    ProviderUnreachable,
    Seen,
    Terms,
    Told,
)

TERMS = Terms(least_cents=50, most_cents=99_999_999, open_for=timedelta(minutes=60))


@dataclass
class BooksDouble:
    """`pages` by reference. `away`: calls fail. `mute`: what is asked is done and the answer lost. `poor`: nothing to give back from. `signature` "ours" passes, anything else is forged."""

    name: str = "stripe"
    terms: Terms = TERMS
    pages: dict[str, Seen] = field(default_factory=dict)
    orders: dict[UUID, Order] = field(default_factory=dict)
    refunds: dict[str, RefundSeen] = field(default_factory=dict)
    disputes: dict[str, DisputeSeen] = field(default_factory=dict)
    charges: list[ChargeSeen] = field(default_factory=list)
    away: bool = False
    mute: bool = False
    poor: bool = False
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

    def look(self, reference: str, _age: timedelta, /) -> Seen:
        self._called("look")
        return self.pages[reference]

    def expire(self, reference: str, _age: timedelta, /) -> Seen:
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
            subject=given.get("subject", ""),
        )

    # ------------------------------------------------------------ money back

    def refund(self, order: RefundOrder) -> RefundSeen:
        self._called("refund")
        with self._lock:
            for seen in self.refunds.values():
                if seen.refund_id == order.refund_id:
                    return seen
            if self.poor:
                raise ProviderRefused("insufficient funds")
            paid = next(page.amount_cents for page in self.pages.values() if page.proof == order.proof)
            if self.given(order.proof) + order.amount_cents > paid:
                by_hand = any(
                    seen.proof == order.proof and not seen.refund_id for seen in self.refunds.values()
                )
                assert by_hand, "more was given back than was taken"
                raise ProviderRefused("charge_already_refunded")
            reference = f"re_{len(self.refunds) + 1}"
            seen = RefundSeen(
                reference, order.proof, order.refund_id, order.amount_cents, "eur", RefundProgress.DONE
            )
            self.refunds[reference] = seen
            if self.mute:
                raise ProviderUnreachable("the answer was lost")
            return seen

    def given(self, proof: str) -> int:
        """Cents of a debit that went back."""
        return sum(
            seen.amount_cents
            for seen in self.refunds.values()
            if seen.proof == proof and seen.progress is RefundProgress.DONE
        )

    def refunds_of(self, proof: str) -> list[RefundSeen]:
        self._called("refunds_of")
        return [seen for seen in self.refunds.values() if seen.proof == proof]

    def look_at_dispute(self, reference: str) -> DisputeSeen:
        self._called("look_at_dispute")
        return self.disputes[reference]

    def movements(self, since: datetime, until: datetime) -> Movements:
        self._called("movements")
        charges = [
            ChargeSeen(page.proof, UUID(reference.removeprefix("page_")), page.amount_cents, page.currency)
            for reference, page in self.pages.items()
            if page.progress is Progress.PAID
        ]
        return Movements([*charges, *self.charges], list(self.refunds.values()), list(self.disputes.values()))

    def give_back_by_hand(self, payment_id: UUID, cents: int) -> None:
        """Somebody refunds on the provider's own pages."""
        reference = f"re_hand_{len(self.refunds) + 1}"
        self.refunds[reference] = RefundSeen(
            reference, f"debit_{payment_id}", None, cents, "eur", RefundProgress.DONE
        )

    def bounce(self, reference: str) -> None:
        """The refund comes back: the card's account is closed."""
        self.refunds[reference] = replace(
            self.refunds[reference], progress=RefundProgress.FAILED, problem="expired_or_canceled_card"
        )

    def contest(self, payment_id: UUID, progress: DisputeProgress, cents: int | None = None) -> str:
        """The payer goes to the bank; the dispute's id."""
        page = self.pages[f"page_{payment_id}"]
        reference = f"dp_{payment_id}"
        amount = page.amount_cents if cents is None else cents
        self.disputes[reference] = DisputeSeen(reference, page.proof, amount, "eur", progress, "fraudulent")
        return reference

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
