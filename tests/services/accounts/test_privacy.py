"""Two parents who live apart: whatever one of them asks, nothing of the other's home is in the answer.

Every question of accounts is asked with everything that such a parent may know (their child, both families' ids, what
awaits on the child) and the answers are searched for the other home's unmistakable values; so are the mails.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pkgutil import iter_modules
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts import accounts as matters
from contracts.accounts.changes import DecideChange, SubjectKind
from contracts.accounts.custody import AnswerCustody, OpenCustody, Opinion
from contracts.accounts.families import SetQuotient
from contracts.caller import SYSTEM, Caller
from contracts.errors import DomainError
from contracts.messages import Command, Question
from tests.mothers import family_file
from tests.services.accounts.test_custody import FROM, Apart, draft

STREET, CITY, POSTCODE = "77 rue Quetzalcoatl", "Zzyxville", "99876"
PHONE, EMAIL, SCHOOL_EMAIL = "+33699887766", "quenby@zzyx.exemple", "ecole@zzyx.exemple"
INCOME, CONTACT, SAID = 87654, "Wyatt Xylophage", "Mon avocat habite Brzęczyszczykiewicze"
SECRETS = [STREET, CITY, POSTCODE, PHONE, EMAIL, SCHOOL_EMAIL, str(INCOME), CONTACT, "Xylophage", SAID]


@pytest.fixture
def home(desk: Any) -> Apart:
    """The other home has unmistakable values, and has done everything that the first may hear of."""
    apart = Apart(desk)
    theirs, parent = apart.there.family_id, apart.there.parents[0]
    with desk.begin() as session:
        session.execute(
            text(
                "UPDATE family SET street = :street, city = :city, postcode = :postcode, address_key = 'zzyx'"
                " WHERE family_id = :family_id"
            ),
            {"street": STREET, "city": CITY, "postcode": POSTCODE, "family_id": theirs},
        )
        session.execute(
            text("UPDATE guardian SET email = :email, phone = :phone WHERE family_id = :family_id"),
            {"email": SCHOOL_EMAIL, "phone": PHONE, "family_id": theirs},
        )
        session.execute(
            text("UPDATE account SET email = :email, phone = :phone WHERE account_id = :account_id"),
            {"email": EMAIL, "phone": PHONE, "account_id": parent.account_id},
        )
    month = FROM.replace(day=1)
    desk.ask(SetQuotient(command_id=uuid4(), family_id=theirs, month=month, euros=INCOME), SYSTEM)
    contact = family_file.a_contact([apart.child_id], name={"first_name": "Wyatt", "last_name": "Xylophage"})
    desk.ask(family_file.a_new_contact(theirs, contact), parent)
    moved = {"street": STREET, "postcode": "26100", "city": "Romans-sur-Isère"}
    seen = {"street": STREET, "postcode": POSTCODE, "city": CITY}
    desk.ask(family_file.a_change(theirs, SubjectKind.FAMILY, address=(seen, moved)), parent)
    return apart


def questions() -> Iterator[type[Question[Any]]]:
    """Every question that accounts answers."""
    for module in iter_modules(matters.__path__):
        found = vars(import_module(f"{matters.__name__}.{module.name}")).values()
        for each in found:
            if not (isinstance(each, type) and issubclass(each, Question)) or issubclass(each, Command):
                continue
            if each.__module__.endswith(module.name) and "[" not in each.__name__:
                yield each


def known(apart: Apart, changes: list[UUID]) -> dict[str, list[Any]]:
    """What the parent could put into each field, by its name."""
    anything = [apart.child_id, apart.here.family_id, apart.there.family_id, *changes]
    return {
        "child_id": [apart.child_id],
        "child_ids": [[apart.child_id]],
        "family_id": [apart.here.family_id, apart.there.family_id],
        "change_id": changes,
        "draft": [draft()],
        "account_id": [apart.here.parents[0].account_id, apart.there.parents[0].account_id],
        "import_id": anything,
        "place_code": ["0260001A"],
        "token": ["jeton"],
        "ticket": ["jeton"],
        "school_year": ["2026-2027"],
        "label": ["", "2026-2027"],
    }


def asked(kind: type[Question[Any]], values: dict[str, list[Any]]) -> Iterator[Question[Any]]:
    """The question with every combination; a field that must be given and that nobody knows is an oversight here."""
    fields = {
        name: values[name] if field.is_required() else [None, *values[name]]
        for name, field in kind.model_fields.items()
        if field.is_required() or name in values
    }
    for chosen in product(*fields.values()):
        given = {name: value for name, value in zip(fields, chosen, strict=True) if value is not None}
        yield kind.model_validate(given)


def said(apart: Apart, question: Question[Any], parent: Caller) -> str:
    """The answer, or the refusal with its details, as it leaves the service."""
    try:
        answer = apart.desk.ask(question, parent)
    except DomainError as refusal:
        return f"{refusal.code} {json.dumps(refusal.details, ensure_ascii=False, default=str)}"
    return str(question.answer_adapter().dump_json(answer).decode())


def found_in(text_: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text_ or secret in text_.replace(" ", "")]


def everything(apart: Apart, changes: list[UUID], parent: Caller) -> dict[str, list[str]]:
    """Question → what it gave away."""
    values = known(apart, changes)
    found: dict[str, list[str]] = {}
    for kind in questions():
        for question in asked(kind, values):
            given_away = found_in(said(apart, question, parent))
            if given_away:
                found[kind.__name__] = given_away
    return found


def test_the_search_finds_what_is_there(home: Apart) -> None:
    """Asked by the other home itself, the values are found: the test below is not blind."""
    found = everything(home, [], home.there.parents[0])
    assert {secret for each in found.values() for secret in each} >= {STREET, CITY, EMAIL, str(INCOME)}


def test_nothing_of_the_other_home_is_in_any_answer_or_mail(home: Apart) -> None:
    theirs, ours = home.state(home.there), home.state(home.here)
    changes = [theirs.change_id, ours.change_id]
    objects = AnswerCustody(command_id=uuid4(), change_id=ours.change_id, opinion=Opinion.OBJECTS, text=SAID)
    home.desk.ask(objects, home.there.parents[0])
    assert SAID in said(home, OpenCustody(change_id=ours.change_id), home.agent)
    assert everything(home, changes, home.here.parents[0]) == {}
    home.decide(theirs.change_id)
    accept = DecideChange(
        command_id=uuid4(),
        change_id=ours.change_id,
        accept=False,
        seen=home.file(ours.change_id).seen,
        reason="Le jugement dit autre chose.",
    )
    home.desk.ask(accept, home.agent)
    assert everything(home, changes, home.here.parents[0]) == {}
    [address] = {mail.to for mail in home.desk.mails() if mail.kind == "custody_received"} - {EMAIL}
    mails = home.desk.mails(address)
    assert {mail.kind for mail in mails} >= {"custody_stated", "custody_received", "change_accepted"}
    assert [found_in(mail.subject + mail.text + mail.html) for mail in mails] == [[]] * len(mails)
