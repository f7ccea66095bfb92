"""The broker's furniture for facts: what is declared, and by whom.

    espace.events (topic) ──binding keys──► <service>.events (quorum) ──► handlers
            │                                   ▲            │ failed
            └─ # ─► espace.audit                │ TTL        ▼
                                        <service>.events.retry.N     after the last try: <service>.events.parked
                                                                                 └─► rows of `parked` (parking.py)

Every queue is durable and replicated (quorum). The audit queue takes every fact for a week, so that `mandatory`
publishing tells a lost binding from a fact that nobody has asked for yet. `x-delivery-limit` is the net under a
handler that kills its process; the delays between tries come from the retry queues.
"""

from dataclasses import dataclass

DELIVERY_LIMIT = 20
AUDIT_QUEUE = "espace.audit"
AUDIT_ARGUMENTS = {
    "x-queue-type": "quorum",
    "x-max-length": 200_000,
    "x-overflow": "drop-head",
    "x-message-ttl": 7 * 24 * 3600 * 1000,
}


@dataclass(frozen=True)
class Queues:
    """The queues of one listening service."""

    service: str
    delays: tuple[int, ...] = (2, 15, 60, 300)
    """Seconds before the 2nd, 3rd, 4th and every later try; about half an hour in all."""
    tries: int = 8
    kind: str = "events"
    """`events`, or `orders`: what the queues are called after."""

    @property
    def main(self) -> str:
        return f"{self.service}.{self.kind}"

    @property
    def parked(self) -> str:
        return f"{self.main}.parked"

    @property
    def levels(self) -> range:
        """The retry queues, counted from 1."""
        return range(1, len(self.delays) + 1)

    def retry(self, failed_tries: int) -> str:
        """Where a message waits after its n-th failure (n ≥ 1)."""
        return f"{self.main}.retry.{min(failed_tries, len(self.delays))}"

    def main_arguments(self) -> dict[str, object]:
        """A message that kills its consumer again and again ends among the parked ones."""
        return {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.parked,
        }

    def retry_arguments(self, level: int) -> dict[str, object]:
        """After its delay a message goes back to the main queue by the default exchange."""
        return {
            "x-queue-type": "quorum",
            "x-message-ttl": self.delays[level - 1] * 1000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self.main,
        }
