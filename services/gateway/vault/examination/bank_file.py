"""Which direct debits a bank sends back, in the XML of ISO 20022: pain.002, camt.054 and camt.053, any version.

The document is not kept: of the elements that have a name below a small tree is made, without their namespaces, and
read by path. No names, accounts or free text of anybody are among them. A document type, and so any entity, is
refused before its content. Sources: ISO 20022 message definitions; EPC173-14 (reason codes), EPC130-08 (pain.002).
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element
from xml.parsers import expat

from gateway.vault.examination.flaws import Flaw, Flawed

MOST_RETURNS = 5000
_DEEPEST = 40
_LONGEST_TEXT = 200
_MOST_CENTS = 100_000_000

# Banks put the version's own digits, national variants (pain.002.003.03) and, some, SWIFT's prefix.
_NAMESPACE = re.compile(
    r"(?:urn:iso:std:iso:20022:tech:xsd:|urn:swift:xsd:\$?)(pain\.002|camt\.05[34])\.\d{3}\.\d{2}"
)
_BODIES = {"pain.002": "CstmrPmtStsRpt", "camt.054": "BkToCstmrDbtCdtNtfctn", "camt.053": "BkToCstmrStmt"}
_KEPT = frozenset(
    [
        *_BODIES.values(), "GrpHdr", "MsgId", "CreDtTm",
        "OrgnlGrpInfAndSts", "OrgnlMsgId", "GrpSts", "StsRsnInf", "Rsn", "Cd", "Prtry",
        "OrgnlPmtInfAndSts", "OrgnlPmtInfId", "PmtInfSts",
        "TxInfAndSts", "OrgnlInstrId", "OrgnlEndToEndId", "TxSts",
        "OrgnlTxRef", "Amt", "InstdAmt", "MndtRltdInf", "MndtId",
        "Ntfctn", "Stmt", "Ntry", "CdtDbtInd", "Sts", "BookgDt", "ValDt", "Dt", "DtTm",
        "BkTxCd", "Domn", "Fmly", "SubFmlyCd",
        "NtryDtls", "TxDtls", "Refs", "EndToEndId", "InstrId", "AmtDtls", "TxAmt", "RtrInf",
    ]
)  # fmt: skip
_DEBITS_RETURNED = frozenset({"UPDD", "PRDD", "RCDD"})
"""Bank transaction codes of direct debits that come back: unpaid, paid back, cancelled."""

Line = dict[str, Any]


def read(data: bytes) -> dict[str, Any]:
    """`{kind, message_id, returns}`, the lines as `contracts.billing.bank_files.BankReturn` has them. Raises Flawed."""
    documents = _Reader().parse(data)
    returns: list[Line] = []
    message_ids = []
    for kind, document in documents:
        body = document.find(_BODIES[kind])
        message_id, made_on = _text(body, "GrpHdr/MsgId"), _day(_text(body, "GrpHdr/CreDtTm"))
        if body is None or not message_id or made_on is None:
            raise Flawed(Flaw.NOT_BANK)
        message_ids.append(message_id)
        for line in _of_report(body, made_on) if kind == "pain.002" else _of_account(body, made_on):
            returns.append(line)
            if len(returns) > MOST_RETURNS:
                raise Flawed(Flaw.TOO_MANY_RETURNS)
    return {"kind": documents[0][0], "message_id": message_ids[0][:35], "returns": returns}


class _Reader:
    """The kept elements of each document of a known kind, wherever a bank's envelope has it."""

    def __init__(self) -> None:
        self._documents: list[tuple[str, Element]] = []
        self._inside: list[Element | None] = []  # None: an element that is not kept, nor what is in it
        self._before = 0
        self._text: list[str] = []

    def parse(self, data: bytes) -> list[tuple[str, Element]]:
        """`(kind, document)`, one at least. Raises Flawed."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._read
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError, ValueError):
            # LookupError, ValueError: it declares an encoding that does not exist, or that expat cannot read.
            raise Flawed(Flaw.NOT_XML) from None
        if not self._documents:
            raise Flawed(Flaw.NOT_BANK)
        return self._documents

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._before + len(self._inside) >= _DEEPEST:
            raise Flawed(Flaw.TOO_HARD)
        namespace, _, local = name.rpartition(" ")
        if not self._inside:
            found = _NAMESPACE.fullmatch(namespace) if local == "Document" else None
            if found is None:
                self._before += 1
                return
            document = Element(local)
            self._documents.append((found[1], document))
            self._inside.append(document)
            return
        parent = self._inside[-1]
        if parent is None or local not in _KEPT:
            self._inside.append(None)
            return
        element = Element(local, {"Ccy": attributes["Ccy"]} if "Ccy" in attributes else {})
        parent.append(element)
        self._inside.append(element)
        self._text.clear()

    def _read(self, text: str) -> None:
        if self._inside and self._inside[-1] is not None and len(self._text) < _LONGEST_TEXT:
            self._text.append(text[:_LONGEST_TEXT])

    def _end(self, _name: str) -> None:
        if not self._inside:
            self._before -= 1
            return
        element = self._inside.pop()
        if element is not None:
            if not len(element):
                element.text = "".join(self._text).strip()[:_LONGEST_TEXT]
            self._text.clear()


def _refuse(*_: object) -> None:
    raise Flawed(Flaw.ENTITIES)


# ------------------------------------------------------------------ pain.002: refused before the day


def _of_report(report: Element, made_on: date) -> Iterator[Line]:
    """Each debit that is refused; a file or a batch that is refused in one word, without its debits."""
    group = report.find("OrgnlGrpInfAndSts")
    batches = report.findall("OrgnlPmtInfAndSts")
    if _text(group, "GrpSts") == "RJCT" and not batches:
        yield _line(made_on, whole=_text(group, "OrgnlMsgId"), code=_code(group, "StsRsnInf"))
    for batch in batches:
        refused = "RJCT" in (_text(batch, "PmtInfSts") or _text(group, "GrpSts"))
        debits = batch.findall("TxInfAndSts")
        code = _code(batch, "StsRsnInf") or _code(group, "StsRsnInf")
        if refused and not debits:
            yield _line(made_on, whole=_text(batch, "OrgnlPmtInfId"), code=code)
        for debit in debits:
            state = _text(debit, "TxSts")
            if state == "RJCT" or (not state and refused):
                yield _line(
                    made_on,
                    end_to_end=_text(debit, "OrgnlEndToEndId"),
                    instruction=_text(debit, "OrgnlInstrId"),
                    mandate=_text(debit, "OrgnlTxRef/MndtRltdInf/MndtId"),
                    code=_code(debit, "StsRsnInf") or code,
                    amount=debit.find("OrgnlTxRef/Amt/InstdAmt"),
                )


# ------------------------------------------------------------------ camt.053, camt.054: sent back after it


def _of_account(message: Element, made_on: date) -> Iterator[Line]:
    """Each debit that was booked off the account again."""
    for part in [*message.findall("Stmt"), *message.findall("Ntfctn")]:
        for entry in part.findall("Ntry"):
            if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) == "BOOK":
                day = _day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"))
                day = day or _day(_text(entry, "ValDt/Dt") or _text(entry, "ValDt/DtTm"))
                yield from _of_entry(entry, day or made_on)


def _of_entry(entry: Element, day: date) -> Iterator[Line]:
    """What came back: with the bank's reason (RtrInf), or under the code of its kind alone.

    Only what leaves the account: a transfer of the town's that comes back to it has a reason too.
    """
    details = entry.findall("NtryDtls/TxDtls")
    for detail in details or [entry]:
        leaves = (_text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "DBIT"
        kind = _text(detail, "BkTxCd/Domn/Fmly/SubFmlyCd") or _text(entry, "BkTxCd/Domn/Fmly/SubFmlyCd")
        if not leaves or (detail.find("RtrInf") is None and kind not in _DEBITS_RETURNED):
            continue
        amount = detail.find("AmtDtls/InstdAmt/Amt")
        for path in ("AmtDtls/TxAmt/Amt", "Amt"):
            amount = detail.find(path) if amount is None else amount
        if amount is None and len(details) == 1:
            amount = entry.find("Amt")
        yield _line(
            day,
            end_to_end=_text(detail, "Refs/EndToEndId"),
            instruction=_text(detail, "Refs/InstrId"),
            mandate=_text(detail, "Refs/MndtId"),
            code=_code(detail, "RtrInf"),
            amount=amount,
        )


# ------------------------------------------------------------------ words of a line


def _line(
    day: date,
    *,
    end_to_end: str = "",
    instruction: str = "",
    mandate: str = "",
    whole: str = "",
    code: str = "",
    amount: Element | None = None,
) -> Line:
    return {
        "end_to_end": end_to_end[:35],
        "instruction": instruction[:35],
        "mandate": mandate[:35],
        "whole": whole[:35],
        "code": code,
        "cents": _cents(amount),
        "currency": "" if amount is None else amount.get("Ccy", "")[:3],
        "returned_on": day.isoformat(),
    }


def _text(element: Element | None, path: str) -> str:
    return "" if element is None else (element.findtext(path) or "")


def _code(element: Element | None, path: str) -> str:
    """The first reason that has ISO's form; a bank's own word counts where it is such a code."""
    for reason in [] if element is None else element.findall(path):
        for each in ("Rsn/Cd", "Rsn/Prtry"):
            code = _text(reason, each)
            if re.fullmatch("[A-Z]{2}[0-9A-Z]{2}", code):
                return code
    return ""


def _day(text: str) -> date | None:
    """The day as it is written: a bank's hour and zone do not move it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _cents(amount: Element | None) -> int | None:
    try:
        cents = None if amount is None or not amount.text else Decimal(amount.text) * 100
    except InvalidOperation:
        return None
    if cents is None or not cents.is_finite() or cents != int(cents) or not 0 <= cents < _MOST_CENTS:
        return None
    return int(cents)
