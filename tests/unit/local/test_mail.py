"""The mail catcher: what was sent is found again, and shown without harm."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from deploy.local.mail.page import make_page
from deploy.local.mail.store import MailStore


def make_mail(subject: str = "Votre clé") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mairie@ville.example", "lea@example.org", subject
    message.set_content("Bonjour Léa,\nhttps://ville.example/confirmer?jeton=a&b=<c>")
    message.add_alternative("<p>Bonjour</p><script>alert(1)</script>", subtype="html")
    return message.as_bytes()


@pytest.fixture
def store(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path / "messages")


@pytest.fixture
def client(store: MailStore) -> FlaskClient:
    return make_page(store).test_client()


def test_a_caught_mail_is_found_at_the_next_start(store: MailStore, tmp_path: Path) -> None:
    store.keep(make_mail(), "mairie@ville.example", ["lea@example.org", "copie@example.org"])
    [mail] = MailStore(tmp_path / "messages").list()
    assert mail.subject == "Votre clé"
    assert mail.recipients == ("lea@example.org", "copie@example.org")
    assert mail.text.startswith("Bonjour Léa")


def test_the_newest_comes_first(store: MailStore) -> None:
    for subject in ("premier", "second"):
        store.keep(make_mail(subject), "a@b.example", ["c@d.example"])
    assert [mail.subject for mail in store.list()] == ["second", "premier"]


def test_the_list_is_read_by_programs(store: MailStore, client: FlaskClient) -> None:
    store.keep(make_mail(), "a@b.example", ["c@d.example"])
    [mail] = client.get("/messages.json").get_json()
    assert mail["recipients"] == ["c@d.example"]
    assert "jeton=a" in mail["text"]


def test_a_mail_is_shown_with_its_links_and_without_its_scripts(
    store: MailStore, client: FlaskClient
) -> None:
    mail_id = store.keep(make_mail("<b>gras</b>"), "a@b.example", ["c@d.example"])
    page = client.get(f"/messages/{mail_id}")
    assert '<a href="https://ville.example/confirmer?jeton=a&amp;b=' in page.text
    assert "&lt;b&gt;gras&lt;/b&gt;" in page.text
    assert "alert(1)" not in page.text
    inside = client.get(f"/messages/{mail_id}/html")
    assert inside.headers["Content-Security-Policy"].startswith("sandbox")
    assert "default-src 'none'" in inside.headers["Content-Security-Policy"]


def test_being_ready_does_not_depend_on_how_many_mails_are_kept(
    store: MailStore, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: MailStore) -> None:
        raise AssertionError("all mails were read")

    monkeypatch.setattr(MailStore, "list", refuse)
    assert client.get("/ready").status_code == 200


@pytest.mark.parametrize("name", ["42", "..%2F..%2Fsecrets", "abc"])
def test_what_is_no_mail_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/messages/{name}").status_code == 404


def test_the_list_can_be_emptied(store: MailStore, client: FlaskClient) -> None:
    store.keep(make_mail(), "a@b.example", ["c@d.example"])
    client.post("/empty")
    assert store.list() == []
    assert "Aucun message" in client.get("/").text
