"""What a family's file is found to be for a school year: what is there, missing, expired or still to be looked at.

Each matter gives one part, `(file, today, year) -> points`, in `PARTS`. A point blocks the signature only where the
town could not look after a child without it: nobody to call, no telephone, a consent that must be answered. What waits
for an agent never blocks: the family has done its share.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from accounts.names import spell
from accounts.wording import day, month
from contracts.accounts.certification import PointState, PointView, Section
from contracts.accounts.changes import SubjectKind
from contracts.accounts.contacts import ContactView, InsuranceView
from contracts.accounts.families import ChildView, FamilyView

COMING_FROM = 6
"""From 1 June the coming school year is certified."""
REMINDERS = ((9, 1), (9, 15), (10, 1))
"""Month and day from which a family that has not signed is reminded: at most once each."""
REMINDED_WITHIN = timedelta(days=14)
"""A step is not made up for later: who joins in November is not written to about October."""


@dataclass(frozen=True)
class Year:
    """A school year: « 2026-2027 » and its days."""

    label: str
    first: date
    last: date


@dataclass(frozen=True)
class Consent:
    """What the adults of this home said of one text for one child; `fresh`: to the text as it is now."""

    child_id: UUID
    label: str
    said: str
    answered: bool
    fresh: bool
    required: bool
    complete: bool = True
    """Nobody else's answer is awaited."""


@dataclass(frozen=True)
class Health:
    """What a parent may see said in a line; no word of an illness."""

    diet: str
    vaccines_noted: int
    vaccines_missing: int
    vaccines_ended: int
    certified_on: date | None
    has_pai: bool
    pai_until: date | None
    care_awaiting: bool


@dataclass(frozen=True)
class File:
    """Everything that is looked through. `health` is None where it is not to be shown."""

    family: FamilyView
    contacts: list[ContactView] = field(default_factory=list)
    insurances: dict[UUID, InsuranceView] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    custody: dict[UUID, date] = field(default_factory=dict)
    """child → since when an agreement holds."""
    awaiting: set[tuple[SubjectKind, UUID]] = field(default_factory=set)
    """Changes that wait for an agent, by subject and by child."""
    health: dict[UUID, Health] | None = None


def year_label(today: date) -> str:
    """The school year that is certified on this day: « 2027-2028 » from 1 June 2027."""
    start = today.year if today.month >= COMING_FROM else today.year - 1
    return f"{start}-{start + 1}"


def year_by_law(label: str) -> Year:
    """From 1 September to 31 August (Code de l'éducation, R421-6): where no calendar has been told yet."""
    start = int(label[:4])
    return Year(label, date(start, 9, 1), date(start + 1, 8, 31))


def step_of(today: date, year: Year) -> date | None:
    """The date of reminder that is being carried out, if one is."""
    start = int(year.label[:4])
    steps = [date(start, *each) for each in REMINDERS]
    return max((step for step in steps if step <= today < step + REMINDED_WITHIN), default=None)


def review(file: File, today: date, year: Year) -> list[PointView]:
    """Every point of the file, in the order of the page."""
    return [point for part in PARTS for point in part(file, today, year)]


def blocking(points: Iterable[PointView]) -> list[PointView]:
    """What must be mended before anything is signed."""
    return [point for point in points if point.blocks]


def guardians(file: File, _today: date, _year: Year) -> Iterator[PointView]:
    """Where they live, how to write to and call each."""
    home = file.family
    address = ", ".join(part for part in (home.street, f"{home.postcode} {home.city}".strip()) if part)
    yield PointView(
        section=Section.GUARDIANS,
        code="address",
        subject_id=home.family_id,
        state=_state(bool(home.street), (SubjectKind.FAMILY, home.family_id) in file.awaiting),
        value=address,
    )
    unreachable = not any(member.phone for member in home.guardians)
    for member in home.guardians:
        common = {
            "section": Section.GUARDIANS,
            "subject": spell(member.first_name, member.last_name),
            "subject_id": member.guardian_id,
        }
        yield PointView(
            code="phone", state=_state(bool(member.phone)), value=member.phone,
            blocks=unreachable and member.is_me, **common,
        )  # fmt: skip
        yield PointView(code="email", state=_state(bool(member.email)), value=member.email or "", **common)


def children(file: File, _today: date, _year: Year) -> Iterator[PointView]:
    """Who they are, at which school; with whom they are when they have two homes."""
    for child in file.family.children:
        school = ", ".join(part for part in (child.place_name, child.class_name) if part)
        born = f"date de naissance : {day(child.birth_date)}"
        yield _of_child(
            child, Section.CHILDREN, "child",
            _state(True, (SubjectKind.CHILD, child.child_id) in file.awaiting),
            ", ".join(part for part in (born, school) if part),
        )  # fmt: skip
        if child.elsewhere:
            since = file.custody.get(child.child_id)
            yield _of_child(
                child, Section.CHILDREN, "custody",
                _state(since is not None, (SubjectKind.CUSTODY, child.child_id) in file.awaiting),
                f"calendrier établi, depuis le {day(since)}" if since else "",
            )  # fmt: skip


