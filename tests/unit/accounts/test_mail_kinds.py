"""The mails, as a set: each kind has its two templates that say the same, each fact is written about or says why not."""

import re
from datetime import date
from pathlib import Path

import pytest

from accounts import mailing
from accounts.mailing.mail_kinds import KINDS, UNWRITTEN
from accounts.wording import days_by_month, typeset
from contracts import catalogue
from deploy.local.launcher.docs import listeners
from gateway.app import create_app
from gateway.settings import GatewaySettings
from tests.unit.gateway.doubles import FakeServices, MemoryStore, SetClock

MAILS = Path(str(mailing.__file__)).parent / "mails"
STATEMENT = re.compile(r"{%-?\s*(?!if|elif|else|endif|for|endfor).*?%}")
WHOLE = sorted(kind.name for kind in KINDS.values() if not kind.text_only)
ADDRESS = re.compile(r"^{{ ?(site|link) ?}}.*$", re.MULTILINE)


def templates(kind: str) -> set[str]:
    return {path.stem for path in MAILS.glob(f"*.{kind}") if not path.stem.startswith("_")}


def words_of_text(kind: str) -> str:
    """The text's own sentences: without its subject, its addresses and its foot."""
    _, _, body = (MAILS / f"{kind}.txt").read_text().partition("\n")
    body = ADDRESS.sub("", body)
    return plain(re.sub(r"^- ", "", body, flags=re.MULTILINE))


def words_of_html(kind: str) -> str:
    source = (MAILS / f"{kind}.html").read_text()
    body = source.partition("{% block content %}")[2].rpartition("{% endblock %}")[0]
    body = re.sub(r"{% set href %}.*?{% endset %}", "", body)
    body = re.sub(r"{{ button\(.*?\) }}", "", body)
    return plain(re.sub(r"<[^>]+>", " ", body))


def plain(text: str) -> str:
    words = " ".join(STATEMENT.sub("", text).replace("&nbsp;", " ").replace(" +%}", " %}").split())
    # A statement stands on a line of its own or not: that is no difference.
    return re.sub(r" ?({%.*?%}) ?", r"\1", words)


def test_each_kind_has_its_two_templates_and_each_template_its_kind() -> None:
    assert templates("txt") == set(KINDS)
    assert templates("html") == set(WHOLE)


@pytest.mark.parametrize("kind", WHOLE)
def test_the_text_and_the_html_say_the_same(kind: str) -> None:
    assert words_of_html(kind) == words_of_text(kind)


@pytest.mark.parametrize("kind", WHOLE)
def test_the_subject_is_the_same_and_the_foot_is_there(kind: str) -> None:
    text, html = (MAILS / f"{kind}.txt").read_text(), (MAILS / f"{kind}.html").read_text()
    subject = re.search(r"{% block subject %}(.*?){% endblock %}", html)
    assert subject is not None
    assert text.splitlines()[0] == f"Objet : {subject[1]}"
    assert '{% include "_foot.txt" %}' in text
    assert html.startswith('{% extends "_layout.html" %}')


def test_every_address_in_a_mail_is_a_page_of_the_site() -> None:
    app = create_app(
        GatewaySettings(secret_key="of the test"), FakeServices(), MemoryStore(), SetClock(), SetClock()
    )
    adapter = app.url_map.bind("localhost")
    paths = {
        re.sub(r"{{.*?}}", "00000000-0000-4000-8000-000000000001", path)
        for source in MAILS.iterdir()
        for path in re.findall(r"{{ site }}(/(?:[^\s<{\"]|{{.*?}})*)", source.read_text())
    }
    unknown = {path for path in paths if not adapter.test(path, method="GET")}
    assert unknown == set()


def test_what_cannot_be_switched_off_says_why_in_a_sentence() -> None:
    assert all(kind.always.endswith(".") for kind in KINDS.values() if not kind.is_optional)


def test_every_fact_is_written_about_or_the_registry_says_why_not() -> None:
    """A new fact: subscribe to it in `accounts.entries`, or add a line to `UNWRITTEN`."""
    heard = {kind for kind, services in listeners().items() if "accounts" in services}
    silent = {event.name for event in catalogue.events() if event.event_type() not in heard}
    assert silent - UNWRITTEN.keys() == set()
    assert UNWRITTEN.keys() - {event.name for event in catalogue.events()} == set()


def test_french_spaces_do_not_break() -> None:
    assert typeset("Reçu : 12 € ? « Oui » !") == "Reçu\u00a0: 12\u00a0€\u202f? «\u00a0Oui\u00a0»\u202f!"
    assert typeset('<p style="margin:0 ; x">Lisez :</p>') == '<p style="margin:0\u202f; x">Lisez\u00a0:</p>'


def test_days_are_told_by_month() -> None:
    days = [date(2026, 12, 1), date(2026, 11, 12), date(2026, 11, 10), date(2026, 11, 10)]
    assert days_by_month(days) == [
        "novembre 2026\u00a0: mardi\u00a010, jeudi\u00a012",
        "décembre 2026\u00a0: mardi\u00a01er",
    ]
