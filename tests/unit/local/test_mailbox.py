"""The catcher's mailbox of returns: by POP3, one reader at a time, removals at the end; and the button that fills it."""

import poplib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.mail.page import make_page
from deploy.local.mail.pop3 import Mailbox
from deploy.local.mail.store import MailStore
from tests.unit.local.test_mail import make_mail


@pytest.fixture
def returns(tmp_path: Path) -> MailStore:
    return MailStore(tmp_path / "returns")


@pytest.fixture
def server(returns: MailStore) -> Iterator[Mailbox]:
    with Mailbox(0, returns, "retours", "secret") as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def reader(server: Mailbox, password: str = "secret") -> poplib.POP3:
    box = poplib.POP3("127.0.0.1", server.server_address[1], timeout=5)
    box.user("retours")
    box.pass_(password)
    return box


def test_what_landed_is_read_and_removed_at_the_end(returns: MailStore, server: Mailbox) -> None:
    returns.keep(b"Subject: un\r\n\r\n.un point\r\nfin\r\n", "", ["retours+a@ville.example"])
    returns.keep(b"Subject: deux\r\n\r\ndeux\r\n", "", ["retours+b@ville.example"])
    box = reader(server)
    assert box.stat()[0] == 2
    assert box.retr(1)[1][-2:] == [b".un point", b"fin"]
    assert [line.split()[0] for line in box.uidl()[1]] == [b"1", b"2"]
    box.dele(1)
    box.quit()
    assert [mail.subject for mail in returns.list()] == ["deux"]


def test_a_conversation_cut_off_removes_nothing(returns: MailStore, server: Mailbox) -> None:
    returns.keep(b"Subject: un\r\n\r\nun\r\n", "", ["retours+a@ville.example"])
    box = reader(server)
    box.dele(1)
    box.close()
    assert len(returns.list()) == 1


def test_a_second_reader_and_a_wrong_password_are_refused(server: Mailbox) -> None:
    box = reader(server)
    with pytest.raises(poplib.error_proto, match="IN-USE"):
        reader(server)
    box.quit()
    with pytest.raises(poplib.error_proto):
        reader(server, "wrong")


def test_a_caught_mail_is_sent_back_to_its_envelopes_sender(tmp_path: Path, returns: MailStore) -> None:
    store = MailStore(tmp_path / "messages")
    mail_id = store.keep(make_mail(), "retours+abc@ville.example", ["lea@example.org"])
    client = make_page(store, returns).test_client()
    assert "Renvoyer comme non distribué" in client.get(f"/messages/{mail_id}").text
    answer = client.post(f"/messages/{mail_id}/return", data={"status": "5.2.2"})
    assert answer.status_code == 302
    [(_, content)] = returns.raw()
    assert b"To: retours+abc@ville.example" in content
    assert b"Final-Recipient: rfc822; lea@example.org" in content
    assert b"Status: 5.2.2" in content
    assert client.post(f"/messages/{mail_id}/return", data={"status": "9"}).status_code == 400
    assert client.post("/messages/42/return").status_code == 404
