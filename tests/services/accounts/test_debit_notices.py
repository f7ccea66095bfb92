"""Direct debits, written to who signed and to nobody else."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.events.billing import (
    DebitAnnounced,
    DebitRejected,
    DebitWithdrawn,
    MandateEnded,
    MandateResumed,
    MandateSigned,
    PaidPart,
)
from tests.services.accounts.test_notices import MAX, Home, home, plain

__all__ = ["home"]

PART = PaidPart(invoice_id=uuid4(), invoice_number="ENF-2026-000123", amount_cents=6240)


def debit(home: Home) -> dict[str, Any]:
    return {
        "payment_id": uuid4(),
        "family_id": home.family_id,
        "account_id": home.max,
        "amount_cents": 6240,
        "collect_on": date(2026, 12, 22),
        "parts": [PART],
    }


def mandate(home: Home) -> dict[str, Any]:
    return {
        "mandate_id": uuid4(),
        "reference": "ENF-M-2026-000012",
        "family_id": home.family_id,
        "account_id": home.max,
    }


def test_a_signature_is_confirmed_to_who_signed(home: Home) -> None:
    home.tell(
        MandateSigned(
            fund="ENF", creditor_id="FR72ZZZ123456", iban_end="2606", notice_days=14, **mandate(home)
        )
    )
    assert home.new() == [(MAX, "mandate_signed")]
    said = plain(home.desk.mails(MAX)[-1].text)
    for words in ("ENF-M-2026-000012", "FR72ZZZ123456", "se termine par 2606", "14 jours avant"):
        assert words in said


def test_a_mandate_taken_up_again_is_told_to_who_signed_it(home: Home) -> None:
    for by_town, words in (
        (False, "Vous avez repris le mandat"),
        (True, "Mairie [+] a repris à votre demande"),
    ):
        home.tell(
            MandateResumed(fund="ENF", iban_end="2606", notice_days=14, by_town=by_town, **mandate(home))
        )
        said = plain(home.desk.mails(MAX)[-1].text)
        for each in (words, "ENF-M-2026-000012", "se termine par 2606", "14 jours avant"):
            assert each in said


def test_what_is_contested_is_said_in_the_announcement_and_when_nothing_is_left_of_it(home: Home) -> None:
    known = {"fund": "ENF", "mandate_reference": "ENF-M-2026-000012", "creditor_id": "FR72ZZZ123456"}
    home.tell(DebitAnnounced(iban_end="2606", contested_cents=1280, **known, **debit(home)))
    assert "Les 12,80 € que vous contestez ne sont pas prélevés" in plain(home.desk.mails(MAX)[-1].text)
    home.tell(DebitWithdrawn(reason="contested", **debit(home)))
    said = plain(home.desk.mails(MAX)[-1].text)
    assert "rien n’est prélevé avant la réponse de la mairie" in said
    assert "La ville y a renoncé" not in said


def test_a_debit_is_announced_with_all_that_the_rulebook_asks_for(home: Home) -> None:
    home.tell(
        DebitAnnounced(
            fund="ENF",
            mandate_reference="ENF-M-2026-000012",
            creditor_id="FR72ZZZ123456",
            iban_end="2606",
            **debit(home),
        )
    )
    mail = home.desk.mails(MAX)[-1]
    assert plain(mail.subject) == "Prélèvement de 62,40 € le 22 décembre 2026"
    for words in ("mardi 22 décembre 2026", "ENF-M-2026-000012", "FR72ZZZ123456", "ENF-2026-000123"):
        assert words in plain(mail.text)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("nothing_left", "vous n’avez rien à payer"),
        ("mandate_ended", "Le mandat ne sert plus. Facture n° ENF-2026-000123 : la somme reste due"),
        ("cancelled", "La ville y a renoncé."),
    ],
)
def test_a_debit_that_will_not_be_says_what_is_still_owed(home: Home, reason: str, words: str) -> None:
    home.tell(DebitWithdrawn(reason=reason, **debit(home)))
    assert words in plain(home.desk.mails(MAX)[-1].text)


@pytest.mark.parametrize(
    ("code", "suspended", "words"),
    [
        ("AM04", False, "pas assez approvisionné"),
        ("AC04", True, "signez un mandat pour un autre compte"),
        ("MS03", False, "elle n’en dit pas davantage"),
    ],
)
def test_a_debit_that_came_back_says_why_and_what_to_do(
    home: Home, code: str, suspended: bool, words: str
) -> None:
    home.tell(
        DebitRejected(
            mandate_reference="ENF-M-2026-000012",
            code=code,
            suspended=suspended,
            receipt_number="ENF-Q-2026-000045",
            **debit(home),
        )
    )
    said = plain(home.desk.mails(MAX)[-1].text)
    assert words in said
    assert "La quittance ENF-Q-2026-000045 ne vaut plus." in said
    assert ("est suspendu" in said) is suspended


def test_the_end_of_a_mandate_says_who_ended_it_and_a_suspension_is_told_with_its_reject(home: Home) -> None:
    for reason, words in (
        ("", "Vous avez mis fin"),
        ("by_town", "Mairie [+] a mis fin"),
        ("unused", "36 mois"),
    ):
        home.tell(MandateEnded(state="revoked", reason=reason, **mandate(home)))
        assert words in plain(home.desk.mails(MAX)[-1].text)
    home.tell(MandateEnded(state="suspended", reason="AC04", **mandate(home)))
    assert home.new() == [(MAX, "mandate_ended")] * 3
