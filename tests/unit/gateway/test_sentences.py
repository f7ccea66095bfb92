"""No refusal without a sentence."""

from importlib import import_module
from pkgutil import walk_packages

import pytest

import contracts
from contracts.errors import DomainError, ServiceUnavailable, TooManyAttempts
from gateway.sentences import sentence_of, tables

for module in walk_packages(contracts.__path__, "contracts."):
    import_module(module.name)

CODES = sorted(
    kind.code for kind in DomainError.registry.values() if kind.__module__.startswith("contracts.")
)


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_the_contracts_has_a_french_sentence(code):
    assert code in tables()[0], f"add {code} to gateway/sentences/<service>.py"


def test_every_sentence_belongs_to_a_refusal():
    assert sorted(tables()[0].keys() - set(CODES)) == []


@pytest.mark.parametrize("code", sorted(tables()[0]))
def test_a_sentence_ends_like_one_and_has_a_status_of_its_kind(code):
    status, text = tables()[0][code]
    assert 400 <= status < 600
    assert text[0].isupper() or text[0] in "{«"
    assert text.endswith((".", "!", "?"))
    assert "'" not in text, "a typewriter's apostrophe"


def test_details_fill_the_sentence():
    assert sentence_of(TooManyAttempts(retry_after=3700)).text.endswith("dans 62 minutes.")
    assert sentence_of(TooManyAttempts()).text.endswith("dans ….")


def test_a_silent_service_is_a_503():
    assert sentence_of(ServiceUnavailable(service="billing")).status == 503
