"""Entry points of prices."""

from billing import consultations
from billing.invoicing.dates import paris_day
from billing.tariffs import drafts, estimates, simulation, tariff_book, town_effect
from billing.wording import month_name
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.drafts import (
    DropTariffDraft,
    OpenTariffDraft,
    PublishTariffDraft,
    ReckonTownEffect,
    SaveTariffDraft,
    SimulateTariff,
    StartTariffDraft,
    TariffDraftView,
    TariffSimulation,
    TownEffect,
)
from contracts.billing.estimates import Estimate, EstimateMonth
from contracts.billing.tariffs import MyPrices, PriceList, PublishTariff, TariffList, Tariffs, TariffView
from contracts.caller import Caller, Kind, Role


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
            return tariff_book.published(session, paris_day(self.clock.now()))

    @answers(EstimateMonth)
    def estimate_month(self, ask: EstimateMonth, caller: Caller) -> Estimate:
        account_id = caller.account_id if caller.kind is Kind.CITIZEN else None
        with self.begin() as session:
            return estimates.estimate(session, ask, account_id, paris_day(self.clock.now()))

    @answers(MyPrices)
    def my_prices(self, ask: MyPrices, caller: Caller) -> PriceList:
        with self.begin() as session:
            return tariff_book.prices_of(session, caller.citizen(), paris_day(self.clock.now()))


class TariffDraftDesk(Service):
    """The next version of a tariff."""

    @answers(StartTariffDraft)
    def start_tariff_draft(self, ask: StartTariffDraft, caller: Caller) -> TariffDraftView:
        caller.staff(Role.BILLING)
        now = self.clock.now()
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: drafts.start(session, ask, caller.name, now, paris_day(now))
            )

    @answers(OpenTariffDraft)
    def open_tariff_draft(self, ask: OpenTariffDraft, caller: Caller) -> TariffDraftView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            draft = drafts.find(session, ask.draft_id)
            return drafts.view(session, draft, paris_day(self.clock.now()))

    @answers(SaveTariffDraft)
    def save_tariff_draft(self, ask: SaveTariffDraft, caller: Caller) -> TariffDraftView:
        caller.staff(Role.BILLING)
        now = self.clock.now()
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: drafts.save(session, ask, caller.name, now, paris_day(now))
            )

    @answers(DropTariffDraft)
    def drop_tariff_draft(self, ask: DropTariffDraft, caller: Caller) -> bool:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: drafts.drop(session, ask.draft_id))

    @answers(PublishTariffDraft)
    def publish_tariff_draft(self, ask: PublishTariffDraft, caller: Caller) -> TariffView:
        by, now = caller.staff(Role.BILLING), self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: drafts.publish(session, ask, by, now, paris_day(now)))

    @answers(SimulateTariff)
    def simulate_tariff(self, ask: SimulateTariff, caller: Caller) -> TariffSimulation:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            draft = drafts.find(session, ask.draft_id)
            found, family_id = simulation.simulate(session, draft, ask.family, ask.month)
            if family_id:
                what = f"Consommations, {month_name(ask.month)}"
                consultations.note_family(session, caller, family_id, what, self.clock.now())
            return found

    @answers(ReckonTownEffect)
    def reckon_town_effect(self, ask: ReckonTownEffect, caller: Caller) -> TownEffect:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return town_effect.town_effect(session, drafts.find(session, ask.draft_id), ask.month)
