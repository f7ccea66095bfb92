"""What to know of a child at a roll-call, in words: for the sheet that is printed in the page and for the tablet's."""

from contracts.accounts.health import EmergencySheet
from gateway.care import health_words
from gateway.french import typeset


def foods(sheet: EmergencySheet) -> str:
    """« arachide, lait et lactose »; empty: none to avoid."""
    names = health_words.foods(sheet.avoided)
    return names[:1].lower() + names[1:]


def lines(sheet: EmergencySheet) -> list[tuple[str, str]]:
    """(what it is about, what to do), the most urgent first."""
    doctor = ", ".join(part for part in (sheet.doctor, sheet.doctor_phone) if part)
    found = [
        ("En cas d’urgence", sheet.emergency),
        ("Traitement sur place", sheet.treatment),
        ("Médecin", doctor),
    ]
    if sheet.declared:
        found.append(("À savoir", "écrit par les parents, pas encore relu par le service santé"))
    return [(label, typeset(text)) for label, text in found if text]
