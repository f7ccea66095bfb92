"""Sending for real and what comes back: a real SMTP server, a real mailbox by POP3, a real database."""

import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from accounts.identity import export_parts
from accounts.mailing import mail, outgoing, returns
from accounts.mailing.mail import Site
from accounts.mailing.mail_models import BadAddress, MailReturn
from contracts.accounts.families import MyHousehold
from contracts.accounts.identity import AskReset
from contracts.accounts.mail import (
    AboutStop,
    ChooseMail,
    FailedMail,
    MailState,
    MyMail,
    SendAgain,
    StopMail,
    TrustMyAddress,
    Why,
)
from contracts.caller import SYSTEM, Kind
from contracts.errors import DomainError, Invalid, NotFound
from deploy.local.mail.__main__ import _Catcher
from deploy.local.mail.pop3 import Mailbox
from deploy.local.mail.report import compose_report
from deploy.local.mail.store import CaughtMail, MailStore
from deploy.local.rundir import find_free_port
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk

LEA = "lea@exemple.fr"
ADDRESS = "retours+{token}@ville.example"


class Post:
    """The town's mail: what was sent, and the mailbox where it comes back."""

    def __init__(self, desk: Desk, folder: Path, smtp_port: int, pop3_port: int) -> None:
        self.desk = desk
        self.sent, self.back = MailStore(folder / "messages"), MailStore(folder / "returns")
        for name, value in (
            ("smtp_url", f"smtp://127.0.0.1:{smtp_port}"),
            ("mail_from", "Espace Citoyens <ne-pas-repondre@ville.example>"),
            ("bounce_address", ADDRESS),
            ("bounces_url", SecretStr(f"pop3://retours:secret@127.0.0.1:{pop3_port}")),
        ):
            object.__setattr__(desk.service.settings, name, value)
        self.lea = desk.parent(LEA)
        desk.service.send_mail()
        self.sent.empty()

    @property
    def site(self) -> Site:
        return self.desk.service.site

    def write(self, kind: str = "document_expiring", to: str = LEA) -> None:
        """A mail to Léa, sent."""
        fact = {"type_name": "Attestation", "valid_until": self.desk.clock.now().date()}
        with self.desk.begin() as session:
            mail.write(
                session,
                self.site,
                kind,
                to,
                self.desk.clock.now(),
                first_name="Léa",
                fact=fact,
                at=self.desk.clock.now(),
            )
        self.desk.service.send_mail()

    def last(self) -> CaughtMail:
        return self.sent.list()[0]

    def return_last(self, status: str = "5.1.1", times: int = 1) -> None:
        """The other server gives the last mail back."""
        caught = self.last()
        report = compose_report(
            self.sent.content(caught.id), caught.envelope_sender, caught.recipients[0], status
        )
        for _ in range(times):
            self.back.keep(report, "", [caught.envelope_sender])
        self.desk.service.read_returns()

    def state(self) -> tuple[str, str]:
        row = self.desk.mails(LEA)[-1]
        return row.state, row.why


@pytest.fixture
def post(desk: Desk, tmp_path: Path) -> Iterator[Post]:
    sent, back = MailStore(tmp_path / "messages"), MailStore(tmp_path / "returns")
    port = find_free_port()
    smtp = Controller(_Catcher(sent, back), hostname="127.0.0.1", port=port, decode_data=False)
    smtp.start()
    with Mailbox(0, back, "retours", "secret") as box:
        thread = threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Post(desk, tmp_path, port, box.server_address[1])
        finally:
            smtp.stop()
            box.shutdown()
            thread.join()
            returns._left.clear()


def test_a_mail_says_where_it_comes_back_to_and_how_to_stop_it(post: Post) -> None:
    post.write()
    row = post.desk.mails(LEA)[-1]
    caught = post.last()
    assert caught.envelope_sender == ADDRESS.replace("{token}", str(row.return_token))
    content = post.sent.content(caught.id).decode()
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in content
    assert f"/courriels/arreter/{row.stop_token}" in content.replace("=\r\n", "").replace("\r\n ", "")
    assert "Date: Mon, 23 Nov 2026 09:00:00 +0000" in content
    assert max(len(line) for line in caught.text.splitlines()) <= mail.WIDTH
    assert "/mon-espace/courriels/" in caught.text
    assert "/mon-espace/courriels/" in caught.html


def test_what_the_law_requires_cannot_be_stopped(post: Post) -> None:
    post.write("password_changed")
    content = post.sent.content(post.last().id).decode()
    assert "List-Unsubscribe" not in content
    assert "/mon-espace/courriels/" not in post.last().text


