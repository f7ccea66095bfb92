"""What runs by itself: copies of the others' words, and forgetting."""

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.household import activities, facts, places
from accounts.identity import contact_changes, journal, registration
from accounts.mailing import attendance_news, undelivered
from accounts.staff import accesses, second_factor
from chassis import throttle
from chassis.inbox import newer
from chassis.service import every, subscribes
from contracts.envelope import Envelope
from contracts.events.billing import FamiliesMissed
from contracts.events.offer import ActivityUpdated, PlaceUpdated


class Upkeep(Desk):
    """Copies kept, time run out."""

    @subscribes(PlaceUpdated)
    def keep_place(self, session: Session, fact: PlaceUpdated, envelope: Envelope) -> None:
        if newer(session, "place", fact.place_code, envelope.aggregateversion):
            places.keep(session, fact)

    @subscribes(ActivityUpdated)
    def keep_activity(self, session: Session, fact: ActivityUpdated, envelope: Envelope) -> None:
        if newer(session, "activity", fact.activity_code, envelope.aggregateversion):
            activities.keep(session, fact)

    @every(seconds=10)
    def tell_addresses(self) -> None:
        """After the release in which others first heard of addresses: a few minutes for a large town, then nothing."""
        with self.begin() as session:
            registration.tell_addresses(session, self.clock.now())

    @subscribes(FamiliesMissed)
    def tell_families_again(self, session: Session, fact: FamiliesMissed, envelope: Envelope) -> None:
        facts.tell_families(session, fact.family_ids, self.clock.now())

    @every(seconds=3600)
    def forget_old(self) -> None:
        """What has had its time is forgotten: attempts, links, journals."""
        now = self.clock.now()
        with self.begin() as session:
            throttle.forget_old(session, now)
            registration.forget_old(session, now)
            contact_changes.forget_old(session, now)
            journal.forget_old(session, now)
            second_factor.forget_old(session, now)
            accesses.forget_old(session, now)
            undelivered.forget_old(session, now)
            attendance_news.forget_old(session, now)
