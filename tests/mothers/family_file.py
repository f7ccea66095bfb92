"""Ready-made changes, contacts and insurances of a family's file."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.accounts.changes import (
    WHOLE,
    ChangeFile,
    ChangeRow,
    ChangeState,
    ChangeView,
    Edit,
    ProposeChanges,
    SubjectKind,
)
from contracts.accounts.contacts import ContactView, InsuranceView, Relation
from contracts.accounts.family_file import MyFileView
from contracts.accounts.records import AdultRecord, ChildRecord, HomeRecord
from contracts.caller import Role
from tests.mothers import accounts as people

ADDRESS = {"street": "3 place Maurice-Faure", "postcode": "26100", "city": "Romans-sur-Isère"}


def a_change(
    family_id: UUID,
    kind: SubjectKind,
    subject_id: UUID | None = None,
    awaiting: UUID | None = None,
    **fields: tuple[Any, Any],
) -> ProposeChanges:
    """`fields`: (value the form showed, value wanted)."""
    return ProposeChanges(
        command_id=uuid4(),
        family_id=family_id,
        subject_kind=kind,
        subject_id=subject_id or family_id,
        edits={
            field: Edit(seen=seen, wanted=wanted, awaiting=awaiting)
            for field, (seen, wanted) in fields.items()
        },
    )


def a_contact(child_ids: list[UUID], **changes: Any) -> dict[str, Any]:
    """A grandmother who is called first and may collect."""
    return {
        "name": {"first_name": "Jeanne", "last_name": "Bourdelas"},
        "relation": "grandparent",
        "phones": ["06 39 98 44 01"],
        "call_order": 1,
        "may_collect": True,
        "child_ids": sorted(str(each) for each in child_ids),
        **changes,
    }


def a_new_contact(family_id: UUID, contact: dict[str, Any], contact_id: UUID | None = None) -> ProposeChanges:
    """The order to make it."""
    return a_change(family_id, SubjectKind.CONTACT, contact_id or uuid4(), **{WHOLE: (None, contact)})


def a_contact_view(**changes: Any) -> ContactView:
    """The grandmother of `people.a_family`'s two children."""
    view = ContactView(
        contact_id=UUID(int=60),
        first_name="Jeanne",
        last_name="Martin",
        relation=Relation.GRANDPARENT,
        phones=["06 39 98 44 01"],
        call_order=1,
        may_collect=True,
        child_ids=[UUID(int=40), UUID(int=41)],
    )
    return view.model_copy(update=changes)


def a_record(**changes: Any) -> HomeRecord:
    """The record of `people.a_family`."""
    family = people.a_family()
    record = HomeRecord(
        family_id=family.family_id,
        adults=[
            AdultRecord(
                guardian_id=member.guardian_id,
                title=member.title,
                first_name=member.first_name,
                last_name=member.last_name,
                usage_name="",
                phone=member.phone,
                has_own_phone=member.is_me,
            )
            for member in family.guardians
        ],
        children=[
            ChildRecord(
                child_id=child.child_id,
                first_name=child.first_name,
                last_name=child.last_name,
                usage_name="",
                birth_date=child.birth_date,
            )
            for child in family.children
        ],
        contacts=[a_contact_view()],
        insurances=[
            InsuranceView(
                child_id=UUID(int=40),
                company="Mutuelle des écoliers",
                number="AB 1234",
                valid_until=date(2026, 8, 31),
                expired=True,
            )
        ],
    )
    return record.model_copy(update=changes)


def a_change_view(**changes: Any) -> ChangeView:
    """An address that awaits, asked for by whoever looks."""
    view = ChangeView(
        change_id=UUID(int=70),
        family_id=UUID(int=20),
        subject_kind=SubjectKind.FAMILY,
        subject_id=UUID(int=20),
        label="",
        field="address",
        old={"street": "12 rue Jacquemart", "postcode": "26100", "city": "Romans-sur-Isère"},
        new=ADDRESS,
        state=ChangeState.AWAITING,
        by="Mme Léa Martin",
        by_me=True,
        asked_at=people.NOW,
        may_withdraw=True,
    )
    return view.model_copy(update=changes)


def a_file(*changes: ChangeView, record: HomeRecord | None = None) -> MyFileView:
    """The whole file of `people.a_household`."""
    return MyFileView(household=people.a_household(), records=[record or a_record()], changes=list(changes))


def a_change_row(**changes: Any) -> ChangeRow:
    """The same address in the agents' list."""
    row = ChangeRow(
        change_id=UUID(int=70),
        family_id=UUID(int=20),
        family_number="F001042",
        family_label="Martin",
        subject_kind=SubjectKind.FAMILY,
        label="",
        field="address",
        state=ChangeState.AWAITING,
        by="Mme Léa Martin",
        asked_at=people.NOW,
    )
    return row.model_copy(update=changes)


def a_change_file(**changes: Any) -> ChangeFile:
    """The same address as the agent decides it."""
    change = a_change_view(by_me=False)
    file = ChangeFile(
        change=change,
        present=change.old,
        asked_by="Mme Léa Martin",
        family_id=UUID(int=20),
        family_number="F001042",
        family_label="Martin",
        address="12 rue Jacquemart, 26100 Romans-sur-Isère",
        children={UUID(int=40): "Alizée", UUID(int=41): "Noé"},
        reviewer=Role.FAMILY_FILES,
    )
    return file.model_copy(update=changes)