def test_fifty_mails_of_a_tick_go_by_one_connection(post: Post, monkeypatch) -> None:
    opened = []
    connect = outgoing.smtplib.SMTP

    def count(*args: Any, **more: Any) -> Any:
        opened.append(args)
        return connect(*args, **more)

    with post.desk.begin() as session:
        for number in range(20):
            mail.write(
                session,
                post.site,
                "no_account",
                f"p{number}@exemple.fr",
                post.desk.clock.now(),
                is_agent=False,
            )
    monkeypatch.setattr(outgoing.smtplib, "SMTP", count)
    post.desk.service.send_mail()
    assert (len(post.sent.list()), len(opened)) == (20, 1)


def test_a_mail_that_comes_back_for_good_is_marked_once(post: Post) -> None:
    post.write()
    post.return_last("5.1.1", times=3)
    assert post.state() == (MailState.BOUNCED, Why.UNKNOWN_ADDRESS)
    assert post.back.list() == []
    with post.desk.begin() as session:
        assert session.get_one(BadAddress, LEA).failures == 1
        assert session.query(MailReturn).count() == 1
    page = post.desk.ask(FailedMail(state=MailState.BOUNCED, text="LEA@"), mother.an_agent())
    assert [(each.to, each.name, each.can_resend) for each in page.mails] == [(LEA, "Léa Martin", True)]
    assert "550 5.1.1" in page.mails[0].error


def test_the_second_time_the_address_fails_and_its_owner_is_shown_it(post: Post) -> None:
    me = mother.a_citizen(post.lea)
    post.write()
    post.return_last("5.2.2")
    assert post.desk.ask(MyHousehold(), me).account.mail_failing is False
    post.write()
    post.return_last("5.2.2")
    assert post.desk.ask(MyHousehold(), me).account.mail_failing is True
    mine = post.desk.ask(MyMail(), me)
    assert (mine.why, mine.failing) == (Why.MAILBOX_FULL, post.desk.clock.now())
    assert post.desk.ask(FailedMail()).mails[0].address_fails is True
    post.desk.ask(TrustMyAddress(command_id=uuid4()), me)
    assert post.desk.ask(MyHousehold(), me).account.mail_failing is False


def test_a_failure_that_may_pass_is_sent_again_later_then_given_up(post: Post) -> None:
    post.write()
    for hours in (1, 4, 12):
        post.return_last("4.4.7")
        assert post.state() == (MailState.QUEUED, Why.UNREACHABLE)
        post.desk.service.send_mail()
        assert len(post.sent.list()) == 1
        post.desk.clock.forward(hours=hours)
        post.sent.empty()
        post.desk.service.send_mail()
    post.return_last("4.4.7")
    assert post.state() == (MailState.BOUNCED, Why.UNREACHABLE)
    assert post.desk.count("bad_address") == 0


def test_a_late_report_on_a_former_sending_changes_nothing(post: Post) -> None:
    post.write()
    former = post.last()
    post.return_last("5.1.1")
    mail_id = post.desk.ask(FailedMail()).mails[0].mail_id
    post.desk.ask(SendAgain(command_id=uuid4(), mail_id=mail_id))
    post.desk.service.send_mail()
    report = compose_report(post.sent.content(former.id), former.envelope_sender, LEA, "5.2.2")
    post.back.keep(report, "", [former.envelope_sender])
    post.desk.service.read_returns()
    assert post.state()[0] == MailState.SENT


def test_a_personal_link_that_came_back_is_never_sent_again(post: Post) -> None:
    post.desk.ask(mother.a_registration(email="neuf@exemple.fr"))
    post.desk.service.send_mail()
    post.return_last("5.2.2")
    row = post.desk.ask(FailedMail()).mails[0]
    assert (row.to, row.can_resend) == ("neuf@exemple.fr", False)
    post.desk.ask(SendAgain(command_id=uuid4(), mail_id=row.mail_id))
    assert post.desk.mails("neuf@exemple.fr")[-1].state == MailState.BOUNCED


def test_automatic_answers_go_and_what_is_not_ours_stays(post: Post) -> None:
    post.write()
    for to in (post.last().envelope_sender, "retours@ville.example"):
        note = EmailMessage()
        note["To"], note["Subject"] = to, "Absent du bureau"
        note.set_content("Je reviens lundi.")
        post.back.keep(note.as_bytes(), "", [to])
    post.desk.service.read_returns()
    post.desk.service.read_returns()
    assert [each.recipients for each in post.back.list()] == [("retours@ville.example",)]
    assert post.state()[0] == MailState.SENT


