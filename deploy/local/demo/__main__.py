"""Loads the demonstration town, and prints who may sign in.

    python -m deploy.local.demo        (the launcher does it once, into an empty system)

The parts follow one another as a town's first weeks do: the offer, the families, the tariffs, then a month of life.
What one service tells the next travels as facts, so each step waits until its listener has heard of the one before.
"""

import sys
import time
from collections.abc import Callable
from uuid import UUID

from chassis.client import Services
from chassis.clock import PARIS, clock_from
from chassis.settings import Settings
from contracts.caller import Caller
from contracts.enrolment.attendance import FindChildren
from contracts.enrolment.home import Overview
from contracts.enrolment.requests import SubmittedView
from contracts.errors import DomainError
from deploy.local.demo import (
    absences,
    accounts,
    billing,
    closures,
    consents,
    contesting,
    custody,
    debits,
    documents,
    enrolment,
    money,
    own_account,
    procedures,
    requests,
    taps,
    waiting,
)

PATIENCE = 120.0
CODES = {"/agents/connexion": " : après le mot de passe, le code à six chiffres que donne ./espace code"}


def main() -> int:
    settings = Settings()
    services = Services(settings.need("amqp_url"), timeout=30)
    today = clock_from(settings.clock_file).now().astimezone(PARIS).date()
    say("schools, activities, sessions of the school year")
    enrolment.load(services, today)
    say("agents, two schools' families, parents with their keys")
    people = accounts.load(services, today)
    say("what families are asked for each child")
    consents.load(services, people.parents)
    say("price bands")
    billing.load(services, today)
    wait_for(
        "enrolment to know the families", lambda: all(knows(services, parent) for parent in people.parents)
    )
    wait_for("enrolment to know the children", stands_still(lambda: count_children(services)))
    say("the calendar of a child of two homes")
    apart = people.parents[:2]
    wait_for("accounts to know the school year", lambda: bool(custody.calendar(services, *apart).years))
    custody.load(services, *apart)
    say("last month's canteen, the next weeks' bookings")
    enrolment.load_life(services, today, people.parents)
    say("a strike at a canteen, a Wednesday without a place left")
    closures.load(services, today)
    waiting.load(services, today, people.parents)
    say("aids, a tariff in progress, last month's invoices, the counter")
    wait_for("billing to know the families", money.known(services, people.parents))
    money.prepare(services, people.clerk, today, people.parents)
    billing.load_life(services, today, people.parents, PATIENCE)
    money.handle(services, people.clerk, people.parents)
    say("a line of an invoice contested")
    contesting.load(services, people.parents)
    say("a mandate, and a collection sent to the bank")
    debits.load(services, people.parents[2:-1])
    say("absences reported, a roll-call contested")
    absences.load(services, people.parents)
    say("a démarche of the town's own")
    for parent in people.parents[:3:2]:
        procedures.load(services, parent)
    say("démarches at the departments")
    filed = requests.load(services, people.parents, people.desks, today)
    say("today's roll-calls begun on a tablet")
    taps.load(services, today)
    say("a few sealed documents")
    citizens = [(each.email, each.password) for each in people.sign_ins if each.page == "/connexion"]
    documents.load(services, today, citizens[:3], settings)
    agent = people.desks[0]

    def put(request_id: UUID) -> UUID | None:
        return documents.send(services, agent, request_id, "Avis de passage", settings)

    wait_for(
        "a file in a vault, sent by an agent",
        lambda: requests.send_file(services, put, people.parents[0], agent),
    )
    own_account.load(services, people.parents[0])
    print(sheet(people, filed))
    return 0


def knows(services: Services, parent: Caller) -> bool:
    """True when enrolment lets the parent act for a child."""
    try:
        return bool(services.ask(Overview(), parent).children)
    except DomainError:
        return False


def count_children(services: Services) -> int:
    """Children of the demonstration schools, as enrolment knows them."""
    return sum(
        len(services.ask(FindChildren(place_code=code, limit=1000), enrolment.SYSTEM))
        for _, code in accounts.SCHOOLS
    )


def stands_still(count: Callable[[], int], seconds: float = 3.0) -> Callable[[], bool]:
    """True when a number above zero has not moved for a while: the facts that feed it have all arrived."""
    last, since = 0, time.monotonic()

    def still() -> bool:
        nonlocal last, since
        found = count()
        if found != last:
            last, since = found, time.monotonic()
        return found > 0 and time.monotonic() - since > seconds

    return still


def wait_for(what: str, true: Callable[[], bool]) -> None:
    """Raises TimeoutError saying what did not come."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE:.0f} s for {what}")
        time.sleep(0.3)


def say(text: str) -> None:
    """Progress, beside what is printed for keeps."""
    print(f"  · {text}", file=sys.stderr, flush=True)


def sheet(people: accounts.People, filed: SubmittedView) -> str:
    """The sign-ins to try, as `./espace up` shows them at each start."""
    width = max(len(each.email) for each in people.sign_ins)
    lines = [f"Mot de passe de tous les comptes de démonstration : {accounts.PASSWORD}", ""]
    for page, title in (("/connexion", "Parents"), ("/agents/connexion", "Agents")):
        lines.append(f"{title} ({page})" + CODES.get(page, ""))
        lines += [f"  {each.email:{width}}  {each.who}" for each in people.sign_ins if each.page == page]
        lines.append("")
    lines.append("Clés Enfance encore libres (créez un espace, puis saisissez-en une)")
    lines += [f"  {key}  {name}" for name, key in people.keys]
    lines += ["", "Une demande envoyée sans compte (/suivre-une-demande)", f"  {filed.number}  {filed.code}"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
