"""Children's health: what goes to whom. Medical words are opened here and closed again, and stored nowhere else."""

from datetime import date

from accounts.care import care_proposals, diets, emergencies, health_files, health_readings, health_sheets
from accounts.entries.desk import Desk
from chassis.clock import PARIS
from chassis.service import answers, every
from contracts.accounts.health import (
    ChildHealth,
    DecideCare,
    DietView,
    EmergencySheet,
    HealthFile,
    HealthPage,
    KitchenPage,
    ListReadings,
    OpenAtHand,
    OpenEmergency,
    OpenHealth,
    OpenKitchen,
    ProposeCare,
    ReadingsPage,
    SearchHealth,
    SetCare,
    SetDiet,
    SetVaccines,
    WithdrawCare,
)
from contracts.caller import Caller, Role


class HealthDesk(Desk):
    """Children's health."""

    @property
    def today(self) -> date:
        """The day in Paris."""
        return self.clock.now().astimezone(PARIS).date()

    @answers(ChildHealth)
    def child_health(self, ask: ChildHealth, caller: Caller) -> HealthFile:
        caller.citizen()
        with self.begin() as session:
            return health_files.open_file(
                session, self.health_seal, ask.child_id, caller, self.clock.now(), self.today
            )

    @answers(OpenHealth)
    def open_health(self, ask: OpenHealth, caller: Caller) -> HealthFile:
        caller.agent(Role.HEALTH)
        with self.begin() as session:
            return health_files.open_file(
                session, self.health_seal, ask.child_id, caller, self.clock.now(), self.today
            )

    @answers(SetDiet)
    def set_diet(self, ask: SetDiet, caller: Caller) -> DietView:
        with self.begin() as session:
            return diets.change(session, ask, caller, self.clock.now())

    @answers(SetVaccines)
    def set_vaccines(self, ask: SetVaccines, caller: Caller) -> None:
        with self.begin() as session:
            health_sheets.set_vaccines(session, self.health_seal, ask, caller, self.clock.now())

    @answers(ProposeCare)
    def propose_care(self, ask: ProposeCare, caller: Caller) -> None:
        with self.begin() as session:
            care_proposals.propose(session, self.health_seal, ask, caller, self.clock.now())

    @answers(WithdrawCare)
    def withdraw_care(self, ask: WithdrawCare, caller: Caller) -> None:
        with self.begin() as session:
            care_proposals.withdraw(session, ask.proposal_id, caller, self.clock.now())

    @answers(SetCare)
    def set_care(self, ask: SetCare, caller: Caller) -> None:
        with self.begin() as session:
            health_sheets.set_care(session, self.health_seal, ask, caller, self.clock.now())

    @answers(DecideCare)
    def decide_care(self, ask: DecideCare, caller: Caller) -> None:
        with self.begin() as session:
            decided = care_proposals.decide(session, self.health_seal, ask, caller, self.clock.now())
            if decided is not None:
                care_proposals.tell(session, self.site, decided, self.clock.now())

    @answers(SearchHealth)
    def search_health(self, ask: SearchHealth, caller: Caller) -> HealthPage:
        caller.staff(Role.HEALTH)
        with self.begin() as session:
            return health_files.search(session, ask.text)

    @answers(OpenEmergency)
    def open_emergency(self, ask: OpenEmergency, caller: Caller) -> EmergencySheet:
        caller.agent(Role.ATTENDANCE, Role.HEALTH)
        with self.begin() as session:
            return emergencies.of_child(session, self.health_seal, ask.child_id, caller, self.clock.now())

    @answers(OpenAtHand)
    def open_at_hand(self, ask: OpenAtHand, caller: Caller) -> list[EmergencySheet]:
        caller.agent(Role.ATTENDANCE, Role.HEALTH)
        with self.begin() as session:
            return emergencies.at_hand(session, self.health_seal, ask.child_ids, caller, self.clock.now())

    @answers(OpenKitchen)
    def open_kitchen(self, ask: OpenKitchen, caller: Caller) -> KitchenPage:
        caller.agent(Role.KITCHEN)
        with self.begin() as session:
            return diets.kitchen(session, ask, caller, self.clock.now())

    @answers(ListReadings)
    def list_readings(self, ask: ListReadings, caller: Caller) -> ReadingsPage:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return health_readings.search(session, ask)

    @every(seconds=3600)
    def forget_readings(self) -> None:
        """Lines past their time."""
        with self.begin() as session:
            health_readings.forget_old(session, self.clock.now())
