"""What the town offers: shown, and made by agents."""

from chassis.commands import once
from chassis.service import Service, answers, every
from contracts.caller import Caller, Role
from contracts.enrolment.offer import (
    ActivityPreview,
    ActivityView,
    DefineActivity,
    DefinePlace,
    OfferActivity,
    OfferingView,
    OfferInPlaces,
    OfferView,
    OpenSessions,
    PlaceOfferView,
    PlaceView,
    Preview,
    PreviewActivity,
    ShowOffer,
    ShowPlace,
)
from enrolment.booking import deadlines
from enrolment.catalogue import capacities, offer, place_page
from enrolment.schedule import calendar, school_years


class OfferDesk(Service):
    """What the town offers: shown, and made by agents."""

    @answers(ShowOffer)
    def show_offer(self, ask: ShowOffer, caller: Caller) -> OfferView:
        with self.begin() as session:
            return offer.show_offer(session, calendar.local_day(self.clock.now()), ask.label)

    @answers(ShowPlace)
    def show_place(self, ask: ShowPlace, caller: Caller) -> PlaceOfferView:
        with self.begin() as session:
            return place_page.show_place(session, ask.code, caller, calendar.local_day(self.clock.now()))

    @answers(Preview)
    def preview(self, ask: Preview, caller: Caller) -> list[str]:
        caller.staff(Role.ADMINISTRATION)
        return [deadlines.sentence(rule) for rule in ask.rules]

    @answers(PreviewActivity)
    def preview_activity(self, ask: PreviewActivity, caller: Caller) -> ActivityPreview:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return offer.preview_activity(session, ask.terms, calendar.local_day(self.clock.now()))

    @answers(DefinePlace)
    def define_place(self, ask: DefinePlace, caller: Caller) -> PlaceView:
        now = self.clock.now()
        with self.begin() as session:
            place = once(session, ask, caller, lambda: offer.define_place(session, ask, caller, now))
            school_years.tell_known(session, now)
            return place

    @answers(DefineActivity)
    def define_activity(self, ask: DefineActivity, caller: Caller) -> ActivityView:
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: offer.define_activity(session, ask, caller, self.clock.now())
            )

    @answers(OfferActivity)
    def offer_activity(self, ask: OfferActivity, caller: Caller) -> OfferingView:
        with self.begin() as session:
            now = self.clock.now()
            return once(session, ask, caller, lambda: capacities.offer_activity(session, ask, caller, now))

    @answers(OfferInPlaces)
    def offer_in_places(self, ask: OfferInPlaces, caller: Caller) -> int:
        with self.begin() as session:
            return once(session, ask, caller, lambda: capacities.offer_in_places(session, ask, caller))

    @answers(OpenSessions)
    def open_sessions(self, ask: OpenSessions, caller: Caller) -> int:
        with self.begin() as session:
            return once(session, ask, caller, lambda: offer.open_sessions(session, ask, caller))

    @every(seconds=60)
    def tell_school_years(self) -> None:
        """The calendar of an installed system, a new year when it begins, and what a new release corrects."""
        with self.begin() as session:
            school_years.tell_known(session, self.clock.now())
