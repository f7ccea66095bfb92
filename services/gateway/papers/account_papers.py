"""A family's statement of account and its tax certificate, in words: the same on the screen and on paper."""

from typing import Any

from contracts.billing.papers import CertificateView, Movement, StatementView
from gateway import french
from gateway.money import bills

KINDS = {
    "payment": "Paiement",
    "refund": "Remboursement",
    "refund_failed": "Remboursement non arrivé",
    "bounce": "Chèque rejeté par la banque",
    "dispute": "Paiement repris par la banque",
    "debit_rejected": "Prélèvement rejeté par la banque",
    "write_off": "Remise accordée par la ville",
}

RULE = (
    "Cette attestation sert à demander le crédit d’impôt pour frais de garde des jeunes enfants "
    "(article 200 quater B du code général des impôts). Elle porte sur les sommes reçues par la ville entre le "
    "{first} et le {last}, quelle que soit la date de l’accueil, pour les enfants de moins de six ans au "
    "1er janvier {year}."
)
LEFT_OUT = (
    "N’y sont pas comptés : les repas de la restauration scolaire, les journées réservées où l’enfant n’est pas venu, "
    "les majorations pour présence sans réservation."
)
SHARED = (
    "Quand une facture mêle plusieurs activités et n’est payée qu’en partie, le paiement est réparti entre elles en "
    "proportion."
)
AIDS = "Déduisez vous-même les aides reçues d’autres organismes (CAF, employeur, CESU préfinancés)."
NOT_FINAL = (
    "L’année n’est pas finie : ce document est provisoire, arrêté au {until}. "
    "L’attestation définitive sera disponible à partir du 1er janvier {next}."
)
CREDITS = "Avoirs et remboursements"


def movement_words(movement: Movement) -> str:
    """« Facture d’octobre 2026, n° ENF-2026-000123 »; « Paiement (Nadia Ferrand), quittance … »."""
    if movement.kind == "invoice":
        title = bills.title(movement.month, is_credit_note=movement.is_credit_note)
        return f"{title}, n° {movement.invoice_number}"
    paper = "avoir" if movement.is_credit_note else "facture"
    words = KINDS.get(movement.kind, "Régularisation")
    if movement.paid_by:
        words += f" ({movement.paid_by})"
    if movement.receipt_number:
        return f"{words}, quittance {movement.receipt_number}, {paper} {movement.invoice_number}"
    return f"{words}, {paper} {movement.invoice_number}"


def debit_and_credit(movement: Movement) -> tuple[str, str]:
    """The sum under « Facturé » or under « Payé »; the other column is a dash."""
    if movement.kind == "invoice" and not movement.is_credit_note:
        return french.euros(movement.cents), "–"
    return "–", french.euros(-movement.cents)


def closing_words(view: StatementView) -> tuple[str, int]:
    """(what the balance is, in cents without sign)."""
    if view.closing_cents < 0:
        return "Crédit en votre faveur", -view.closing_cents
    return ("Reste à payer" if view.closing_cents else "Tout est réglé"), view.closing_cents


def statement_paper(view: StatementView) -> dict[str, Any]:
    """What `statement.typ` reads."""
    words, cents = closing_words(view)
    return {
        "title": f"Relevé de compte {view.year}",
        "number": f"Relevé {view.year} – dossier {view.family_number}",
        "fund": view.fund_name,
        "addressee": view.addressee,
        "facts": [
            ["Dossier famille", view.family_number],
            ["Période", f"du 1er janvier au {french.day(view.until)}"],
            ["Solde au 1er janvier", french.euros(view.opening_cents)],
            *([f"Solde – {name}", french.euros(cents)] for name, cents in view.by_fund.items()),
        ],
        "movements": [
            [
                french.short_day(each.on),
                french.typeset(movement_words(each)),
                *debit_and_credit(each),
                french.euros(each.balance_cents),
            ]
            for each in view.movements
        ],
        "none": french.typeset("Aucun mouvement sur cette période."),
        "closing": [f"{words} au {french.day(view.until)}", french.euros(cents)],
    }


def notes_of(view: CertificateView) -> list[str]:
    """What the certificate says of itself: the rule, what is left out, whether it is final."""
    notes = [
        RULE.format(first=f"1er janvier {view.year}", last=french.day(view.until), year=view.year),
        LEFT_OUT,
        SHARED,
        AIDS,
    ]
    return [french.typeset(note) for note in notes]


def not_final(view: CertificateView) -> str:
    """Empty once the year is over."""
    words = NOT_FINAL.format(until=french.day(view.until), next=view.year + 1)
    return "" if view.final else french.typeset(words)


def certificate_paper(view: CertificateView) -> dict[str, Any]:
    """What `certificate.typ` reads."""
    return {
        "title": f"Attestation fiscale {view.year}",
        "subtitle": french.typeset("Frais de garde d’enfants de moins de six ans"),
        "number": f"Attestation {view.year} – dossier {view.family_number}",
        "fund": view.fund_name,
        "addressee": view.addressee,
        "warning": not_final(view),
        "sentence": french.typeset(
            f"La Ville de Romans-sur-Isère atteste avoir reçu de la famille {view.family_label} "
            f"(dossier {view.family_number}) :"
        ),
        "children": [
            {
                "name": each.name,
                "about": french.typeset(
                    f"Né(e) le {french.day(each.birth_date)}. {', '.join(each.activities)}."
                ),
                "amounts": [
                    [amount.paid_by or CREDITS, french.euros(amount.cents)] for amount in each.amounts
                ],
                "total": french.euros(each.cents),
            }
            for each in view.children
        ],
        "total": french.euros(view.cents),
        "notes": notes_of(view),
        "none": french.typeset(
            f"Aucune somme n’a été reçue pour la garde d’un enfant de moins de six ans au 1er janvier {view.year}."
        ),
    }
