"""Entry points of prices."""

from billing.invoicing.dates import paris_day
from billing.tariffs import tariff_book
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.tariffs import MyPrices, PriceList, PublishTariff, TariffList, Tariffs, TariffView
from contracts.caller import Caller, Role


class TariffDesk(Service):
    """What an activity costs, and who says so."""

    @answers(PublishTariff)
    def publish_tariff(self, ask: PublishTariff, caller: Caller) -> TariffView:
        by, now = caller.staff(Role.BILLING), self.clock.now()
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: tariff_book.publish(session, ask, by, now, paris_day(now))
            )

    @answers(Tariffs)
    def tariffs(self, ask: Tariffs, caller: Caller) -> TariffList:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return tariff_book.published(session)

    @answers(MyPrices)
    def my_prices(self, ask: MyPrices, caller: Caller) -> PriceList:
        with self.begin() as session:
            return tariff_book.prices_of(session, caller.citizen(), paris_day(self.clock.now()))
