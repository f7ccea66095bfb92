"""What a SEPA mandate says, on the page that signs it and on paper: the words of the rulebook in French."""

from typing import Any

from contracts.billing.debits import MandatePaper
from gateway import french
from gateway.sentences.billing import MANDATE_STATES


def terms_of(fund_name: str) -> str:
    """What signing allows, as the European Payments Council words it."""
    return french.typeset(
        f"En signant ce mandat, vous autorisez la Ville de Romans-sur-Isère ({fund_name}) à envoyer des instructions à "
        "votre banque pour débiter votre compte, et votre banque à débiter votre compte selon ces instructions. Vous "
        "pouvez être remboursé par votre banque, selon votre convention avec elle, si vous le demandez dans les huit "
        "semaines qui suivent un débit, et dans les treize mois si vous ne l’aviez pas autorisé."
    )


def mandate_paper(paper: MandatePaper) -> dict[str, Any]:
    """What `mandate.typ` reads."""
    mandate = paper.mandate
    state = MANDATE_STATES[mandate.state][0]
    if mandate.ended_at:
        state = f"{state}, le {french.day(mandate.ended_at)}"
    return {
        "title": "Mandat de prélèvement SEPA",
        "number": mandate.reference,
        "fund": mandate.fund_name,
        "terms": terms_of(mandate.fund_name),
        "sections": [
            {
                "title": "Mandat",
                "facts": [
                    ["Référence unique (RUM)", mandate.reference],
                    ["Type de paiement", "Récurrent"],
                    ["Schéma", "SEPA CORE"],
                    ["État", french.typeset(state)],
                ],
            },
            {
                "title": "Débiteur",
                "facts": [
                    ["Titulaire du compte", mandate.holder],
                    ["Adresse", ", ".join(paper.address)],
                    ["IBAN", paper.iban],
                    ["BIC", mandate.bic],
                ],
            },
            {
                "title": "Créancier",
                "facts": [
                    ["Nom", f"Ville de Romans-sur-Isère – {mandate.fund_name}"],
                    ["Identifiant (ICS)", mandate.creditor_id],
                    ["Adresse", "rue du Capitaine Bozambo, CS 41012, 26102 Romans-sur-Isère Cedex, France"],
                ],
            },
            {
                "title": "Signature",
                "facts": [
                    ["Signé par", mandate.signed_by],
                    ["Le", french.moment(mandate.signed_at)],
                    ["Comment", "En ligne, depuis son compte de l’Espace Citoyens"],
                ],
            },
        ],
        "notes": [
            french.typeset(
                "Vos droits concernant ce mandat sont expliqués dans un document que votre banque vous remet. Vous "
                "pouvez mettre fin au mandat dans votre Espace Citoyens, rubrique « Prélèvement automatique »."
            )
        ],
    }
