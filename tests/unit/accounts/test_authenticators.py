"""What decides about passkeys without a database."""

import pytest

from accounts.identity.authenticators import RelyingParty, counter_holds, relying_party


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://espace.exemple.fr", RelyingParty("espace.exemple.fr", "https://espace.exemple.fr")),
        ("https://Espace.Exemple.fr/", RelyingParty("espace.exemple.fr", "https://espace.exemple.fr")),
        (
            "https://espace.exemple.fr:8443",
            RelyingParty("espace.exemple.fr", "https://espace.exemple.fr:8443"),
        ),
        ("http://127.0.0.1:8600", RelyingParty("localhost", "http://localhost:8600")),
    ],
)
def test_the_relying_party_is_the_sites_address(address: str, expected: RelyingParty) -> None:
    assert relying_party(address) == expected


@pytest.mark.parametrize(
    ("stored", "given", "holds"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_a_counter_grows_or_is_never_counted(stored: int, given: int, holds: bool) -> None:
    assert counter_holds(stored, given) is holds
