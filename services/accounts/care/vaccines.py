"""Which vaccinations a child must have, and which are not there.

Code de la santé publique, L3111-2 and R3111-8: three for children born before 2018; eleven for those born from
1 January 2018; since the decree of 5 July 2024, those born from 1 January 2025 must have meningococcus ACWY and B,
where C alone was asked before. ACWY covers C. A doctor's certificate that all are up to date answers for each.
"""

from collections.abc import Sequence
from datetime import date

from contracts.accounts.health import Dose, Vaccine

_THREE = (Vaccine.DIPHTHERIA, Vaccine.TETANUS, Vaccine.POLIO)
_TEN = (
    *_THREE,
    Vaccine.PERTUSSIS,
    Vaccine.HIB,
    Vaccine.HEPATITIS_B,
    Vaccine.PNEUMOCOCCUS,
    Vaccine.MEASLES,
    Vaccine.MUMPS,
    Vaccine.RUBELLA,
)
_ELEVEN_FROM = date(2018, 1, 1)
_ACWY_AND_B_FROM = date(2025, 1, 1)


def required(birth_date: date) -> list[Vaccine]:
    """What the law asks of a child born on this day, in the order it is written."""
    if birth_date < _ELEVEN_FROM:
        return list(_THREE)
    if birth_date < _ACWY_AND_B_FROM:
        return [*_TEN, Vaccine.MENINGOCOCCUS_C]
    return [*_TEN, Vaccine.MENINGOCOCCUS_ACWY, Vaccine.MENINGOCOCCUS_B]


def missing(birth_date: date, doses: Sequence[Dose], certified_on: date | None) -> list[Vaccine]:
    """What is required and nobody has given a dose of."""
    if certified_on is not None:
        return []
    given = {dose.vaccine for dose in doses}
    if Vaccine.MENINGOCOCCUS_ACWY in given:
        given.add(Vaccine.MENINGOCOCCUS_C)
    return [vaccine for vaccine in required(birth_date) if vaccine not in given]


def ended(doses: Sequence[Dose], certified_on: date | None, today: date) -> list[Vaccine]:
    """Doses whose next one was due before today; a later certificate says that it was given."""
    return [
        dose.vaccine
        for dose in doses
        if dose.valid_until is not None
        and dose.valid_until < today
        and (certified_on is None or certified_on < dose.valid_until)
    ]
