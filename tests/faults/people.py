"""Who lives in the town that is struck: two schools imported, their parents at home on the site.

Everything is set up by the services' own commands. Prices are above the least claim (CGCT D1611-1), so that no
amount is carried to a later month and every unit must be found on an invoice.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.client import Services
from contracts.accounts.families import FamilyFile, OpenFamily, RedeemKey, SearchFamilies
from contracts.accounts.identity import OpenAccount
from contracts.accounts.keys import IssueKeys
from contracts.billing.tariffs import FixedRule, PublishTariff, Surcharge
from contracts.caller import SYSTEM, Caller, Kind
from contracts.enrolment.enrolments import RequestEnrolment
from contracts.enrolment.home import Overview
from contracts.enrolment.offer import OfferActivity
from deploy.local.demo import accounts as demo_accounts
from deploy.local.demo import enrolment as demo_enrolment
from tests.providers.system import Town
from tests.waiting import eventually

SCHOOLS = ("0261001A", "0261002B")
ACTIVITIES = ("cantine", "heures-educatives")
PASSWORD = "trois bateaux sous la pluie"
FEW_PLACES = 4
PARENTS = 12
CENTS = {"cantine": 1600, "heures-educatives": 1700}


@dataclass(frozen=True)
class Parent:
    """A parent with an account; `children` are those of the family."""

    caller: Caller
    email: str
    children: tuple[UUID, ...]


def settle(town: Town, services: Services, today: date) -> list[Parent]:
    """Offer, tariffs, schools, parents, enrolments. Returns the parents, in the order of their file numbers."""
    demo_enrolment.load(services, today)
    for place_code in SCHOOLS:
        few = OfferActivity(
            command_id=key("few", place_code),
            activity_code="heures-educatives",
            place_code=place_code,
            capacity=FEW_PLACES,
        )
        services.ask(few, SYSTEM)
    for activity_code, cents in CENTS.items():
        rule = FixedRule(cents=cents, surcharge=Surcharge(percent=50))
        tariff = PublishTariff(
            command_id=key("tariff", activity_code),
            activity_code=activity_code,
            valid_from=date(2026, 9, 1),
            rule=rule,
        )
        services.ask(tariff, SYSTEM)
    with knowing(town):
        demo_accounts.load(services, today)
    return [_move_in(services, file) for file in _families(services)[:PARENTS]]


def key(*parts: object) -> UUID:
    """The same command has the same id."""
    return uuid5(NAMESPACE_URL, "faults/" + "/".join(str(part) for part in parts))


@contextmanager
def knowing(town: Town) -> Iterator[None]:
    """This process knows what a service's would: where the object store is."""
    told = {"ESPACE_S3_URL": town.store.url}
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _families(services: Services) -> list[FamilyFile]:
    """Families of whom nobody has an account yet, with a child in school."""
    ids, page, pages = [], 1, 1
    while page <= pages:
        found = services.ask(SearchFamilies(page=page), SYSTEM)
        ids += [(each.number, each.family_id) for each in found.families if not each.accounts]
        page, pages = page + 1, found.pages
    files = [services.ask(OpenFamily(family_id=family_id), SYSTEM) for _, family_id in sorted(ids)]
    return [file for file in files if any(child.place_code for child in file.family.children)]


def _move_in(services: Services, file: FamilyFile) -> Parent:
    """Opens the account, types the key, enrols every child, as the parent would."""
    guardian = min(file.guardians, key=lambda each: each.member.guardian_id).member
    email = f"{guardian.guardian_id.hex[:12]}@exemple.test"
    opened = OpenAccount(
        command_id=key("account", email),
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        email=email,
        password=PASSWORD,
    )
    name = f"{guardian.first_name} {guardian.last_name}"
    caller = Caller(
        kind=Kind.CITIZEN, account_id=services.ask(opened, SYSTEM), name=name, address="127.0.0.1"
    )
    issue = IssueKeys(command_id=key("key", email), guardian_ids=[guardian.guardian_id])
    [letter] = services.ask(issue, SYSTEM)
    services.ask(RedeemKey(command_id=key("redeem", email), key=letter.key), caller)
    here = {child.child_id: child.place_code for child in file.family.children if child.place_code in SCHOOLS}
    # The family reaches enrolment as a fact.
    eventually(lambda: here.keys() <= {c.child_id for c in services.ask(Overview(), caller).children})
    for child_id, place_code in here.items():
        for activity_code in ACTIVITIES:
            request = RequestEnrolment(
                command_id=key("enrol", child_id, activity_code, caller.account_id),
                child_id=child_id,
                activity_code=activity_code,
                place_code=str(place_code),
            )
            demo_enrolment._try(services, request, caller)  # the child's other household may have been first
    return Parent(caller, email, tuple(here))
