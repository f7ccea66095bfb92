"""What API Particulier is asked, and what its answers mean.

Written to its public specification: v3, « Quotient familial CAF & MSA », modality « identité »
(GET /v3/dss/quotient_familial/identite).

Unknown is never zero: an answer without a value is no answer. Functions of their arguments; `api_particulier` does
the asking.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from contracts.accounts.quotients import FRANCE, CivilStatus

PATH = "/v3/dss/quotient_familial/identite"
_SUPPLIERS = {"CNAF": "CAF", "MSA": "MSA"}


@dataclass(frozen=True)
class Found:
    """The quotient of a month (its first day), in whole euros, and who computed it: CAF or MSA."""

    month: date
    euros: int
    supplier: str


@dataclass(frozen=True)
class NotFound:
    """No file under this name (404): the family gives a document."""


@dataclass(frozen=True)
class Rejected:
    """What was asked cannot be a person (422): to be corrected by the family. `code`: the provider's own."""

    code: str


@dataclass(frozen=True)
class Late:
    """No answer for now: too many questions (429), a provider that is down (5xx), or a town whose right to ask has to
    be mended (401, 403: `ours`). To be asked again, not before `after`."""

    why: str
    after: timedelta = timedelta()
    ours: bool = False


Answer = Found | NotFound | Rejected | Late


def query_of(person: CivilStatus, recipient: str) -> list[tuple[str, str]]:
    """The parameters, in the order of the specification; first names one by one. `recipient`: the town's SIRET."""
    born = person.birth_date
    found = [("recipient", recipient), ("nomNaissance", person.birth_name)]
    if person.usage_name and person.usage_name != person.birth_name:
        found.append(("nomUsage", person.usage_name))
    found += [("prenoms[]", name) for name in person.first_names.replace(",", " ").split()]
    found += [
        ("anneeDateNaissance", str(born.year)),
        ("moisDateNaissance", str(born.month)),
        ("jourDateNaissance", str(born.day)),
        ("sexeEtatCivil", person.sex),
        ("codeCogInseePaysNaissance", person.country),
    ]
    if person.country == FRANCE:
        found.append(("nomCommuneNaissance", person.birth_place))
        found.append(("codeCogInseeDepartementNaissance", person.department))
    return found


class _Quotient(BaseModel):
    fournisseur: str = ""
    valeur: int = Field(ge=0, le=99_999)
    annee: int = Field(ge=2000, le=2200)
    mois: int = Field(ge=1, le=12)


class _Data(BaseModel):
    quotient_familial: _Quotient


class _Body(BaseModel):
    data: _Data


def read_answer(status: int, body: Any, reset_in: float | None = None) -> Answer:
    """What an HTTP answer means. `body`: the JSON, None when it was none; `reset_in`: seconds to the end of a limit."""
    if status == 200:
        try:
            found = _Body.model_validate(body).data.quotient_familial
        except ValidationError:
            return Late("unreadable")
        return Found(
            month=date(found.annee, found.mois, 1),
            euros=found.valeur,
            supplier=_SUPPLIERS.get(found.fournisseur.upper(), "CAF"),
        )
    if status == 404:
        return NotFound()
    if status in (400, 422):
        return Rejected(_first_code(body))
    if status in (401, 403):
        return Late(f"refused_{status}", ours=True)
    if status == 429:
        return Late("limit", after=timedelta(seconds=min(max(reset_in or 60.0, 1.0), 3600.0)))
    return Late(f"http_{status}")


def _first_code(body: Any) -> str:
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("code", ""))[:20] if isinstance(first, dict) else ""
