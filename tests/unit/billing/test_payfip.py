"""What PayFiP takes: references, wordings, addresses, whatever ours look like; and which fund it serves."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.paying import wiring
from billing.paying.payfip_provider import mail_of, reference_of, wording_of
from chassis.settings import Settings


@given(number=st.text(max_size=60), payment_id=st.uuids())
def test_a_reference_has_six_to_thirty_letters_and_figures(number: str, payment_id: UUID) -> None:
    assert re.fullmatch(r"[A-Z0-9]{6,30}", reference_of(number, payment_id))


@given(number=st.text(max_size=60), one=st.uuids(), other=st.uuids())
def test_two_payments_of_an_invoice_have_two_references(number: str, one: UUID, other: UUID) -> None:
    same = one.hex[:10] == other.hex[:10]
    assert same == (reference_of(number, one) == reference_of(number, other))


@given(text=st.text(max_size=300))
def test_a_wording_has_at_most_a_hundred_plain_signs(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 ]{0,100}", wording_of(text))


@given(text=st.text(max_size=120))
def test_an_address_is_taken_whole_or_not_at_all(text: str) -> None:
    assert mail_of(text) in {text, ""}


def test_examples_of_both() -> None:
    number = reference_of("ENF-2026-000123", UUID("0b7e4d1c-0000-4000-8000-000000000000"))
    assert number == "ENF20260001230B7E4D1C00"
    assert wording_of("Facture n° ENF-2026-000123 – Famille Lévêque") == (
        "Facture n ENF 2026 000123 Famille Leveque"
    )


def settings(**given: str) -> Settings:
    stripe = {"stripe_key": "sk_test_x", "stripe_webhook_secret": "whsec_x"}
    return Settings(public_url="https://site.example/", **(stripe | given))


def test_a_town_chooses_by_fund() -> None:
    town = settings(payfip_clients="ENF=012345 CAN=012346", payfip_mode="W")
    funds = ("ENF", "CAN", "AUTRE")
    providers = wiring.providers_of(town)
    assert [providers.of_fund(fund).name for fund in funds] == ["payfip", "payfip", "stripe"]
    assert [wiring.name_for(town, fund) for fund in funds] == ["payfip", "payfip", "stripe"]


def test_a_payment_is_asked_about_under_its_own_funds_contract() -> None:
    town = settings(payfip_clients="ENF=012345 CAN=012346")
    providers = wiring.providers_of(town)
    assert providers.named("payfip", "CAN") is providers.of_fund("CAN")
    assert providers.named("stripe", "CAN").name == "stripe"
    assert providers.named("payfip").name == "payfip"


def test_a_town_that_says_nothing_is_served_by_stripe() -> None:
    assert wiring.providers_of(settings()).of_fund("ENF").name == "stripe"


def test_payfip_needs_no_key_of_stripe_and_serves_its_own_funds_only() -> None:
    providers = wiring.providers_of(settings(stripe_key="", payfip_clients="ENF=012345"))
    assert providers.of_fund("ENF").name == "payfip"
    assert providers.of_fund("AUTRE") is None


def test_a_town_without_any_provider_is_paid_at_the_counter() -> None:
    town = settings(stripe_key="")
    assert (wiring.providers_of(town).of_fund("ENF"), wiring.name_for(town, "ENF")) == (None, "")
    with pytest.raises(LookupError, match="ESPACE_STRIPE_WEBHOOK_SECRET"):
        wiring.providers_of(settings(stripe_webhook_secret=""))
