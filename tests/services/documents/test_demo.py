"""The demonstration's documents: sealed as a parent's would be."""

from datetime import date
from uuid import uuid4

from contracts.accounts.families import MyHousehold
from contracts.accounts.identity import SignedInView, SignIn
from contracts.caller import Kind
from deploy.local.demo.documents import load
from tests.mothers.accounts import a_household
from tests.services.documents.conftest import PASSWORD, sign_in


def test_the_demonstration_fills_a_vault_once(vaults, vault_site):
    account_id, household = uuid4(), a_household()

    class Services:
        def ask(self, question, caller):
            if isinstance(question, SignIn):
                return SignedInView(account_id=account_id, kind=Kind.CITIZEN, name="Mme Léa Martin")
            if isinstance(question, MyHousehold):
                return household
            return vaults.ask(question, caller)

    for _ in range(2):
        load(Services(), date(2026, 11, 23), [("lea@exemple.fr", PASSWORD)], vaults.settings)
    browser = sign_in(vault_site, account_id)
    names = [each.get_text() for each in browser.read("/mon-espace/stockage/").select(".shelf__name")]
    assert sorted(names) == [
        "Assurance scolaire",
        "Attestation CAF",
        "Carnet de santé",
        "Facture d’électricité",
    ]
    given = vaults.rows(
        "SELECT document_type, subject_kind, subject_id FROM share JOIN document USING (document_id)"
        " WHERE share.account_id = :account_id",
        account_id=account_id,
    )
    assert [tuple(row) for row in given] == [
        ("justificatif_domicile", "family", household.families[0].family_id)
    ]
