"""The demonstration's people: agents for each role, two schools' families, parents with an account and without.

Everything goes through accounts' own commands under idempotency keys made from what they are: loading twice changes
nothing and prints the same keys. Names come from the made-up exports of tests/fixtures/onde; nobody is real.
"""

import hashlib
import io
import time
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.objects import Objects
from chassis.settings import Settings
from contracts.accounts.agents import CreateAgent
from contracts.accounts.families import (
    FamilyFile,
    MemberView,
    OpenFamily,
    RedeemKey,
    SearchFamilies,
    SetQuotient,
)
from contracts.accounts.identity import OpenAccount
from contracts.accounts.imports import (
    ApplyImport,
    DecideImport,
    FileReference,
    ImportState,
    ImportView,
    ListImports,
    OpenImport,
    StartImport,
)
from contracts.accounts.keys import IssueKeys
from contracts.caller import SYSTEM, Caller, Kind, Role
from contracts.messages import Question
from deploy.local.demo import family_file, health
from deploy.local.demo.authenticator import secret_of

A = TypeVar("A")
PASSWORD = "cerise-tambour-girouette"
EXPORTS = Path(__file__).resolve().parents[3] / "tests" / "fixtures" / "onde"
SCHOOLS = (("jacquemart", "0261001A"), ("ecosserie", "0261002B"))
BUCKET = "imports"
AGENTS = (
    ("agent.inscriptions", "Odile", "Garnier", {Role.REQUESTS, Role.FAMILY_FILES}),
    ("agent.ecole", "Karim", "Belhadj", {Role.ATTENDANCE}),
    ("agent.facturation", "Hélène", "Vasseur", {Role.BILLING}),
    ("agent.sante", "Thomas", "Ribeiro", {Role.HEALTH, Role.ATTENDANCE}),
    ("agent.cuisine", "Sylvie", "Manoukian", {Role.KITCHEN}),
    ("agent.administration", "Monique", "Chatelard", set(Role)),
)
_WORDS = {
    "agent.inscriptions": "agent des inscriptions et des familles",
    "agent.ecole": "agent du pointage",
    "agent.facturation": "agent de la régie",
    "agent.sante": "agent de la santé",
    "agent.cuisine": "agent de la cuisine",
    "agent.administration": "administratrice, tous les rôles",
}


class Services(Protocol):
    """`chassis.client.Services`, or a double."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


@dataclass(frozen=True)
class SignIn:
    """A way in to try. `page`: where."""

    who: str
    email: str
    password: str
    page: str


@dataclass
class People:
    """What was loaded: to print, and to go on with."""

    sign_ins: list[SignIn] = field(default_factory=list)
    parents: list[Caller] = field(default_factory=list)
    clerk: Caller = SYSTEM
    """The agent of the billing office."""
    desks: list[Caller] = field(default_factory=list)
    """The agents who answer requests."""
    keys: list[tuple[str, str]] = field(default_factory=list)
    """(name, Clé Enfance) of guardians without account: to be tried by whoever visits."""


def load(services: Services, today: date) -> People:
    """Fills the town. Needs enrolment's schools, and the object store (ESPACE_S3_URL)."""
    people = People()
    for login, first_name, last_name, roles in AGENTS:
        email = f"{login}@exemple.test"
        agent_id = services.ask(
            CreateAgent(
                command_id=_key("agent", login),
                first_name=first_name,
                last_name=last_name,
                email=email,
                roles=frozenset(roles),
                password=PASSWORD,
                second_factor=secret_of(email),
            ),
            SYSTEM,
        )
        people.sign_ins.append(SignIn(_WORDS[login], email, PASSWORD, "/agents/connexion"))
        caller = Caller(
            kind=Kind.AGENT, account_id=agent_id, name=f"{first_name} {last_name}", roles=frozenset(roles)
        )
        if login == "agent.facturation":
            people.clerk = caller
        if Role.REQUESTS in roles:
            people.desks.append(caller)
    _wait_for_schools(services)
    for school, place_code in SCHOOLS:
        _import_school(services, school, place_code)
    _start_next_year(services)
    files = _families(services)
    _give_quotients(services, files, today)
    health.load(services, [child for file in files for child in file.family.children], today)
    family_file.load(services, files, today)
    chosen = [(words, _adult(file, place)) for words, file, place in _choose_parents(files)]
    for words, guardian in chosen:
        _open_account(services, people, words, guardian)
    family_file.load_requests(services, people.parents)
    _leave_keys(services, people, files, {guardian.guardian_id for _, guardian in chosen})
    return people


def _wait_for_schools(services: Services, patience: float = 60) -> None:
    """Enrolment's places arrive as facts. Raises TimeoutError."""
    wanted, deadline = {code for _, code in SCHOOLS}, time.monotonic() + patience
    while not wanted <= {place.place_code for place in services.ask(ListImports(), SYSTEM).places}:
        if time.monotonic() > deadline:
            raise TimeoutError("accounts has not heard of the schools: is enrolment's relay running?")
        time.sleep(0.3)


