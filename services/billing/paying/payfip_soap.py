"""The web service of PayFiP, the French Treasury's: two calls over SOAP 1.1. The only module that speaks it.

Source: DGFiP, « PayFiP, guide de mise en œuvre, régies de recettes du secteur local, web service ». The service's own
description (WSDL) names schemas that do not resolve, so that the two envelopes are written here by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests

TIMEOUT = (3.05, 10.0)
"""Seconds to connect, and to answer."""

MOST_BYTES = 64 * 1024
_CONTRACT = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/"
    "contrat_paiement_securise/PaiementSecuriseService"
)
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:pai="{contract}">'
    "<soapenv:Body><pai:{call}><arg0>{fields}</arg0></pai:{call}></soapenv:Body></soapenv:Envelope>"
)


class PayfipAway(Exception):
    """No answer, or none that can be understood; also what the service calls a technical fault."""


class PayfipRefusal(Exception):
    """A « FonctionnelleErreur »: `code` (P1, P5, R3, A2 …) and what it says."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code


@dataclass(frozen=True)
class PayfipService:
    """Where the web service answers: `https://www.payfip.gouv.fr/tpa/services/securite`."""

    url: str

    def create(self, fields: Mapping[str, str]) -> str:
        """`creerPaiementSecurise`: the id of the operation (idOp). Raises PayfipAway, PayfipRefusal."""
        found = self._call("creerPaiementSecurise", fields).get("idop", "")
        if not found:
            raise PayfipAway("an operation without an id")
        return found

    def detail(self, operation: str) -> dict[str, str]:
        """`recupererDetailPaiementSecurise`: what became of it. Raises PayfipAway, PayfipRefusal."""
        return self._call("recupererDetailPaiementSecurise", {"idOp": operation})

    def _call(self, call: str, fields: Mapping[str, str]) -> dict[str, str]:
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
        envelope = _ENVELOPE.format(contract=_CONTRACT, call=call, fields=inner)
        try:
            with requests.post(
                self.url,
                data=envelope.encode(),
                headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = b""
                for chunk in answer.iter_content(8 * 1024):
                    body += chunk
                    if len(body) > MOST_BYTES:
                        break
        except requests.RequestException as problem:
            raise PayfipAway(type(problem).__name__) from problem
        return _read(body, answer.status_code)


def _read(body: bytes, status: int) -> dict[str, str]:
    """The fields of the answer by their names in small letters (it writes idOp and idop), whatever their namespaces."""
    # A document type is where entities are declared: the service sends none, and expat is given none to expand.
    if len(body) > MOST_BYTES or b"<!DOCTYPE" in body:
        raise PayfipAway("an answer that is not the service's")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 -- no document type, see above
    except ElementTree.ParseError as problem:
        raise PayfipAway(f"HTTP {status}, not XML") from problem
    found = {_name(element): element for element in root.iter()}
    if "FonctionnelleErreur" in found:
        fields = _fields(found["FonctionnelleErreur"])
        raise PayfipRefusal(fields.get("code", ""), fields.get("descriptif") or fields.get("libelle", ""))
    if "Fault" in found or "return" not in found:
        fields = _fields(found.get("Fault", root))
        raise PayfipAway(f"HTTP {status} {fields.get('code', '')} {fields.get('faultstring', '')}".strip())
    return _fields(found["return"])


def _fields(element: ElementTree.Element) -> dict[str, str]:
    return {_name(part).lower(): (part.text or "").strip() for part in element.iter() if part is not element}


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
