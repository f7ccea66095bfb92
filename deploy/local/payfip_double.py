"""A double of PayFiP's web service and of its page, for tests and for looking at: SOAP in, a page with its outcomes.

It refuses what the real one refuses (formats of the fields, amounts), answers P5 while nobody has paid, P1 for what it
does not know, and tells the town's address which operation ended.
"""

import logging
import os
import re
import signal
import sys
import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests
from flask import Flask, redirect, render_template_string, request
from werkzeug import Response
from werkzeug.serving import make_server

_SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/"
    "contrat_paiement_securise/PaiementSecuriseService"
)
_ANSWER = "http://securite.service.tpa.cp.finances.gouv.fr/reponse"
_RULES = {
    "exer": ("E1", r"\d{4}"),
    "mel": ("A2", r"(?=.{6,80}$)[^@\s]+@[^@\s]+"),
    "montant": ("M1", r"[1-9]\d{2,7}"),
    "numcli": ("N1", r"\d{6}"),
    "objet": ("O1", r"[A-Za-z0-9 ]{0,100}"),
    "refdet": ("R3", r"[A-Za-z0-9]{6,30}"),
    "saisie": ("S1", r"[TXW]"),
    "urlnotif": ("U1", r"https?://\S{1,240}"),
    "urlredirect": ("U2", r"https?://\S{1,240}"),
}
_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>PayFiP (double)</title></head><body>
<main><h1>PayFiP : paiement d’essai</h1>
<p>{{ found.fields.objet }}</p><p>Référence {{ found.fields.refdet }} : {{ found.fields.montant }} centimes</p>
<form method="post">{% for code, words in outcomes.items() %}
<button name="resultrans" value="{{ code }}">{{ words }}</button>{% endfor %}</form></main></body></html>"""
_OUTCOMES = {
    "P": "Payer par carte",
    "V": "Payer par prélèvement",
    "R": "Carte refusée",
    "Z": "Prélèvement refusé",
    "A": "Abandonner",
}


@dataclass
class Operation:
    """What was asked, and how it ended (`result` empty: not yet)."""

    fields: dict[str, str]
    result: str = ""
    amount: str = ""


@dataclass
class PayfipDouble:
    """`operations` by idOp. `fault`: every call ends in a technical fault; `tells`: notifications go out."""

    operations: dict[str, Operation] = field(default_factory=dict)
    fault: bool = False
    tells: bool = True
    calls: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Flask:
        """POST /service (SOAP), GET and POST /page?idop=…"""
        app = Flask(__name__)
        app.add_url_rule("/service", "service", self._service, methods=["POST"])
        app.add_url_rule("/page", "page", self._page, methods=["GET", "POST"])
        return app

    def end(self, operation: str, result: str, amount: str = "") -> None:
        """The payer came to the end of the page, and the town is told."""
        found = self.operations[operation]
        with self._lock:
            found.result, found.amount = result, amount or found.fields["montant"]
        if self.tells:
            requests.post(found.fields["urlnotif"], data={"idop": operation}, timeout=10)

    def clean(self) -> None:
        """The night: what nobody took to the end is forgotten."""
        with self._lock:
            self.operations = {name: each for name, each in self.operations.items() if each.result}

    def _service(self) -> tuple[str, int, dict[str, str]]:
        body = ElementTree.fromstring(request.get_data()).find(
            "{http://schemas.xmlsoap.org/soap/envelope/}Body"
        )
        assert body is not None
        call = body[0]
        name = call.tag.removeprefix(f"{{{_SERVICE}}}")
        given = {part.tag: part.text or "" for part in call[0]}
        self.calls.append(name)
        if self.fault:
            return _fault("TechIndisponibiliteErreur", "T1", "Service indisponible")
        return self._create(given) if name == "creerPaiementSecurise" else self._detail(given.get("idOp", ""))

    def _create(self, given: dict[str, str]) -> tuple[str, int, dict[str, str]]:
        for name, (code, pattern) in _RULES.items():
            if not re.fullmatch(pattern, given.get(name, "")):
                return _fault(
                    "FonctionnelleErreur", code, f"Le format du paramètre {name.upper()} n'est pas conforme"
                )
        if int(given["montant"]) > 10_000_000:
            return _fault("FonctionnelleErreur", "M5", "Montant hors limites")
        operation = str(uuid4())
        with self._lock:
            self.operations[operation] = Operation(given)
        return _answer("creerPaiementSecurise", {"idOp": operation})

    def _detail(self, operation: str) -> tuple[str, int, dict[str, str]]:
        found = self.operations.get(operation)
        if found is None:
            return _fault("FonctionnelleErreur", "P1", "IdOp incorrect.")
        if not found.result:
            return _fault("FonctionnelleErreur", "P5", "Résultat de la transaction non connu.")
        kept = {name: found.fields[name] for name in ("exer", "mel", "numcli", "objet", "refdet", "saisie")}
        paid = {"P": "112233445566-tip", "V": "998877-prel"}.get(found.result, "")
        return _answer(
            "recupererDetailPaiementSecurise",
            {
                **kept,
                "dattrans": "25112026",
                "heurtrans": "1012",
                "idOp": operation,
                "montant": found.amount,
                "numauto": paid,
                "resultrans": found.result,
            },
        )

    def _page(self) -> Any:
        operation = request.args.get("idop", "")
        found = self.operations.get(operation)
        if found is None or found.result in {"P", "V"}:
            return "Cette opération n’est plus disponible.", 410
        if request.method == "GET":
            return render_template_string(_PAGE, found=found, outcomes=_OUTCOMES)
        self.end(operation, request.form["resultrans"])
        return _leave(found)


def _leave(found: Operation) -> Response:
    return redirect(found.fields["urlredirect"], 303)


def _answer(call: str, fields: dict[str, str]) -> tuple[str, int, dict[str, str]]:
    inner = "".join(f"<r:{name}>{escape(value)}</r:{name}>" for name, value in fields.items())
    return _envelope(
        f'<ns:{call}Response xmlns:ns="{_SERVICE}"><return xmlns:r="{_ANSWER}">{inner}</return></ns:{call}Response>',
        200,
    )


def _fault(kind: str, code: str, text: str) -> tuple[str, int, dict[str, str]]:
    return _envelope(
        "<S:Fault><faultcode>S:Server</faultcode>"
        f"<faultstring>fr.gouv.finances.cp.tpa.webservice.exceptions.{kind}</faultstring>"
        f'<detail><ns:{kind} xmlns:ns="{_SERVICE}"><code>{code}</code><descriptif>{escape(text)}</descriptif>'
        f"<libelle>{escape(text)}</libelle><severite>2</severite></ns:{kind}></detail></S:Fault>",
        500,
    )


def _envelope(body: str, status: int) -> tuple[str, int, dict[str, str]]:
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>{body}</S:Body></S:Envelope>'
    )
    return envelope, status, {"Content-Type": "text/xml; charset=utf-8"}


def main() -> None:
    """Serves until SIGTERM or SIGINT, on loopback."""
    port = int(os.environ["ESPACE_PAYFIP_DOUBLE_PORT"])
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", port, PayfipDouble().app(), threaded=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    print(f"PayFiP double on http://127.0.0.1:{port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
