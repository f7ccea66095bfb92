"""Meals and kitchens."""

from sqlalchemy.orm import Session

from chassis.commands import once
from chassis.inbox import newer
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller, Role
from contracts.enrolment.kitchens import (
    DefineKitchen,
    KitchensView,
    KitchenView,
    ListKitchens,
    Meals,
    MealsView,
    NextMeals,
)
from contracts.envelope import Envelope
from contracts.events.accounts import DietUpdated
from enrolment.kitchens import meals


class KitchenDesk(Service):
    """Meals and kitchens."""

    @answers(Meals)
    def meals(self, ask: Meals, caller: Caller) -> MealsView:
        with self.begin() as session:
            return meals.meals(session, ask, caller, self.clock.now())

    @answers(NextMeals)
    def next_meals(self, ask: NextMeals, caller: Caller) -> MealsView:
        with self.begin() as session:
            return meals.next_meals(session, ask, caller, self.clock.now())

    @answers(ListKitchens)
    def list_kitchens(self, ask: ListKitchens, caller: Caller) -> KitchensView:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return meals.list_kitchens(session)

    @answers(DefineKitchen)
    def define_kitchen(self, ask: DefineKitchen, caller: Caller) -> KitchenView:
        with self.begin() as session:
            return once(session, ask, caller, lambda: meals.define_kitchen(session, ask, caller))

    @subscribes(DietUpdated)
    def keep_diet(self, session: Session, fact: DietUpdated, envelope: Envelope) -> None:
        if newer(session, "diet", fact.child_id, envelope.aggregateversion):
            meals.keep_diet(session, fact)

    @every(seconds=300)
    def tell_meals(self) -> None:
        """Counts that are final, once; and again when a late change makes them others."""
        with self.begin() as session:
            meals.tell_counts(session, self.clock.now())