def _import_school(services: Services, school: str, place_code: str) -> None:
    done = [each for each in services.ask(ListImports(), SYSTEM).imports if each.place_code == place_code]
    if any(each.state is ImportState.APPLIED for each in done):
        return
    started = _read_school(services, school, place_code)
    import_id = started.import_id
    doubts = services.ask(OpenImport(import_id=import_id), SYSTEM).doubts
    choices = {}
    for doubt in doubts:
        liked = [each.value for each in doubt.options if each.code in ("two_homes", "same_child")]
        choices[doubt.doubt_id] = liked[0] if liked else doubt.options[0].value
    services.ask(
        DecideImport(command_id=_key("decide", school), import_id=import_id, choices=choices), SYSTEM
    )
    services.ask(ApplyImport(command_id=_key("apply", school), import_id=import_id), SYSTEM)


def _read_school(services: Services, school: str, place_code: str) -> ImportView:
    """Up to the preview."""
    objects = Objects(Settings())
    objects.ensure(BUCKET)
    references = {}
    for part, name in (("pupils", f"{school}-eleves.csv"), ("guardians", f"{school}-responsables.csv")):
        key = f"demonstration/{name}"
        objects.put(BUCKET, key, io.BytesIO((EXPORTS / name).read_bytes()))
        references[part] = FileReference(key=key, name=name)
    command_id = _key("import", school)
    return services.ask(StartImport(command_id=command_id, place_code=place_code, **references), SYSTEM)


def _start_next_year(services: Services) -> None:
    """The first school's next export, read and not applied: a difference to look at."""
    school, place_code = SCHOOLS[0]
    _read_school(services, f"{school}-suite", place_code)


def _families(services: Services) -> list[FamilyFile]:
    """Every family's file, by number."""
    ids, page, pages = [], 1, 1
    while page <= pages:
        found = services.ask(SearchFamilies(page=page), SYSTEM)
        ids += [(each.number, each.family_id) for each in found.families]
        page, pages = page + 1, found.pages
    return [services.ask(OpenFamily(family_id=family_id), SYSTEM) for _, family_id in sorted(ids)]


def _give_quotients(services: Services, files: list[FamilyFile], today: date) -> None:
    """Four families in five, spread as a town's are; the others stay unknown."""
    month = date(today.year if today.month >= 9 else today.year - 1, 9, 1)
    for place, file in enumerate(files):
        if place % 5 == 3:
            continue
        number = int.from_bytes(hashlib.sha256(file.family.number.encode()).digest()[:4])
        euros = 190 + number % 700 + (number >> 12) % 650 + (number >> 24) % 600
        services.ask(
            SetQuotient(
                command_id=_key("quotient", file.family.number, month),
                family_id=file.family.family_id,
                month=month,
                euros=euros,
                source="attestation CAF",
            ),
            SYSTEM,
        )


def _choose_parents(files: list[FamilyFile]) -> list[tuple[str, FamilyFile, int]]:
    """Two parents who live apart and share a child, a couple, a mother alone, another couple's one half."""
    by_id = {file.family.family_id: file for file in files}
    apart = next(file for file in files if file.other_homes)
    other = by_id[next(iter(apart.other_homes.values()))[0]]
    together = [
        file
        for file in files
        if len(file.guardians) == 2 and not file.other_homes and file not in (apart, other)
    ]
    couple = next(file for file in together if len(file.family.children) > 1)
    rest = [file for file in together if file is not couple]
    return [
        ("parent séparé, premier foyer", apart, 0),
        ("parent séparé, second foyer du même enfant", other, 0),
        ("parent d’une famille de deux enfants", couple, 0),
        ("l’autre parent de cette famille", couple, 1),
        ("parent", rest[0], 0),
        ("parent", rest[-1], 1),
    ]


def _adult(file: FamilyFile, place: int) -> MemberView:
    members = [each.member for each in file.guardians]
    return sorted(members, key=lambda each: (each.last_name, each.first_name))[place]


def _open_account(services: Services, people: People, words: str, guardian: MemberView) -> None:
    email = f"{_plain(guardian.first_name)}.{_plain(guardian.last_name)}@exemple.test"
    account_id = services.ask(
        OpenAccount(
            command_id=_key("account", email),
            title=guardian.title,
            first_name=guardian.first_name,
            last_name=guardian.last_name,
            email=email,
            password=PASSWORD,
        ),
        SYSTEM,
    )
    name = f"{guardian.title} {guardian.first_name} {guardian.last_name}".strip()
    parent = Caller(kind=Kind.CITIZEN, account_id=account_id, name=name, address="127.0.0.1")
    letters = services.ask(
        IssueKeys(command_id=_key("key", guardian.guardian_id), guardian_ids=[guardian.guardian_id]), SYSTEM
    )
    for letter in letters:  # none when the account was linked by an earlier load
        services.ask(RedeemKey(command_id=_key("redeem", guardian.guardian_id), key=letter.key), parent)
    people.parents.append(parent)
    people.sign_ins.append(SignIn(f"{words} ({name})", email, PASSWORD, "/connexion"))


def _leave_keys(services: Services, people: People, files: list[FamilyFile], taken: set[UUID]) -> None:
    """Two keys that nobody has typed yet; one that a visitor has typed since is not printed again."""
    ids = [
        each.member.guardian_id
        for file in files
        for each in file.guardians
        if each.member.guardian_id not in taken and len(file.family.children) > 1
    ][-2:]
    letters = services.ask(IssueKeys(command_id=_key("spare", *ids), guardian_ids=ids), SYSTEM)
    people.keys += [(letter.name, letter.key) for letter in letters]


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in folded if sign.isascii())
    return "-".join(words.split())


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "demonstration:accounts:" + ":".join(str(part) for part in parts))
