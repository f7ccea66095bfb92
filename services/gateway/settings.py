"""What the gateway is told by the environment, beside what every process is told."""

from datetime import timedelta

from chassis.settings import Settings
from contracts.caller import Kind


class GatewaySettings(Settings):
    """`ESPACE_…` variables of the gateway."""

    trusted_proxies: int = 0
    """How many proxies of ours stand in front; their X-Forwarded-* are believed, nobody else's."""

    debug: bool = False
    """Shows the page of components at /composants. Never the interactive debugger."""

    payment_origin: str = "https://checkout.stripe.com"
    """Where a parent is sent to pay; the only foreign origin a form may lead to."""

    upload_limit: int = 12 * 1024 * 1024
    """Bytes of one request, files included."""

    forms_limit: int = 2_000
    """Fields of one request: a month of bookings for a large family stays far below."""

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over TLS; cookies and headers follow."""
        return self.public_url.startswith("https://")


IDLE = {Kind.CITIZEN: timedelta(hours=2), Kind.AGENT: timedelta(minutes=30)}
"""A browser left alone is signed out after this."""

ABSOLUTE = {Kind.CITIZEN: timedelta(hours=12), Kind.AGENT: timedelta(hours=10)}
"""And whatever it does after this: a parent's evening, an agent's working day."""
