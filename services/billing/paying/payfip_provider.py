"""PayFiP, the French Treasury's payment service, behind the port (web service of the « régies de recettes »).

An operation gives an id (idOp), with which the payer is sent to the Treasury's page within fifteen minutes. Nothing
that comes back is signed: neither the payer's return nor the notification says more than « ask again », and how it
stands is asked from here. Between the two the service answers P5 (result not known); an operation that nobody took to
the page is forgotten the night after and answers P1. A page cannot be closed from here, so that one which ended
without money is asked about for another day.
"""

import re
import unicodedata
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from billing.paying.payfip_soap import PayfipAway, PayfipRefusal, PayfipService
from billing.paying.provider import (
    Concern,
    ForgedNotification,
    Opened,
    Order,
    Progress,
    ProviderRefused,
    ProviderUnreachable,
    Seen,
    Terms,
    Told,
)

TERMS = Terms(
    least_cents=1_00,
    most_cents=100_000_00,
    open_for=timedelta(minutes=15),
    watched_for=timedelta(hours=36),
    rest=timedelta(minutes=30),
    one_return=True,
)
GIVEN_UP_AFTER = timedelta(minutes=20)
"""A page opened in its last minute leaves this long to type a card's number; still P5 then means: nobody paid."""

_UNKNOWN, _NOT_YET = "P1", "P5"
_PAID: Final = {"P": "card", "V": "direct_debit"}
_REFUSED: Final = {"A": "abandoned", "R": "card_refused", "Z": "direct_debit_refused"}
_OPERATION = re.compile(r"[0-9A-Za-z-]{8,64}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class PayfipProvider:
    """One fund's contract. `client`: its six figures (NUMCLI); `mode`: T tests, X activates, W takes money (SAISIE);
    `mail`: the fund's own, given where the payer's is not known."""

    name = "payfip"
    terms = TERMS

    def __init__(
        self, url: str, page_url: str, notify_url: str, client: str, mode: str = "T", mail: str = ""
    ) -> None:
        if not re.fullmatch(r"\d{6}", client):
            raise LookupError("the client number of PayFiP has six figures")
        if mode not in {"T", "X", "W"}:
            raise LookupError("the mode of PayFiP is T, X or W")
        self._service = PayfipService(url)
        self._page_url, self._notify_url = page_url, notify_url
        self._client, self._mode, self._mail = client, mode, mail

    def open(self, order: Order) -> Opened:
        """A new operation: asked again after a lost answer, it replaces the one nobody was sent to."""
        fields = {
            "exer": f"{order.year:04d}",
            "mel": mail_of(order.payer_mail) or mail_of(self._mail),
            "montant": str(order.amount_cents),
            "numcli": self._client,
            "objet": wording_of(f"{order.title} {order.detail}"),
            "refdet": reference_of(order.invoice_number, order.payment_id),
            "saisie": self._mode,
            "urlnotif": self._notify_url,
            "urlredirect": order.success_url,
        }
        try:
            operation = self._service.create(fields)
        except PayfipRefusal as problem:
            raise ProviderRefused(str(problem)) from problem
        except PayfipAway as problem:
            raise ProviderUnreachable(str(problem)) from problem
        return Opened(operation, f"{self._page_url}?idop={operation}")

    def look(self, reference: str, age: timedelta, /) -> Seen:
        """The operation as it is now; silence is read by its age."""
        try:
            found = self._service.detail(reference)
        except PayfipRefusal as problem:
            if problem.code not in {_UNKNOWN, _NOT_YET}:
                raise ProviderRefused(str(problem)) from problem
            over = age >= GIVEN_UP_AFTER
            return Seen(
                Progress.EXPIRED if over else Progress.OPEN, 0, "eur", reason=problem.code if over else ""
            )
        except PayfipAway as problem:
            raise ProviderUnreachable(str(problem)) from problem
        return self._seen(reference, found)

    def expire(self, reference: str, age: timedelta, /) -> Seen:
        """Only looks: the Treasury's page closes by itself."""
        return self.look(reference, age)

    def read(self, body: bytes, signature: str) -> Told:  # noqa: ARG002 -- the port's: nothing is signed here
        """A form with `idop`. Raises ForgedNotification when it is anything else."""
        try:
            return self.reread(body)
        except (UnicodeDecodeError, LookupError, ValueError) as problem:
            raise ForgedNotification("not a notification of PayFiP") from problem

    def reread(self, body: bytes) -> Told:
        """Which operation it names, no more."""
        fields = {name.lower(): values for name, values in parse_qs(body.decode("ascii")).items()}
        operation = fields["idop"][0]
        if not _OPERATION.fullmatch(operation):
            raise ValueError("no operation is called so")
        return Told(
            event_id=f"payfip:{operation}",
            kind="payfip.notification",
            concern=Concern.PAYMENT,
            reference=operation,
            signed=False,
        )

    def _seen(self, reference: str, found: dict[str, str]) -> Seen:
        ours = {"idop": reference, "numcli": self._client, "saisie": self._mode}
        strange = [name for name, value in ours.items() if found.get(name) != value]
        if strange:
            # Another fund's operation, or a trial one answered to a town that takes money: never counted.
            raise ProviderRefused(f"an operation that is not ours: {', '.join(strange)}")
        result = found.get("resultrans", "")
        if result in _REFUSED:
            return Seen(Progress.EXPIRED, 0, "eur", reason=_REFUSED[result])
        if result not in _PAID or not found.get("montant", "").isdecimal():
            raise ProviderUnreachable(f"a result that is not understood: {result[:10]}")
        return Seen(
            Progress.PAID,
            int(found["montant"]),
            "eur",
            proof=found.get("numauto", ""),
            method=_PAID[result],
        )


def reference_of(invoice_number: str, payment_id: UUID) -> str:
    """REFDET: the invoice's number, then the payment's own ten signs. Six to thirty letters and figures.

    >>> reference_of("ENF-2026-000123", UUID("0b7e4d1c-0000-4000-8000-000000000000"))
    'ENF20260001230B7E4D1C00'
    """
    return re.sub(r"[^A-Z0-9]", "", invoice_number.upper())[:20] + payment_id.hex[:10].upper()


def wording_of(text: str) -> str:
    """OBJET: at most a hundred unaccented letters, figures and spaces.

    >>> wording_of("Facture n° ENF-2026-000123 – Famille Lévêque")
    'Facture n ENF 2026 000123 Famille Leveque'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9]+", " ", plain).split())[:100].rstrip()


def mail_of(address: str) -> str:
    """MEL: six to eighty signs and an @; anything else is none."""
    return address if 6 <= len(address) <= 80 and _MAIL.fullmatch(address) else ""
