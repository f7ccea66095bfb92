"""Families, as guardians and agents see them."""

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.household import families, family_files, family_records
from accounts.quotient import quotients
from accounts.staff import agents
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.accesses import Access
from contracts.accounts.families import (
    FamiliesPage,
    FamilyFile,
    HouseholdView,
    MyHousehold,
    OpenFamily,
    SearchFamilies,
    SetQuotient,
)
from contracts.accounts.family_file import MyFileView, OpenMyFile
from contracts.caller import Caller, Role


class FamilyDesk(Desk):
    """Families, as guardians and agents see them."""

    @answers(MyHousehold)
    def my_household(self, ask: MyHousehold, caller: Caller) -> HouseholdView:
        account_id = caller.citizen()
        with self.look() as session:
            return families.household(session, account_id, self.clock.now())

    @answers(OpenMyFile)
    def open_my_file(self, ask: OpenMyFile, caller: Caller) -> MyFileView:
        account_id = caller.citizen()
        with self.begin() as session:
            return family_records.my_file(session, account_id, self.clock.now())

    @answers(SearchFamilies)
    def search_families(self, ask: SearchFamilies, caller: Caller) -> FamiliesPage:
        caller.staff(Role.FAMILY_FILES, Role.BILLING)
        with self.begin() as session:
            return family_files.search(session, ask)

    @answers(OpenFamily)
    def open_family(self, ask: OpenFamily, caller: Caller) -> FamilyFile:
        caller.staff(Role.FAMILY_FILES, Role.BILLING)
        with self.begin() as session:
            return family_files.open_file(session, ask.family_id, caller, self.clock.now())

    @answers(SetQuotient)
    def set_quotient(self, ask: SetQuotient, caller: Caller) -> FamilyFile:
        caller.staff(Role.FAMILY_FILES, Role.BILLING)
        now = self.clock.now()

        def do(session: Session) -> FamilyFile:
            quotients.set_quotient(session, ask, caller, now)
            agents.record_access(session, [ask.family_id], caller, Access.QUOTIENT, now)
            return family_files.load_file(session, ask.family_id, caller, now)

        with self.begin() as session:
            return once(session, ask, caller, lambda: do(session))
