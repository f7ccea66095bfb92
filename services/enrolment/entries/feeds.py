"""Calendars that a phone subscribes to."""

from chassis.service import Service, answers
from contracts.caller import Caller
from contracts.enrolment.feeds import (
    FeedContent,
    FeedView,
    MakeFeed,
    MyFeeds,
    NewFeed,
    ReadFeed,
    RevokeFeed,
)
from enrolment.household import feeds


class FeedDesk(Service):
    """Calendars that a phone subscribes to."""

    @answers(MyFeeds)
    def my_feeds(self, ask: MyFeeds, caller: Caller) -> list[FeedView]:
        with self.begin() as session:
            return feeds.list_feeds(session, caller)

    @answers(MakeFeed)
    def make_feed(self, ask: MakeFeed, caller: Caller) -> NewFeed:
        # Not remembered with its answer, which is a secret: sent twice, the second address is the one that holds.
        with self.begin() as session:
            return feeds.make(session, ask, caller, self.clock.now())

    @answers(RevokeFeed)
    def revoke_feed(self, ask: RevokeFeed, caller: Caller) -> None:
        with self.begin() as session:
            feeds.revoke(session, ask, caller)

    @answers(ReadFeed)
    def read_feed(self, ask: ReadFeed, caller: Caller) -> FeedContent:
        with self.begin() as session:
            return feeds.read(session, ask, self.clock.now())
