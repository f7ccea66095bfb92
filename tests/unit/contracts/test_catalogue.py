"""What other systems were promised about the facts."""

import copy
import json
from pathlib import Path

import pytest

from contracts import catalogue
from contracts.events.accounts import FamilyUpdated
from contracts.events.bookings import BookingMade
from deploy.local.launcher.docs import documents

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "schemas"


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_a_published_fact_is_still_told_and_only_extended(path: Path) -> None:
    event = catalogue.find_event(path.stem)

    assert event is not None, "a published fact is told for ever, beside its successors"
    assert catalogue.breaks(json.loads(path.read_text()), catalogue.schema(event)) == []


def test_the_documents_say_what_the_code_does() -> None:
    stale = [path.name for path, text in documents().items() if not path.exists() or path.read_text() != text]

    assert stale == [], "run ./espace docs"


def test_a_field_that_goes_is_noticed() -> None:
    today = copy.deepcopy(catalogue.schema(BookingMade))
    del today["properties"]["day"]

    assert catalogue.breaks(catalogue.schema(BookingMade), today) == ["data.day: gone"]


def test_a_field_that_changes_its_type_deep_inside_is_noticed() -> None:
    today = copy.deepcopy(catalogue.schema(FamilyUpdated))
    today["$defs"]["QuotientFact"]["properties"]["euros"]["type"] = "string"

    assert catalogue.breaks(catalogue.schema(FamilyUpdated), today) == [
        "data.quotients[].euros: type was integer, is string"
    ]


def test_a_new_optional_field_is_welcome() -> None:
    today = copy.deepcopy(catalogue.schema(BookingMade))
    today["properties"]["meal"] = {"type": "string"}

    assert catalogue.breaks(catalogue.schema(BookingMade), today) == []


def test_every_fact_has_its_channel_in_the_asyncapi_document() -> None:
    document = catalogue.asyncapi("test")

    assert {channel["address"] for channel in document["channels"].values()} == {
        event.name for event in [*catalogue.events(), *catalogue.orders()]
    }
    assert all(event.__doc__ for event in catalogue.events())
