"""Accounts: the family's file as its own guardians read and change it."""

from pydantic import Field

from contracts.accounts.changes import ChangeView
from contracts.accounts.families import HouseholdView
from contracts.accounts.records import HomeRecord
from contracts.messages import Question, View


class MyFileView(View):
    """The whole file of whoever asks: one record a family, in the order of `household.families`."""

    household: HouseholdView
    records: list[HomeRecord]
    changes: list[ChangeView] = Field(
        description="What awaits and what was changed lately, newest first; a child's in both of its homes"
    )


class OpenMyFile(Question[MyFileView]):
    """The families of whoever asks, whole. Raises NotSignedIn."""
