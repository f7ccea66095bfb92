"""What a slip (« bordereau de remise ») says on paper."""

from typing import Any

from contracts.billing.counter import DepositView
from gateway import french
from gateway.sentences.billing import MEANS


def deposit_paper(deposit: DepositView) -> dict[str, Any]:
    """What `deposit.typ` reads."""
    summary = deposit.summary
    facts = [
        ("Bordereau", summary.number),
        ("Nature", french.typeset(MEANS[summary.means])),
        ("Établi le", french.moment(summary.made_at) if summary.made_at else ""),
        ("Par", summary.made_by_name),
        ("Nombre de paiements", str(summary.payments)),
    ]
    return {
        "title": "Bordereau de remise",
        "number": summary.number,
        "fund": summary.fund_name,
        "facts": [[label, words] for label, words in facts if words],
        "headers": ["Quittance", "Reçu le", "Payé par", "Référence", "Montant"],
        "lines": [
            [
                line.receipt_number,
                french.day(line.taken_on),
                line.paid_by,
                line.reference or "–",
                french.euros(line.cents),
            ]
            for line in deposit.lines
        ],
        "total": ["Total remis", french.euros(summary.cents)],
    }
