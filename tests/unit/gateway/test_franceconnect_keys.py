"""What an ID token must be, judged against keys in hand: no network, no page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from gateway.franceconnect.provider import Provider, Untrusted
from gateway.settings import GatewaySettings

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ISSUER = "https://oidc.franceconnect.example/api/v2"
EC, RSA = ECKey.generate_key("P-256", {"kid": "ec"}), RSAKey.generate_key(2048, {"kid": "rsa"})
SECRET = "its secret, which is long enough"


@pytest.fixture
def verify() -> Callable[[str], dict[str, Any]]:
    provider = Provider(
        GatewaySettings(
            franceconnect_url=ISSUER, franceconnect_client_id="the-town", franceconnect_client_secret=SECRET
        )
    )
    provider._keys = NOW, KeySet([EC, RSA])
    return lambda token: provider._verify({"issuer": ISSUER}, token, "the nonce", NOW)


def a_token(key: Any = EC, algorithm: str = "ES256", **changes: Any) -> str:
    at = int(NOW.timestamp())
    claims = {
        "iss": ISSUER,
        "sub": "abc",
        "aud": "the-town",
        "iat": at,
        "exp": at + 60,
        "nonce": "the nonce",
        "acr": "eidas1",
        **changes,
    }
    header = {"alg": algorithm, "kid": key.kid} if key.kid else {"alg": algorithm}
    return jwt.encode(
        header, {name: value for name, value in claims.items() if value is not None}, key, [algorithm]
    )


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "RS256")])
def test_both_of_franceconnects_algorithms_hold(verify: Any, key: Any, algorithm: str) -> None:
    assert verify(a_token(key, algorithm))["sub"] == "abc"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://ailleurs.exemple"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"exp": int(NOW.timestamp()) - 61},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 3600},
        {"acr": "eidas0"},
        {"azp": "another"},
    ],
)
def test_a_token_for_somebody_or_sometime_else_does_not(verify: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(Untrusted):
        verify(a_token(**changes))


def test_nothing_symmetric_and_nothing_unsigned_holds(verify: Any) -> None:
    good = a_token()
    unsigned = "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."
    for forged in (
        a_token(OctKey.import_key(SECRET), "HS256"),
        unsigned,
        good[:-4] + "AAAA",
        a_token(ECKey.generate_key("P-256", {"kid": "ec"})),
        "",
        "a.b.c",
    ):
        with pytest.raises(Untrusted):
            verify(forged)
