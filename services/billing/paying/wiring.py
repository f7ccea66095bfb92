"""The providers that the town has set up, made once per process."""

from functools import cache

from billing.paying.payfip_provider import PayfipProvider
from billing.paying.providers import Providers
from billing.paying.stripe_provider import StripeProvider
from chassis.settings import Settings


@cache
def _made(
    stripe: tuple[str, str, str] | None,
    payfip: tuple[str, str, str],
    mode: str,
    mail: str,
    clients: tuple[tuple[str, str], ...],
) -> Providers:
    return Providers(
        StripeProvider(*stripe) if stripe else None,
        {fund: PayfipProvider(*payfip, client, mode, mail) for fund, client in clients},
    )


def providers_of(settings: Settings) -> Providers:
    """As the town has set it. One client per process: Nameko makes a service object per call.

    Without Stripe's key only PayFiP's funds are paid online; the others are paid at the counter.
    Raises LookupError naming what is not set of a provider that is.
    """
    clients = tuple(_clients(settings).items())
    stripe = None
    if settings.stripe_key.get_secret_value():
        stripe = (
            settings.need("stripe_key"),
            settings.need("stripe_url"),
            settings.need("stripe_webhook_secret"),
        )
    payfip = settings.payfip_url, settings.payfip_page_url, f"{site_of(settings)}/webhooks/payfip"
    return _made(stripe, payfip, settings.payfip_mode, settings.payfip_mail, clients)


def name_for(settings: Settings, fund: str) -> str:
    """Who takes the fund's payments: `payfip`, `stripe`, or nobody online (empty)."""
    if fund in _clients(settings):
        return "payfip"
    return "stripe" if settings.stripe_key.get_secret_value() else ""


def _clients(settings: Settings) -> dict[str, str]:
    pairs = (text.partition("=") for text in settings.payfip_clients.split())
    return {fund: client for fund, _, client in pairs}


def site_of(settings: Settings) -> str:
    """The site's address, without a slash at its end."""
    return settings.public_url.rstrip("/")