def test_a_message_that_cannot_be_fetched_holds_up_no_other(post: Post) -> None:
    post.write()
    post.back.keep(b"Subject: x\r\n\r\n" + b"x" * 100_000 + b"\r\n", "", ["retours@ville.example"])
    post.return_last("5.1.1")
    post.desk.service.read_returns()
    assert post.state()[0] == MailState.BOUNCED


def test_a_mailbox_that_is_away_is_asked_again_later(post: Post) -> None:
    object.__setattr__(post.desk.service.settings, "bounces_url", SecretStr("pop3://a:b@127.0.0.1:1"))
    post.desk.service.read_returns()


def test_killed_before_the_removal_the_report_counts_once(post: Post, monkeypatch) -> None:
    post.write()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(returns.Mailbox, "remove", die)
    with pytest.raises(KeyboardInterrupt):
        post.return_last("5.1.1")
    monkeypatch.undo()
    post.desk.service.read_returns()
    assert post.back.list() == []
    with post.desk.begin() as session:
        assert session.get_one(BadAddress, LEA).failures == 1


def test_each_kind_can_be_switched_off_on_the_page_and_is_in_the_journal(post: Post) -> None:
    me = mother.a_citizen(post.lea)
    wanted = {each.kind for each in post.desk.ask(MyMail(), me).kinds if not each.always}
    ask = ChooseMail(command_id=uuid4(), wanted=frozenset(wanted - {"document_expiring"}))
    post.desk.ask(ask, me)
    post.desk.ask(ask, me)
    post.write()
    assert post.sent.list() == []
    post.write("password_changed")
    assert len(post.sent.list()) == 1
    with post.desk.begin() as session:
        lines = session.connection().exec_driver_sql(
            "SELECT details->'changes'->>0 FROM account_event WHERE action = 'mail_chosen'"
        )
        assert lines.scalars().all() == ["sans « Document bientôt périmé »"]
    post.desk.ask(ChooseMail(command_id=uuid4(), wanted=frozenset(wanted)), me)
    post.write()
    assert len(post.sent.list()) == 2


def test_the_export_holds_the_choices_and_no_link_that_opens_something(post: Post) -> None:
    me = mother.a_citizen(post.lea)
    post.desk.ask(ChooseMail(command_id=uuid4(), wanted=frozenset()), me)
    post.write("password_changed")
    post.desk.ask(AskReset(command_id=uuid4(), kind=Kind.CITIZEN, email=LEA))
    with post.desk.begin() as session:
        held = export_parts.gather(session, post.lea)
    assert "Document bientôt périmé" in [each["label"] for each in held["mail_choices"]]
    texts = {each["kind"]: each["text"] for each in held["mails"]}
    assert "Léa" in texts["password_changed"]
    assert texts["reset"] == ""


def test_the_law_stays_whatever_the_page_sends(post: Post) -> None:
    me = mother.a_citizen(post.lea)
    post.desk.ask(ChooseMail(command_id=uuid4(), wanted=frozenset()), me)
    post.write("password_changed")
    assert len(post.sent.list()) == 1
    with pytest.raises(Invalid):
        post.desk.ask(ChooseMail(command_id=uuid4(), wanted=frozenset({"inconnu"})), me)


def test_a_mail_s_own_link_stops_its_kind_for_its_account_alone(post: Post) -> None:
    post.desk.parent("max@exemple.fr")
    post.write()
    token = str(post.desk.mails(LEA)[-1].stop_token)
    about = post.desk.ask(AboutStop(token=token), mother.a_visitor())
    assert (about.label, about.email, about.stopped) == ("Document bientôt périmé", "l…a@exemple.fr", False)
    for _ in range(2):
        stopped = post.desk.ask(StopMail(command_id=uuid4(), token=token), mother.a_visitor())
        assert stopped.stopped is True
    post.sent.empty()
    post.write()
    post.write(to="max@exemple.fr")
    assert [each.recipients for each in post.sent.list()] == [("max@exemple.fr",)]
    assert post.desk.count("account_event WHERE action = 'mail_chosen'") == 1
    for wrong in ("", "x" * 32, str(post.desk.mails(LEA)[-1].return_token)):
        with pytest.raises(NotFound):
            post.desk.ask(AboutStop(token=wrong), SYSTEM)
        with pytest.raises(DomainError):
            post.desk.ask(StopMail(command_id=uuid4(), token=wrong), SYSTEM)
