"""Direct debits, written to who signed: what will be debited, what will not, what came back and what to do."""

from datetime import datetime

from sqlalchemy.orm import Session

from accounts.mailing.mail import Site
from accounts.mailing.notices import write_to_account
from contracts.events.billing import (
    DebitAnnounced,
    DebitRejected,
    DebitWithdrawn,
    MandateEnded,
    MandateResumed,
    MandateSigned,
)

_PAY = "réglez cette somme en ligne tant que le paiement est ouvert, ou auprès de Mairie [+]."
_BANK = f"voyez avec votre banque, {_PAY}"
REASONS: dict[str, tuple[str, str]] = {
    "AM04": ("le compte n’était pas assez approvisionné.", _PAY),
    "AC01": (
        "le numéro du compte n’est pas le bon.",
        f"signez un nouveau mandat avec le bon IBAN, et {_PAY}",
    ),
    "AC04": ("le compte est clôturé.", f"signez un mandat pour un autre compte, et {_PAY}"),
    "AC06": ("le compte est bloqué.", _BANK),
    "AC13": (
        "ce compte n’est pas celui d’un particulier.",
        f"signez un mandat pour un autre compte, et {_PAY}",
    ),
    "AG01": (
        "ce type de compte ne se prélève pas (un livret, par exemple).",
        f"signez un mandat pour un compte courant, et {_PAY}",
    ),
    "MD01": ("elle ne connaît pas le mandat, ou vous y avez mis fin auprès d’elle.", _BANK),
    "MD06": (
        "vous avez demandé à être remboursé.",
        f"si c’est une erreur de notre part, dites-le-nous ; sinon, {_PAY}",
    ),
    "MD07": ("le titulaire du compte est décédé.", "appelez Mairie [+], qui verra avec vous comment régler."),
    "MS02": ("vous vous y êtes opposé.", f"si c’est une erreur de notre part, dites-le-nous ; sinon, {_PAY}"),
    "RC01": ("le BIC n’est pas le bon.", f"signez un nouveau mandat avec le bon BIC, et {_PAY}"),
    "SL01": ("vous lui avez demandé de refuser les prélèvements de la ville.", _BANK),
}
_ELSE = ("elle n’en dit pas davantage, ou l’erreur est la nôtre.", _PAY)


def mandate_signed(session: Session, site: Site, fact: MandateSigned, at: datetime, now: datetime) -> None:
    """A copy of what was signed, with how to end it."""
    write_to_account(session, site, "mandate_signed", fact.account_id, now, fact=fact, at=at)


def mandate_ended(session: Session, site: Site, fact: MandateEnded, now: datetime) -> None:
    """Nothing is debited any more. A suspension is told with the reject that led to it."""
    if fact.state != "suspended":
        write_to_account(session, site, "mandate_ended", fact.account_id, now, fact=fact)


def mandate_resumed(session: Session, site: Site, fact: MandateResumed, now: datetime) -> None:
    """Invoices are debited again: to who signed, whoever took it up."""
    write_to_account(session, site, "mandate_resumed", fact.account_id, now, fact=fact)


def debit_announced(session: Session, site: Site, fact: DebitAnnounced, now: datetime) -> None:
    """How much, when, from which account, under which mandate."""
    write_to_account(session, site, "debit_announced", fact.account_id, now, fact=fact)


def debit_withdrawn(session: Session, site: Site, fact: DebitWithdrawn, now: datetime) -> None:
    """It will not happen; whether something is still owed."""
    write_to_account(session, site, "debit_withdrawn", fact.account_id, now, fact=fact)


def debit_rejected(session: Session, site: Site, fact: DebitRejected, now: datetime) -> None:
    """Why the bank sent it back, and what to do."""
    why, todo = REASONS.get(fact.code, _ELSE)
    write_to_account(session, site, "debit_rejected", fact.account_id, now, fact=fact, why=why, todo=todo)
