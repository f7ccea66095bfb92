"""The one place that speaks WebAuthn (py_webauthn): options for browsers, and what their answers prove.

Discoverable credentials, user verification required, no attestation. The signature counter is judged by the caller
(`counter_holds`), so that it can be told from a signature that is wrong.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import options_to_json, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

TOWN = "Espace Citoyens de Romans-sur-Isère"
_TIMEOUT = 5 * 60 * 1000
T = TypeVar("T")


class Refused(Exception):
    """The answer proves nothing. The text says why, for the log only."""


@dataclass(frozen=True)
class RelyingParty:
    """The site, as browsers and authenticators know it."""

    rp_id: str
    origin: str


@dataclass(frozen=True)
class NewCredential:
    """What a registration proved."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool


@dataclass(frozen=True)
class Claim:
    """What an answer says of itself, before anything is proved."""

    credential_id: bytes
    user_handle: bytes | None


@dataclass(frozen=True)
class Use:
    """What a signature proved."""

    sign_count: int
    synced: bool


def relying_party(public_url: str) -> RelyingParty:
    """From the site's address. A loopback address is no domain, which WebAuthn wants: there it is `localhost`."""
    parts = urlsplit(public_url)
    host = parts.hostname or "localhost"
    if _is_loopback(host):
        host = "localhost"
    port = f":{parts.port}" if parts.port else ""
    return RelyingParty(host, f"{parts.scheme}://{host}{port}")


def creation_options(
    party: RelyingParty,
    challenge: bytes,
    account_id: UUID,
    user_name: str,
    shown_name: str,
    known: list[bytes],
) -> str:
    """For `navigator.credentials.create`. `known`: credentials the account has, which are not to be made again."""
    return options_to_json(
        webauthn.generate_registration_options(
            rp_id=party.rp_id,
            rp_name=TOWN,
            user_id=account_id.bytes,
            user_name=user_name,
            user_display_name=shown_name,
            challenge=challenge,
            timeout=_TIMEOUT,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        )
    )


def request_options(party: RelyingParty, challenge: bytes) -> str:
    """For `navigator.credentials.get`: any passkey of this site, of which nothing is said."""
    return options_to_json(
        webauthn.generate_authentication_options(
            rp_id=party.rp_id,
            challenge=challenge,
            timeout=_TIMEOUT,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def verify_new(party: RelyingParty, challenge: bytes, credential: str) -> NewCredential:
    """What the answer to `creation_options` proves. Raises Refused."""
    verified = _judged(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    )
    return NewCredential(
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def read_claim(credential: str) -> Claim:
    """Which credential an answer says it is. Raises Refused."""
    read = _judged(lambda: parse_authentication_credential_json(credential))
    return Claim(read.raw_id, read.response.user_handle)


def verify_use(party: RelyingParty, challenge: bytes, credential: str, public_key: bytes) -> Use:
    """What the answer to `request_options` proves of a credential we know. Raises Refused."""
    verified = _judged(
        lambda: webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    )
    return Use(
        sign_count=verified.new_sign_count,
        synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )


def counter_holds(stored: int, given: int) -> bool:
    """WebAuthn § 6.1.1: a counter grows, or is never counted; one that stands or goes back may be a copy's."""
    return given > stored or (given == 0 and stored == 0)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _judged(judge: Callable[[], T]) -> T:
    """The library's verdict. Bytes made up by anybody trip it in many ways: all of them prove nothing."""
    try:
        return judge()
    except Exception as problem:
        raise Refused(repr(problem)) from problem
