"""The bank's file: pain.008.001.02, the version that the DGFiP and French banks take, made by sepaxml.

The only module that knows the library; `schema_check.py` holds the file to the schema that comes with it. Its own
message id and instant are drawn at random and from the machine's clock; ours are put in their place, so that a
collection has one file, whenever it is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import sepaxml
from sepaxml import SepaDD

from billing.debits import schema_check
from chassis.clock import PARIS

SCHEMA = "pain.008.001.02"
SCHEMA_FILE = Path(sepaxml.__file__).parent / "schemas" / f"{SCHEMA}.xsd"
_NAMES = {"": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}


@dataclass(frozen=True)
class Head:
    """Who collects, and under which number. `name`: the creditor's, as families read it on their bank's paper."""

    number: str
    name: str
    identifier: str
    iban: str
    bic: str
    collect_on: date
    made_at: datetime


@dataclass(frozen=True)
class Order:
    """One debit. `sequence`: FRST or RCUR; `end_to_end`: what the bank gives back with it, 35 signs at most."""

    end_to_end: str
    sequence: str
    cents: int
    holder: str
    iban: str
    bic: str
    reference: str
    signed_on: date
    about: str


def write(head: Head, orders: Iterable[Order]) -> bytes:
    """The file, in UTF-8, valid against its schema. Letters outside the SEPA set are written without accents.

    Raises schema_check.NotToTheSchema: a fault of ours.
    """
    config = {
        "name": head.name,
        "IBAN": head.iban,
        "BIC": head.bic,
        "batch": True,
        "creditor_id": head.identifier,
        "currency": "EUR",
        "instrument": "CORE",
    }
    made = SepaDD(config, schema=SCHEMA, clean=True)
    for order in orders:
        made.add_payment(
            {
                "name": order.holder,
                "IBAN": order.iban,
                "BIC": order.bic,
                "amount": order.cents,
                "type": order.sequence,
                "collection_date": head.collect_on,
                "mandate_id": order.reference,
                "mandate_date": order.signed_on,
                "description": order.about,
                "endtoend_id": order.end_to_end,
            }
        )
    document = _named(made.export(validate=False), head)
    schema_check.check(document, SCHEMA_FILE)
    ElementTree.register_namespace("", _NAMES[""])
    content: bytes = ElementTree.tostring(document, "utf-8", xml_declaration=True)
    return content


def _named(content: bytes, head: Head) -> ElementTree.Element:
    """With our message id, instant and batch ids: `ENF-P-2026-000007`, `ENF-P-2026-000007-RCUR`."""
    document = ElementTree.fromstring(content)  # noqa: S314 -- our own, a line above
    _set(document, "CstmrDrctDbtInitn/GrpHdr/MsgId", head.number)
    made_at = head.made_at.astimezone(PARIS).replace(tzinfo=None)
    _set(document, "CstmrDrctDbtInitn/GrpHdr/CreDtTm", made_at.isoformat(timespec="seconds"))
    for batch in document.iterfind("CstmrDrctDbtInitn/PmtInf", _NAMES):
        sequence = batch.findtext("PmtTpInf/SeqTp", "", _NAMES)
        _set(batch, "PmtInfId", f"{head.number}-{sequence}")
    return document


def _set(parent: ElementTree.Element, path: str, text: str) -> None:
    found = parent.find(path, _NAMES)
    if found is None:
        raise LookupError(f"the file has no {path}")
    found.text = text
