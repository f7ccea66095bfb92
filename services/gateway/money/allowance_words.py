"""Reductions and aids in words: « 2,00 € par unité, 120,00 € au plus »."""

from contracts.billing.allowances import AllowanceState, AllowanceView
from gateway import french

STATES = {
    "to_come": ("À venir", "info"),
    "running": ("En cours", "done"),
    "used_up": ("Plafond atteint", "wait"),
    "over": ("Terminée", "off"),
    "ended": ("Arrêtée", "off"),
}

KINDS = {"reduction": "Réduction d’un tarif", "aid": "Aide, avec un plafond"}


def takes_off(allowance: AllowanceView) -> str:
    """« 50 % du prix, puis 2,00 € par unité »; of a reduction, its tariff says it."""
    parts = []
    if allowance.percent:
        parts.append(f"{allowance.percent}{french.NO_BREAK}% du prix")
    if allowance.cents:
        parts.append(f"{french.euros(allowance.cents)} par unité")
    return ", puis ".join(parts) or "Selon le tarif"


def cap(allowance: AllowanceView) -> str:
    """« 120,00 € ou 30 jours au plus »; nothing where nothing binds."""
    parts = []
    if allowance.cap_cents is not None:
        parts.append(french.euros(allowance.cap_cents))
    if allowance.cap_days is not None:
        parts.append(french.count(allowance.cap_days, "jour"))
    return f"{' ou '.join(parts)} au plus" if parts else ""


def left(allowance: AllowanceView) -> str:
    """« reste 120,00 € jusqu’au 31 août 2027 »."""
    if allowance.state in (AllowanceState.OVER, AllowanceState.ENDED):
        return over(allowance)
    if allowance.state is AllowanceState.USED_UP:
        return "plafond atteint"
    parts = []
    if allowance.left_cents is not None:
        parts.append(french.euros(allowance.left_cents))
    if allowance.left_days is not None:
        parts.append(french.count(allowance.left_days, "jour"))
    start = f"à partir du {french.day(allowance.since)}" if allowance.state is AllowanceState.TO_COME else ""
    end = f"jusqu’au {french.day(allowance.until)}" if allowance.until else ""
    remains = f"reste {' ou '.join(parts)}" if parts else ""
    return (
        " ".join(part for part in (remains, start, end) if part) or f"depuis le {french.day(allowance.since)}"
    )


def over(allowance: AllowanceView) -> str:
    """« terminée le 31 août 2027 », « retirée »."""
    if allowance.until is None or allowance.until < allowance.since:
        return "retirée"
    return f"terminée le {french.day(allowance.until)}"


def reaches(allowance: AllowanceView) -> str:
    """« Léa Ferrand, Restauration scolaire »."""
    child = allowance.child_name or "Tous les enfants"
    return f"{child}, {allowance.activity_name or 'toutes les activités'}"
