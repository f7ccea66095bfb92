"""What every group of entry points has."""

from accounts.mailing.mail import Site
from chassis.clock import Clock
from chassis.sealed_column import Seal
from chassis.service import RealClock, Service


class Desk(Service):
    """The service's own settings, as its functions want them."""

    real_clock: Clock = RealClock()

    @property
    def site(self) -> Site:
        """What mails say of their sender."""
        return Site(self.settings.public_url, self.settings.mail_from, self.settings.bounce_address)

    @property
    def pepper(self) -> bytes:
        """The secret of the activation keys."""
        return self.settings.need("activation_pepper").encode()

    @property
    def health_seal(self) -> Seal:
        """What closes medical words."""
        return Seal(self.settings.need("health_key"), "health")
