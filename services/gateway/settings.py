"""What the gateway is told by the environment, beside what every process is told."""

from datetime import timedelta

from pydantic import SecretStr

from chassis.settings import Settings
from contracts.caller import Kind


class GatewaySettings(Settings):
    """`ESPACE_…` variables of the gateway."""

    trusted_proxies: int = 0
    """How many proxies of ours stand in front; their X-Forwarded-* are believed, nobody else's."""

    debug: bool = False
    """Shows the page of components at /composants. Never the interactive debugger."""

    payment_origin: str = "https://checkout.stripe.com"
    """Where a parent is sent to pay, several separated by spaces; the only foreign origins a form may lead to."""

    upload_limit: int = 12 * 1024 * 1024
    """Bytes of one request, files included."""

    forms_limit: int = 2_000
    """Fields of one request: a month of bookings for a large family stays far below."""

    franceconnect_url: str = ""
    """Issuer of FranceConnect v2 (`https://oidc.franceconnect.gouv.fr/api/v2`); empty offers nothing."""

    franceconnect_client_id: str = ""
    franceconnect_client_secret: SecretStr = SecretStr("")

    franceconnect_scope: str = "openid given_name family_name preferred_username gender email"
    """No more than an account needs: names, what to call the person, an address to confirm."""

    @property
    def has_franceconnect(self) -> bool:
        """All three are set."""
        secret = self.franceconnect_client_secret.get_secret_value()
        return bool(self.franceconnect_url and self.franceconnect_client_id and secret)

    @property
    def payment_origins(self) -> list[str]:
        """Each of `payment_origin`."""
        return self.payment_origin.split()

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over TLS; cookies and headers follow."""
        return self.public_url.startswith("https://")


IDLE = {Kind.CITIZEN: timedelta(hours=2), Kind.AGENT: timedelta(minutes=30)}
"""A browser left alone is signed out after this."""

ABSOLUTE = {Kind.CITIZEN: timedelta(hours=12), Kind.AGENT: timedelta(hours=10)}
"""And whatever it does after this: a parent's evening, an agent's working day."""
