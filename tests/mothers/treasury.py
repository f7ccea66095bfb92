"""What the accountant is given, for pages."""

from datetime import date

from contracts.billing.treasury import Chart, JournalEntry, JournalView


def an_entry(**fields: object) -> JournalEntry:
    given: dict[str, object] = {
        "on": date(2026, 11, 2),
        "number": 7,
        "account": "4111",
        "account_name": "Redevables",
        "debit_cents": 4800,
        "credit_cents": 0,
        "text": "Facture octobre\u00a02026",
        "piece": "ENF-2026-000001",
        "family_number": "F01234",
    }
    return JournalEntry.model_validate(given | fields)


def a_journal(**fields: object) -> JournalView:
    given: dict[str, object] = {
        "funds": {"ENF": "Régie Enfance et Restauration scolaire"},
        "fund": "ENF",
        "since": date(2026, 11, 1),
        "until": date(2026, 11, 30),
        "over": True,
        "entries": 4,
        "accounts": [
            {"number": "4111", "name": "Redevables", "debit_cents": 4800, "credit_cents": 3000},
            {
                "number": "5115",
                "name": "Cartes bancaires à l’encaissement",
                "debit_cents": 3000,
                "credit_cents": 0,
            },
            {"number": "7067", "name": "Restauration scolaire", "debit_cents": 0, "credit_cents": 4800},
        ],
    }
    return JournalView.model_validate(given | fields)


def a_chart() -> Chart:
    return Chart.model_validate(
        {
            "fund": "ENF",
            "fund_name": "Régie Enfance et Restauration scolaire",
            "lines": [
                {"account": "receivable", "name": "Redevables", "number": "4111"},
                {"account": "revenue:cantine", "name": "Restauration scolaire", "number": "7067"},
            ],
        }
    )
