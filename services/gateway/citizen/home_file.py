"""One home of whoever is signed in, opened for a page that shows or changes it."""

from dataclasses import dataclass
from uuid import UUID

from flask import abort

from contracts.accounts.changes import ChangeView, SubjectKind
from contracts.accounts.contacts import ContactView, InsuranceView
from contracts.accounts.families import ChildView, FamilyView
from contracts.accounts.family_file import MyFileView, OpenMyFile
from contracts.accounts.records import AdultRecord, ChildRecord, HomeRecord
from gateway.family.change_words import names_of
from gateway.services import ask


@dataclass(frozen=True)
class Home:
    """A family of the account: what is shown of it, and its record field by field."""

    file: MyFileView
    family: FamilyView
    record: HomeRecord

    @property
    def children(self) -> dict[str, str]:
        """First names by id."""
        return names_of(self.record)

    def awaiting(self, kind: SubjectKind, subject_id: UUID) -> list[ChangeView]:
        """What this home has asked for of one subject and still awaits."""
        return [
            change
            for change in self.file.changes
            if change.may_withdraw
            and change.family_id == self.family.family_id
            and (change.subject_kind, change.subject_id) == (kind, subject_id)
        ]

    def adult(self, guardian_id: UUID) -> AdultRecord:
        """One of its adults, or no such page."""
        return next((each for each in self.record.adults if each.guardian_id == guardian_id), None) or abort(
            404
        )

    def child(self, child_id: UUID) -> tuple[ChildView, ChildRecord]:
        """One of its children, or no such page."""
        record = next((each for each in self.record.children if each.child_id == child_id), None) or abort(
            404
        )
        return next(each for each in self.family.children if each.child_id == child_id), record

    def contact(self, contact_id: UUID) -> ContactView:
        """One of its contacts, or no such page."""
        found = next((each for each in self.record.contacts if each.contact_id == contact_id), None)
        return found or abort(404)

    def insurance(self, child_id: UUID) -> InsuranceView | None:
        """What it said of a child's insurance."""
        return next((each for each in self.record.insurances if each.child_id == child_id), None)


def open_home(family_id: UUID) -> Home:
    """One family of the account, or no such page. One call."""
    file = ask(OpenMyFile())
    for family, record in zip(file.household.families, file.records, strict=True):
        if family.family_id == family_id:
            return Home(file, family, record)
    return abort(404)
