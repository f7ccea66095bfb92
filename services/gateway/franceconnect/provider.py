"""The one place that speaks OpenID Connect with FranceConnect (Authlib).

Everything comes from the discovery document: endpoints, keys, what is offered. What it names must be on its own origin.
The ID token's signature is verified with the provider's keys (ES256 or RS256, nothing symmetric), then its issuer,
audience, times and nonce; the person's data may come as plain JSON or as a signed JWT, and must be of the same subject.
"""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.security import is_secure_transport
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from structlog import get_logger

from gateway.settings import GatewaySettings

log = get_logger()
ALGORITHMS = ["ES256", "RS256"]
LEVELS = ("eidas1", "eidas2", "eidas3")
_TIMEOUT = 6  # seconds: FranceConnect or nothing, while a thread of ours waits
_KEPT = timedelta(hours=1)
_LEEWAY = 60  # seconds between two clocks
_TITLES = {"female": "Mme", "male": "M."}


class Unreachable(Exception):
    """The provider does not answer, or not as a provider does."""


class Untrusted(Exception):
    """What came back does not prove who it is. The text is for the log."""


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and what must come back with it."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Person:
    """Who came back, as the provider knows them. `subject` means nothing elsewhere."""

    issuer: str
    subject: str
    title: str
    first_name: str
    last_name: str
    email: str
    id_token: str


