"""The demonstration's tariffs, and a billed month: an invoice to pay for each demonstration parent, one of them paid.

Everything goes through billing's own commands, each under an idempotency key made from what it is, so that loading
twice changes nothing. The bands are such as towns of this size have; the amounts are invented.
"""

import http.client
import time
import urllib.parse
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from contracts.billing.funds import Funds, OpenFund, ReadFundScopes, SetFundScope
from contracts.billing.invoices import InvoiceState, MyInvoices
from contracts.billing.payments import StartPayment
from contracts.billing.refusals import SheetsDiffer, SheetsNotCounted
from contracts.billing.runs import BillingDesk, CheckRun, DraftRun, PublishRun, RunState
from contracts.billing.tariffs import (
    Band,
    BandsRule,
    Duration,
    EffortRule,
    FixedRule,
    PublishTariff,
    Reduction,
    Siblings,
    SiblingStep,
    Surcharge,
    TariffRule,
)
from contracts.billing.treasury import ClaimForm, SetTreasuryTerms, TreasuryTerms
from contracts.caller import SYSTEM, Caller
from contracts.errors import DomainError
from contracts.messages import Question

A = TypeVar("A")
QUOTIENTS = (360, 520, 700, 900, 1150, 1500, None)
_WITHOUT_BOOKING = Surcharge(percent=50)
_GOOD_CARD = "4242424242424242"


class Services(Protocol):
    """`chassis.client.Services`."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


LUNCH_BOX = Reduction(code="panier-repas", name="Panier repas fourni par la famille", percent=50)
_ELDER_PAYS = Siblings(
    by="rank", steps=(SiblingStep(children=2, percent=10), SiblingStep(children=3, percent=20))
)
_HALF_HOURS = Duration(period_minutes=30, minutes=90)


def _bands(
    *cents: int,
    away: int = 25,
    siblings: Siblings | None = None,
    duration: Duration | None = None,
    reductions: tuple[Reduction, ...] = (),
) -> BandsRule:
    bands = (
        Band(name=name, up_to=up_to, cents=price)
        for name, up_to, price in zip("ABCDEFG", QUOTIENTS, cents, strict=True)
    )
    return BandsRule(
        bands=tuple(bands),
        non_resident_percent=away,
        surcharge=_WITHOUT_BOOKING,
        siblings=siblings,
        duration=duration,
        reductions=reductions,
    )


_DAY_AT_CENTRE = EffortRule(
    rate_per_100000=800,
    least_cents=215,
    most_cents=1060,
    non_resident_percent=25,
    surcharge=_WITHOUT_BOOKING,
    siblings=_ELDER_PAYS,
)
NEXT_CANTEEN = _bands(100, 180, 270, 350, 425, 495, 560, reductions=(LUNCH_BOX,))
"""The draft that the office has under way."""


_CANTEEN = _bands(100, 175, 265, 340, 415, 485, 545, reductions=(LUNCH_BOX,))
_EVENING = _bands(12, 19, 27, 37, 45, 54, 62, duration=_HALF_HOURS)
_HOLIDAYS = _bands(430, 660, 930, 1190, 1450, 1710, 1950, siblings=_ELDER_PAYS)

RULES: dict[str, tuple[TariffRule, TariffRule]] = {
    # activity: (since January, since September)
    "cantine": (_bands(95, 170, 255, 330, 405, 470, 530), _CANTEEN),
    "mercredi": (_bands(210, 330, 480, 620, 760, 900, 1030), _DAY_AT_CENTRE),
    "heures-educatives": (_bands(35, 55, 80, 105, 130, 155, 180), _EVENING),
    "pass-vacances": (_bands(420, 640, 900, 1150, 1400, 1650, 1880), _HOLIDAYS),
    "inscription-scolaire": (FixedRule(cents=0), FixedRule(cents=0)),
}


FUND = "ENF"
"""The town's first: canteen, evenings, paid by card."""

LEISURE = OpenFund(
    command_id=uuid5(NAMESPACE_URL, "espace-citoyens/demo/fund/LOI"), code="LOI", name="Régie Loisirs"
)
LEISURE_ACTIVITIES = ("mercredi", "pass-vacances")
"""The second fund, paid through the Treasury's PayFiP: Wednesdays and holidays."""


def load(services: Services, today: date) -> None:
    """The tariffs of the civil year and of the school year of `today`; who tells the Treasury."""
    year = today.year if today.month >= 9 else today.year - 1
    earliest = (today.replace(day=1) - timedelta(days=360)).replace(day=1)
    for activity, (january, september) in RULES.items():
        for since, rule in ((date(year, 1, 1), january), (date(year, 9, 1), september)):
            if since >= earliest:
                command_id = key("tariff", activity, since, rule.model_dump_json())
                ask = PublishTariff(
                    command_id=command_id, activity_code=activity, valid_from=since, rule=rule
                )
                services.ask(ask, SYSTEM)
    _tell_the_treasury(services)


