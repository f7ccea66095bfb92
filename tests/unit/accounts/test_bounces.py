"""What comes back: reports are read, whoever wrote them; everything else is nothing, and nothing makes it fall over."""

import smtplib
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mailing.bounces import Action, find_token, read_report
from accounts.mailing.refused import read_failure, reason_of
from contracts.accounts.mail import Why
from deploy.local.mail.report import compose_report

TOKEN = "0123456789abcdef0123456789abcdef"
ADDRESS = "retours+{token}@ville.example"
SENDER = ADDRESS.replace("{token}", TOKEN)
POSTFIX = f"""\
Return-Path: <>
Delivered-To: {SENDER}
From: MAILER-DAEMON@mx.exemple.fr (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {SENDER}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.exemple.fr.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.exemple.fr
Arrival-Date: Tue, 3 Nov 2026 10:00:00 +0100 (CET)

Final-Recipient: rfc822; lea.martin@exemple.fr
Original-Recipient: rfc822;lea.martin@exemple.fr
Action: ACTION
Status: STATUS
Remote-MTA: dns; mx.exemple.fr
Diagnostic-Code: smtp; 552 5.2.2 <lea.martin@exemple.fr>: mailbox
    is full

--B
Content-Type: text/rfc822-headers

Message-ID: <177.{TOKEN}@ville.example>
Subject: Votre facture

--B--
"""


def a_report(action: str = "failed", status: str = "5.2.2", text: str = POSTFIX) -> bytes:
    return text.replace("ACTION", action).replace("STATUS", status).replace("\n", "\r\n").encode()


def test_a_report_says_which_mail_and_why() -> None:
    report = read_report(a_report(), ADDRESS)
    assert report is not None
    assert (report.token, report.action, report.status) == (TOKEN, Action.FAILED, "5.2.2")
    assert report.diagnostic == "552 5.2.2 <lea.martin@exemple.fr>: mailbox is full"
    assert (report.why, report.is_permanent) == (Why.MAILBOX_FULL, True)


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [
        ("failed", "5.1.1", True),
        ("failed", "4.4.7", False),
        ("delayed", "4.4.1", False),
        ("delivered", "2.0.0", False),
    ],
)
def test_only_a_failure_for_good_is_permanent(action: str, status: str, permanent: bool) -> None:
    report = read_report(a_report(action, status), ADDRESS)
    assert report is not None
    assert report.is_permanent is permanent


def test_without_a_mailbox_of_its_own_the_mail_is_known_by_its_message_id() -> None:
    report = read_report(a_report(text=POSTFIX.replace(SENDER, "ne-pas-repondre@ville.example")), "")
    assert report is not None
    assert report.token == TOKEN


def test_servers_that_change_the_case_of_an_address_are_understood() -> None:
    assert find_token(a_report(text=POSTFIX.replace(SENDER, SENDER.upper())), ADDRESS) == TOKEN


def test_our_own_double_writes_such_a_report() -> None:
    original = EmailMessage()
    original["Message-ID"] = f"<1.{TOKEN}@ville.example>"
    original.set_content("Bonjour")
    report = read_report(compose_report(original.as_bytes(), SENDER, "lea@exemple.fr"), ADDRESS)
    assert report is not None
    assert (report.token, report.status, report.why) == (TOKEN, "5.1.1", Why.UNKNOWN_ADDRESS)


def test_an_absence_note_is_no_report() -> None:
    note = EmailMessage()
    note["To"], note["Subject"], note["Auto-Submitted"] = SENDER, "Absent du bureau", "auto-replied"
    note.set_content("Je reviens lundi. 5.1.1")
    assert read_report(note.as_bytes(), ADDRESS) is None
    assert find_token(note.as_bytes(), ADDRESS) == TOKEN


def test_a_reports_missing_status_is_taken_from_its_words() -> None:
    text = POSTFIX.replace("Status: STATUS\n", "")
    report = read_report(a_report(text=text), ADDRESS)
    assert report is not None
    assert report.status == "5.2.2"


@given(st.binary(max_size=2_000))
def test_nothing_that_lands_there_makes_it_fall_over(raw: bytes) -> None:
    assert read_report(raw, ADDRESS) is None or raw


@given(st.integers(0, 3_000), st.binary(max_size=20))
def test_nor_does_a_report_with_a_hole_in_it(place: int, noise: bytes) -> None:
    whole = a_report()
    read_report(whole[:place] + noise + whole[place + 7 :], ADDRESS)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("550 5.1.1 unknown", Why.UNKNOWN_ADDRESS),
        ("5.1.2", Why.UNKNOWN_DOMAIN),
        ("5.2.1", Why.MAILBOX_CLOSED),
        ("4.2.2", Why.MAILBOX_FULL),
        ("5.7.26", Why.REFUSED),
        ("4.4.7", Why.UNREACHABLE),
        ("550 go away", Why.OTHER),
    ],
)
def test_a_status_has_its_reason(status: str, why: Why) -> None:
    assert reason_of(status) is why


@pytest.mark.parametrize(
    ("error", "why", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"5.1.1 unknown")}), Why.UNKNOWN_ADDRESS, True),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"4.7.1 greylisted")}), Why.REFUSED, False),
        (smtplib.SMTPRecipientsRefused({"a@b": (552, b"5.2.2 full")}), Why.MAILBOX_FULL, True),
        (smtplib.SMTPDataError(554, b"5.7.1 spam"), Why.REFUSED, True),
        (smtplib.SMTPDataError(451, b"try later"), Why.OTHER, False),
        (smtplib.SMTPAuthenticationError(535, b"bad password"), Why.UNREACHABLE, False),
        (smtplib.SMTPServerDisconnected("gone"), Why.UNREACHABLE, False),
        (ConnectionRefusedError(111, "refused"), Why.UNREACHABLE, False),
        (ValueError("a header with a newline"), Why.OTHER, True),
    ],
)
def test_a_refusal_is_for_now_or_for_good(error: Exception, why: Why, permanent: bool) -> None:
    failure = read_failure(error)
    assert (failure.why, failure.permanent) == (why, permanent)