class Provider:
    """One for each process; its discovery document and keys are kept for an hour."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.issuer = settings.franceconnect_url.removesuffix("/.well-known/openid-configuration").rstrip("/")
        self._client_id = settings.franceconnect_client_id
        self._secret = settings.franceconnect_client_secret.get_secret_value()
        self._scope = settings.franceconnect_scope
        self._lock = threading.Lock()
        self._metadata: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def depart(self, back: str, now: datetime) -> Departure:
        """To the provider, which sends the browser to `back`. Raises Unreachable."""
        metadata = self._discover(now)
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        with self._client(metadata, back) as client:
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=secrets.token_urlsafe(32),
                code_verifier=verifier if self._has_pkce(metadata) else None,
                nonce=nonce,
                acr_values=LEVELS[0],
            )
        return Departure(url, state, nonce, verifier)

    def arrive(self, back: str, code: str, departure: Departure, now: datetime) -> Person:
        """Who it is. Raises Unreachable, Untrusted."""
        metadata = self._discover(now)
        with self._client(metadata, back) as client:
            token = self._fetch_token(client, metadata, code, departure)
            claims = self._verify(metadata, str(token.get("id_token", "")), departure.nonce, now)
            said = self._read_person(client, metadata, now)
        if said.get("sub") != claims["sub"]:
            raise Untrusted("the person's data are of another subject")
        return Person(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            title=_TITLES.get(str(said.get("gender", "")), ""),
            first_name=str(said.get("given_name") or ""),
            last_name=str(said.get("preferred_username") or said.get("family_name") or ""),
            email=str(said.get("email") or ""),
            id_token=str(token["id_token"]),
        )

    def farewell(self, id_token: str, back: str, now: datetime) -> str | None:
        """Where the provider ends its own session (RP-initiated logout). None when it has no such place."""
        endpoint = self._discover(now).get("end_session_endpoint")
        if not endpoint:
            return None
        asked = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": back,
            "state": secrets.token_urlsafe(32),
        }
        return f"{endpoint}?{urlencode(asked)}"

    def _client(self, metadata: dict[str, Any], back: str) -> OAuth2Session:
        offered = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return OAuth2Session(
            self._client_id,
            self._secret,
            scope=self._scope,
            redirect_uri=back,
            token_endpoint_auth_method=(
                "client_secret_post" if "client_secret_post" in offered else "client_secret_basic"
            ),
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )

    def _fetch_token(
        self, client: OAuth2Session, metadata: dict[str, Any], code: str, departure: Departure
    ) -> dict[str, Any]:
        proof = {"code_verifier": departure.verifier} if self._has_pkce(metadata) else {}
        try:
            return dict(client.fetch_token(metadata["token_endpoint"], code=code, **proof))
        except requests.RequestException as problem:
            raise Unreachable(repr(problem)) from problem
        except Exception as problem:  # Authlib's families of errors share no ancestor
            raise Untrusted(repr(problem)) from problem

    def _read_person(self, client: OAuth2Session, metadata: dict[str, Any], now: datetime) -> dict[str, Any]:
        try:
            answer = client.get(metadata["userinfo_endpoint"])
            answer.raise_for_status()
        except requests.RequestException as problem:
            raise Unreachable(repr(problem)) from problem
        if "jwt" in answer.headers.get("Content-Type", ""):
            claims = self._open(metadata, answer.text.strip(), now).claims
            if claims.get("iss") != metadata["issuer"] or self._client_id not in _list(claims.get("aud")):
                raise Untrusted("the person's data are for somebody else")
            return dict(claims)
        try:
            return dict(answer.json())
        except ValueError as problem:
            raise Untrusted("the person's data cannot be read") from problem

    def _verify(self, metadata: dict[str, Any], id_token: str, nonce: str, now: datetime) -> dict[str, Any]:
        opened = self._open(metadata, id_token, now)
        claims = CodeIDToken(
            opened.claims,
            opened.header,
            options={
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self._client_id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": self._client_id},
        )
        try:
            claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
        except JoseError as problem:
            raise Untrusted(repr(problem)) from problem
        if "acr" in claims and claims["acr"] not in LEVELS:
            raise Untrusted(f"level {claims['acr']!r} is none of {LEVELS}")
        return dict(claims)

    def _open(self, metadata: dict[str, Any], signed: str, now: datetime) -> jwt.Token:
        """A JWT whose signature holds. Keys that do not fit are fetched once more: the provider may have new ones."""
        fetched, keys = self._get_keys(metadata, now)
        try:
            return jwt.decode(signed, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError) as problem:
            if fetched == now:
                raise Untrusted(repr(problem)) from problem
        try:
            return jwt.decode(signed, self._get_keys(metadata, now, anew=True)[1], algorithms=ALGORITHMS)
        except (JoseError, ValueError) as problem:
            raise Untrusted(repr(problem)) from problem

    def _get_keys(
        self, metadata: dict[str, Any], now: datetime, *, anew: bool = False
    ) -> tuple[datetime, KeySet]:
        with self._lock:
            if self._keys is None or anew or now - self._keys[0] > _KEPT:
                found = _get_json(metadata["jwks_uri"])
                try:
                    self._keys = now, KeySet.import_key_set(cast("KeySetSerialization", found))
                except (JoseError, KeyError, TypeError, ValueError) as problem:
                    raise Unreachable(repr(problem)) from problem
            return self._keys

    def _discover(self, now: datetime) -> dict[str, Any]:
        with self._lock:
            if self._metadata is None or now - self._metadata[0] > _KEPT:
                if not is_secure_transport(self.issuer):
                    raise Unreachable(f"{self.issuer!r} is not https")
                found = _get_json(f"{self.issuer}/.well-known/openid-configuration")
                self._metadata = now, _checked(found, self.issuer)
            return self._metadata[1]

    @staticmethod
    def _has_pkce(metadata: dict[str, Any]) -> bool:
        return "S256" in _list(metadata.get("code_challenge_methods_supported"))


def _checked(found: dict[str, Any], url: str) -> dict[str, Any]:
    """The discovery document, whose issuer is the one asked and whose endpoints are at its address."""
    if str(found.get("issuer", "")).rstrip("/") != url:
        raise Unreachable(f"{found.get('issuer')!r} is not {url!r}")
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        if name not in found:
            raise Unreachable(f"no {name}")
    for name, value in found.items():
        if (name.endswith("_endpoint") or name == "jwks_uri") and _origin(str(value)) != _origin(url):
            raise Unreachable(f"{name} is elsewhere: {value!r}")
    return found


def _get_json(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=_TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError, TypeError) as problem:
        raise Unreachable(repr(problem)) from problem


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
