"""The bank's file is held to its schema by the shapes and texts in it: as strictly as by the whole schema."""

from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from billing.debits import pain008, schema_check
from billing.debits.schema_check import NotToTheSchema

HEAD = pain008.Head(
    "ENF-P-2026-000001", "Régie Enfance", "FR72ZZZ123456", "FR7630001007941234567890185", "BDFEFRPPCCT",
    date(2026, 12, 22), datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
)  # fmt: skip


def an_order(number: int, **fields: object) -> pain008.Order:
    given = {
        "end_to_end": UUID(int=number).hex,
        "sequence": "FRST" if number % 3 else "RCUR",
        "cents": 4800 + number,
        "holder": "Nadia Ferrand",
        "iban": "FR1420041010050500013M02606",
        "bic": "PSSTFRPPLYO",
        "reference": f"ENF-M-2026-{number:06}",
        "signed_on": date(2026, 9, 1),
        "about": f"Facture ENF-2026-{number:06}",
    }
    return pain008.Order(**given | fields)


@cache
def whole() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(pain008.SCHEMA_FILE)


@cache
def a_file() -> bytes:
    return pain008.write(HEAD, [an_order(number) for number in range(1, 7)])


def agrees(document: ElementTree.Element) -> bool:
    try:
        schema_check.check(document, pain008.SCHEMA_FILE)
    except (NotToTheSchema, LookupError):
        return False
    return True


@given(st.data())
def test_what_is_changed_anywhere_is_judged_as_the_whole_schema_judges_it(data: st.DataObject) -> None:
    document = ElementTree.fromstring(a_file())
    parents = [each for each in document.iter() if len(each)]
    within = data.draw(st.sampled_from(parents))
    at = data.draw(st.integers(0, len(within) - 1))
    change = data.draw(st.sampled_from(["text", "drop", "double", "swap", "attribute", "loose"]))
    one = within[at]
    if change == "text":
        leaf = data.draw(st.sampled_from([each for each in document.iter() if not len(each)]))
        leaf.text = data.draw(
            st.text(max_size=80) | st.sampled_from(["", "0", "1.234", "AM", "é" * 71, "RCUR"])
        )
    elif change == "drop":
        within.remove(one)
    elif change == "double":
        within.insert(at, one)
    elif change == "swap":
        within[at], within[-1] = within[-1], within[at]
    elif change == "attribute":
        one.set("Ccy", data.draw(st.sampled_from(["EUR", "eu", ""])))
    else:
        within.text = "texte"
    assert agrees(document) == whole().is_valid(document)


@pytest.mark.parametrize("fields", [{"holder": ""}, {"bic": "PSST"}, {"iban": "14"}, {"reference": "x" * 36}])
def test_a_wrong_text_among_many_debits_refuses_the_file_without_saying_it(fields: dict[str, str]) -> None:
    orders = [an_order(number) for number in range(1, 40)]
    orders[20] = an_order(21, **fields)
    with pytest.raises(NotToTheSchema) as refused:
        pain008.write(HEAD, orders)
    assert not any(text and text in str(refused.value) for text in fields.values())