def contacts(file: File, _today: date, _year: Year) -> Iterator[PointView]:
    """Whom to call, in order, and who may collect each child."""
    for child in file.family.children:
        own = [contact for contact in file.contacts if child.child_id in contact.child_ids]
        called = [contact for contact in own if contact.call_order is not None]
        yield _of_child(
            child, Section.CONTACTS, "emergency_contact", _state(bool(called)),
            " ; ".join(f"{_name(each)}, {', '.join(each.phones)}" for each in called), blocks=not called,
        )  # fmt: skip
        collecting = [_name(contact) for contact in own if contact.may_collect]
        yield _of_child(
            child, Section.CONTACTS, "collectors", PointState.OK,
            ", ".join(collecting) or "personne d’autre que les responsables",
        )  # fmt: skip


def insurance(file: File, today: date, year: Year) -> Iterator[PointView]:
    """The insurance of the school year: a contract that ends before the year does is to be followed up."""
    for child in file.family.children:
        held = file.insurances.get(child.child_id)
        state = PointState.MISSING
        if held is not None:
            state = PointState.OK
            if held.valid_until < max(today, year.first):
                state = PointState.EXPIRED
            elif held.valid_until < year.last:
                state = PointState.TO_CONFIRM
        value = (
            f"{held.company}, contrat {held.number}, valable jusqu’au {day(held.valid_until)}" if held else ""
        )
        yield _of_child(child, Section.INSURANCE, "insurance", state, value)


def health(file: File, today: date, _year: Year) -> Iterator[PointView]:
    """The plate, the vaccinations, the individual plan: no word of an illness."""
    for child in file.family.children:
        known = (file.health or {}).get(child.child_id)
        if known is None:
            continue
        yield _of_child(child, Section.HEALTH, "diet", PointState.OK, known.diet)
        yield _of_child(child, Section.HEALTH, "vaccines", _vaccines_state(known), _vaccines(known))
        yield _of_child(child, Section.HEALTH, "pai", _pai_state(known, today), _pai(known))


def consents(file: File, _today: date, _year: Year) -> Iterator[PointView]:
    """An answer of this home to each text as it is now. A « no » is an answer."""
    names = {child.child_id: child for child in file.family.children}
    for each in file.consents:
        state = PointState.MISSING
        if each.answered:
            state = PointState.EXPIRED
        if each.fresh:
            state = PointState.OK if each.complete else PointState.TO_CONFIRM
        yield _of_child(
            names[each.child_id], Section.CONSENTS, "consent", state, each.said,
            blocks=each.required and not each.fresh, label=each.label,
        )  # fmt: skip


def quotient(file: File, today: date, _year: Year) -> Iterator[PointView]:
    """The CAF computes it anew each January. Unknown is not zero: the top band applies."""
    known = file.family.quotient
    state = PointState.MISSING
    if known is not None:
        state = PointState.OK if known.month.year >= today.year else PointState.EXPIRED
    yield PointView(
        section=Section.QUOTIENT,
        code="quotient",
        subject_id=file.family.family_id,
        state=state,
        value=f"{known.euros}, {month(known.month)}" if known else "",
    )


Part = Callable[[File, date, Year], Iterable[PointView]]
PARTS: tuple[Part, ...] = (guardians, children, contacts, insurance, health, consents, quotient)


def _state(known: bool, awaiting: bool = False) -> PointState:
    if awaiting:
        return PointState.AWAITING_REVIEW
    return PointState.OK if known else PointState.MISSING


def _of_child(
    child: ChildView,
    section: Section,
    code: str,
    state: PointState,
    value: str,
    *,
    blocks: bool = False,
    label: str = "",
) -> PointView:
    return PointView(
        section=section,
        code=code,
        subject=spell(child.first_name, child.last_name),
        subject_id=child.child_id,
        label=label,
        state=state,
        value=value,
        blocks=blocks,
    )


def _name(contact: ContactView) -> str:
    return spell(contact.first_name, contact.last_name)


def _vaccines_state(known: Health) -> PointState:
    if known.vaccines_missing:
        return PointState.MISSING
    return PointState.EXPIRED if known.vaccines_ended else PointState.OK


def _vaccines(known: Health) -> str:
    """What was said of them, whatever the day: a booster that falls due is a state, not another value."""
    if known.certified_on:
        return f"certificat du {day(known.certified_on)}"
    noted = f"{known.vaccines_noted} renseignée{'s' if known.vaccines_noted > 1 else ''}"
    if not known.vaccines_missing:
        return noted
    lacking = f"{known.vaccines_missing} obligatoires manquent"
    return f"{noted}, {lacking if known.vaccines_missing > 1 else 'une obligatoire manque'}"


def _pai_state(known: Health, today: date) -> PointState:
    if known.care_awaiting:
        return PointState.AWAITING_REVIEW
    has_run_out = known.pai_until is None or known.pai_until < today
    return PointState.EXPIRED if known.has_pai and has_run_out else PointState.OK


def _pai(known: Health) -> str:
    if not known.has_pai:
        return "aucun"
    return f"valable jusqu’au {day(known.pai_until)}" if known.pai_until else "sans date de fin"
