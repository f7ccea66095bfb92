"""An OpenID provider that is not ours (`oidc-provider-mock`), on a loopback port, and what a bad one would do.

with run_provider(person("abc", given_name="Léa")) as provider:
    provider.url                          # issuer
    provider.agree(departure, "abc")      # the address the browser is sent back to
    provider.forges = True                # from now on its keys are not those it signs with

It is told off by its own libraries: `pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")`.
"""

import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import flask
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import oidc_provider_mock
    from oidc_provider_mock._server import _threaded_server


class Provider:
    """The provider, and its vices."""

    def __init__(self, users: list[oidc_provider_mock.User]) -> None:
        self._app = oidc_provider_mock.app(user_claims=users, require_nonce=True)
        self._other_key = RSAKey.generate_key(2048)
        self.url = ""
        self.forges = False
        self.signs_person = False
        self.person_audience = ""
        self.changes: dict[str, Any] = {}

    def agree(self, departure: str, subject: str) -> str:
        """The person says yes: where the browser goes."""
        return self._answer(departure, {"sub": subject})

    def refuse(self, departure: str) -> str:
        """The person goes back."""
        return self._answer(departure, {"action": "deny"})

    @staticmethod
    def _answer(departure: str, said: dict[str, str]) -> str:
        answer = requests.post(departure, data=said, allow_redirects=False, timeout=10)
        assert answer.is_redirect, answer.text
        return str(answer.headers["Location"])

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/.well-known/openid-configuration" and self.changes:
            return self._say(start, {**self._read(environ), **self.changes})
        if path == "/jwks":
            other = {"keys": [self._other_key.as_dict(private=False)]}
            return self._say(start, other if self.forges else self._read(environ))
        if path == "/userinfo" and self.signs_person:
            claims = {**self._read(environ), "iss": self.url, "aud": self.person_audience}
            signed = jwt.encode({"alg": "RS256"}, claims, self._key())
            start("200 OK", [("Content-Type", "application/jwt")])
            return [signed.encode()]
        return self._app(environ, start)

    def _key(self) -> RSAKey:
        """What the provider signs with."""
        with self._app.test_request_context():
            self._app.preprocess_request()
            key = flask.g.oidc_provider_mock_storage.jwk
        return RSAKey.import_key(key.as_dict(is_private=True))

    def _read(self, environ: dict[str, Any]) -> Any:
        return json.loads(b"".join(self._app(environ, lambda *_args: lambda _body: None)))

    @staticmethod
    def _say(start: Callable[..., Any], content: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(content).encode()]


def person(subject: str, **claims: str) -> oidc_provider_mock.User:
    """Somebody the provider knows."""
    return oidc_provider_mock.User(sub=subject, claims=claims)


@contextmanager
def run_provider(*users: oidc_provider_mock.User) -> Iterator[Provider]:
    """Until the end of the block."""
    provider = Provider(list(users))
    with _threaded_server(provider, host="127.0.0.1") as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        yield provider
