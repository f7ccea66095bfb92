"""Ready-made changes, contacts and insurances of a family's file."""

from typing import Any
from uuid import UUID, uuid4

from contracts.accounts.changes import WHOLE, Edit, ProposeChanges, SubjectKind

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
