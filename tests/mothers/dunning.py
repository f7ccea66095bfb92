"""Late families, letters and reprieves, for pages."""

from datetime import UTC, date, datetime
from uuid import UUID

from billing.dunning.wording import PROMISE, USUAL
from contracts.billing.dunning import DunningView, FamilyDunning, LateInvoice, ReminderView


def a_late_invoice(**fields: object) -> LateInvoice:
    given: dict[str, object] = {
        "invoice_id": UUID(int=11),
        "number": "ENF-2026-000123",
        "month": date(2026, 10, 1),
        "due_on": date(2026, 11, 23),
        "cents": 6240,
        "last_step": 0,
        "last_on": None,
    }
    return LateInvoice.model_validate(given | fields)


def a_dunning_view(**fields: object) -> DunningView:
    family = {
        "family_id": UUID(int=5),
        "label": "Ferrand",
        "number": "F01234",
        "cents": 6240,
        "by_post": False,
        "invoices": [a_late_invoice()],
    }
    other = family | {"family_id": UUID(int=6), "label": "Masson", "number": "F01235", "by_post": True}
    given: dict[str, object] = {
        "funds": {"ENF": "Régie Enfance et Restauration scolaire"},
        "fund": "ENF",
        "step": 1,
        "counts": {1: 2, 2: 0, 3: 0, 4: 0},
        "due": [family, other],
        "spared": [
            {
                "family_id": UUID(int=7),
                "label": "Nègre",
                "cents": 4100,
                "reason": "reprieve",
                "until": date(2027, 1, 5),
                "words": "Paiement en trois fois",
            },
            {"family_id": UUID(int=8), "label": "Olivier", "cents": 900, "reason": "below_least"},
        ],
        "terms": USUAL,
        "sendings": [
            {
                "sending_id": UUID(int=95),
                "step": 1,
                "sent_at": datetime(2026, 12, 2, 9, tzinfo=UTC),
                "sent_by_name": "Régine Sabatier",
                "letters": 12,
                "by_post": 2,
                "cents": 74_880,
            }
        ],
    }
    return DunningView.model_validate(given | fields)


def a_letter(**fields: object) -> ReminderView:
    given: dict[str, object] = {
        "reminder_id": UUID(int=96),
        "family_id": UUID(int=5),
        "family_number": "F01234",
        "fund_name": "Régie Enfance et Restauration scolaire",
        "addressee": ["Mme Nadia Ferrand", "4 rue des Tanneurs", "26100 Romans-sur-Isère"],
        "step": 2,
        "subject": USUAL.steps[1].subject,
        "paragraphs": USUAL.steps[1].text.split("\n\n"),
        "promise": PROMISE,
        "invoices": [a_late_invoice()],
        "cents": 6240,
        "sent_on": date(2026, 12, 23),
    }
    return ReminderView.model_validate(given | fields)


def a_family_dunning(**fields: object) -> FamilyDunning:
    given: dict[str, object] = {
        "family_id": UUID(int=5),
        "label": "Ferrand",
        "number": "F01234",
        "late": [a_late_invoice(last_step=1, last_on=date(2026, 12, 2))],
        "reminders": [{"reminder_id": UUID(int=96), "step": 1, "sent_on": date(2026, 12, 2)}],
        "reprieve": {
            "reprieve_id": UUID(int=97),
            "until": date(2027, 1, 5),
            "reason": "Paiement en trois fois",
            "granted_at": datetime(2026, 12, 3, 9, tzinfo=UTC),
            "granted_by_name": "Régine Sabatier",
        },
    }
    return FamilyDunning.model_validate(given | fields)
