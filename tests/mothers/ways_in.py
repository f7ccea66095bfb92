"""Ready-made views of what opens an account."""

import json
from uuid import UUID

from contracts.accounts.identity import SignedInView
from contracts.accounts.passkeys import CeremonyView
from contracts.accounts.ways_in import FederatedView, PasskeyView, WaysInView
from contracts.caller import Kind
from tests.mothers import accounts as mother

PASSKEY_ID = UUID(int=70)
CEREMONY_ID = UUID(int=71)


def a_passkey(**changes: object) -> PasskeyView:
    return PasskeyView(passkey_id=PASSKEY_ID, name="Mon téléphone", created_at=mother.NOW).model_copy(
        update=changes
    )


def some_ways_in(*passkeys: PasskeyView, has_password: bool = True, issuer: str = "") -> WaysInView:
    return WaysInView(
        has_password=has_password,
        passkeys=list(passkeys),
        federated=[FederatedView(issuer=issuer, linked_at=mother.NOW)] if issuer else [],
    )


def a_ceremony() -> CeremonyView:
    return CeremonyView(
        ceremony_id=CEREMONY_ID, options=json.dumps({"challenge": "AAAA", "rpId": "espace.exemple.fr"})
    )


def somebody(account_id: UUID = CEREMONY_ID) -> SignedInView:
    return SignedInView(account_id=account_id, kind=Kind.CITIZEN, name="Mme Léa Martin")