def _tell_the_treasury(services: Services) -> None:
    """Invented codes, so that the accountant's page has claims to put in a file; the second fund has none yet."""
    terms = TreasuryTerms(
        form=ClaimForm.TITLES, post="026001", siret="21260281300015", collectivity="001", budget="00",
        budget_name="Ville de Romans-sur-Isère", product="PERI",
    )  # fmt: skip
    services.ask(SetTreasuryTerms(command_id=key("treasury"), fund=FUND, terms=terms), SYSTEM)


def load_life(services: Services, today: date, parents: Iterable[Caller] = (), patience: float = 120) -> None:
    """Bills last month, fund by fund, once every roll-call has arrived; the last parent's invoice is paid by card.

    `patience`: seconds to wait for the facts; after them the month is billed with what is there.
    """
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    published = {
        run.fund
        for run in services.ask(BillingDesk(), SYSTEM).runs
        if run.month == month and run.state is RunState.PUBLISHED
    }
    if not published:
        _wait_for_sheets(services, month, patience)
        _open_second_fund(services, month)
    found = {each.fund for each in services.ask(BillingDesk(), SYSTEM).months if each.month == month}
    for fund in sorted(found - published):
        run_id = _check(services, month, fund, patience)
        services.ask(PublishRun(command_id=key("publish", month, fund), run_id=run_id), SYSTEM)
    if published:
        return
    for parent in reversed(list(parents)):
        if pay_one(services, parent):
            break


def _open_second_fund(services: Services, month: date) -> None:
    """From the month that is billed first on."""
    if LEISURE.code not in {each.code for each in services.ask(Funds(), SYSTEM).funds}:
        services.ask(LEISURE, SYSTEM)
    known = services.ask(ReadFundScopes(), SYSTEM).activities
    for activity in (each for each in LEISURE_ACTIVITIES if each in known):
        command_id = key("fund scope", activity)
        services.ask(
            SetFundScope(command_id=command_id, activity_code=activity, fund=LEISURE.code, since=month),
            SYSTEM,
        )


def _check(services: Services, month: date, fund: str, patience: float) -> UUID:
    """Drafts until the sheets are those that enrolment counts, as an agent would; the checked run."""
    until, run_id = time.monotonic() + patience, None
    while True:
        try:
            if run_id is None:
                ask = DraftRun(command_id=uuid4(), month=month, fund=fund)
                run_id = services.ask(ask, SYSTEM).summary.run_id
            return services.ask(CheckRun(command_id=uuid4(), run_id=run_id), SYSTEM).summary.run_id
        except (SheetsNotCounted, SheetsDiffer) as refusal:
            if time.monotonic() > until:
                raise
            run_id = run_id if isinstance(refusal, SheetsNotCounted) else None
            time.sleep(0.5)


def _wait_for_sheets(services: Services, month: date, patience: float) -> None:
    """Until the number of settled sheets has stood still for three seconds."""
    until, seen, since = time.monotonic() + patience, -1, time.monotonic()
    while time.monotonic() < until:
        months = services.ask(BillingDesk(), SYSTEM).months
        count = sum(found.settled_sessions for found in months if found.month == month)
        if count != seen:
            seen, since = count, time.monotonic()
        elif count and time.monotonic() - since > 3:
            return
        time.sleep(0.5)


def pay_one(services: Services, parent: Caller) -> bool:
    """Pays one of the parent's invoices by card on the double's own page, never anywhere else; False when none was."""
    for invoice in services.ask(MyInvoices(), parent).invoices:
        if invoice.state is not InvoiceState.TO_PAY or invoice.fund != FUND:
            continue
        ask = StartPayment(command_id=key("pay", invoice.invoice_id), invoice_id=invoice.invoice_id)
        try:
            page = services.ask(ask, parent).url
        except DomainError:
            return False
        address = urllib.parse.urlsplit(page)
        if address.hostname in {"127.0.0.1", "localhost"}:
            _press(address)
            return True
    return False


def _press(page: urllib.parse.SplitResult) -> None:
    """Posts the pay page's form; where it leads back to is the browser's part."""
    line = http.client.HTTPConnection(str(page.hostname), page.port, timeout=10)
    try:
        form = urllib.parse.urlencode({"card": _GOOD_CARD})
        line.request("POST", page.path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        line.getresponse().read()
    finally:
        line.close()


def key(*parts: object) -> UUID:
    """The same command has the same id at every load."""
    return uuid5(NAMESPACE_URL, "espace-citoyens/demo/" + "/".join(str(part) for part in parts))
