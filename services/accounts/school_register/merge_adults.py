"""The guardians of a household of the file: found, completed, corrected where nobody has corrected them since."""

from uuid import UUID, uuid4

from accounts.models import Family, Guardian
from accounts.names import spell
from accounts.school_register.households import PlannedAdult, PlannedHome
from accounts.school_register.import_changes import Differences
from accounts.school_register.import_models import GuardianSaid
from accounts.school_register.pen import Pen
from accounts.school_register.register import Register
from contracts.accounts.imports import ChangeKind

_REACHED_BY = ("email", "phone")


class Adults:
    """`taken`: the guardians whom the file names."""

    def __init__(self, register: Register, place_code: str, pen: Pen, diff: Differences) -> None:
        self.register, self.place_code, self.pen, self.diff = register, place_code, pen, diff
        self.taken: set[UUID] = set()
        self._same_person: dict[tuple[str, frozenset[str]], UUID] = {}

    def take(self, adult: PlannedAdult, family: Family, home: PlannedHome, *, is_new_family: bool) -> str:
        """`new`, `changed` or `unchanged`."""
        for guardian in self.register.guardians[family.family_id]:
            if adult.key in self.register.names_of(guardian):
                changed = self._complete(guardian, adult, family)
                self._remember(guardian, adult, family, home)
                return "changed" if changed else "unchanged"
        guardian = self._new(adult, family, home)
        if not is_new_family:
            self.diff.add(
                ChangeKind.NEW_GUARDIAN,
                f"{family.family_id} {adult.key}",
                adult.name,
                family=family.number,
            )
        self.pen.add(guardian)
        self.register.guardians[family.family_id].append(guardian)
        self.register.by_name[adult.key].append(guardian)
        self._remember(guardian, adult, family, home)
        return "new"

    def _complete(self, guardian: Guardian, adult: PlannedAdult, family: Family) -> bool:
        said = self.register.said_of(guardian, self.place_code)
        who = spell(guardian.first_name, guardian.usage_name or guardian.last_name)
        values: dict[str, object] = {
            name: getattr(adult, name)
            for name in ("title", "usage_name")
            if getattr(adult, name) and not self.pen.get(guardian, name)
        }
        for name in _REACHED_BY:
            ours, theirs = self.pen.text(guardian, name), str(getattr(adult, name))
            if not theirs or same(ours, theirs):
                continue
            before = getattr(said, name) if said is not None else None
            if ours and (before is None or not same(ours, before)):
                if self._takes_theirs(guardian, who, ours, theirs, family, name, said):
                    values[name] = theirs
                continue
            self.diff.add(
                ChangeKind.COORDINATES,
                f"{name} {guardian.guardian_id}",
                who,
                ours,
                theirs,
                family=family.number,
                note=name,
            )
            values[name] = theirs
        if guardian.name_key != adult.key and self._takes_theirs(
            guardian, who, who, adult.name, family, "name", said
        ):
            values |= {
                "first_name": adult.first_name,
                "last_name": adult.last_name,
                "usage_name": adult.usage_name,
                "name_key": adult.key,
            }
        return self.pen.set(guardian, **values)

    def _takes_theirs(
        self,
        guardian: Guardian,
        who: str,
        ours: str,
        theirs: str,
        family: Family,
        note: str,
        said: GuardianSaid | None,
    ) -> bool:
        return self.diff.takes_theirs(
            str(guardian.guardian_id),
            who,
            ours,
            theirs,
            family=family.number,
            note=note,
            settled=said.settled if said is not None else (),
        )

    def _new(self, adult: PlannedAdult, family: Family, home: PlannedHome) -> Guardian:
        elsewhere = self._elsewhere(adult)
        person = (adult.key, adult.also_at | {home.address.key})
        adult_id = (elsewhere.adult_id if elsewhere else self._same_person.get(person)) or uuid4()
        if adult.also_at:
            self._same_person[person] = adult_id
        return Guardian(
            guardian_id=uuid4(),
            family_id=family.family_id,
            adult_id=adult_id,
            account_id=elsewhere.account_id if elsewhere else None,
            title=adult.title,
            first_name=adult.first_name,
            last_name=adult.last_name,
            usage_name=adult.usage_name,
            name_key=adult.key,
            email=adult.email,
            phone=adult.phone,
        )

    def _elsewhere(self, adult: PlannedAdult) -> Guardian | None:
        """The same person in the file of another home."""
        for guardian in self.register.by_name.get(adult.key, []):
            family = self.register.families[self.register.home_of(guardian)]
            if self.pen.text(family, "address_key") in adult.also_at:
                return guardian
        return None

    def _remember(self, guardian: Guardian, adult: PlannedAdult, family: Family, home: PlannedHome) -> None:
        """What this school says now, for the next time; and what the agent has settled."""
        self.taken.add(guardian.guardian_id)
        said = self.register.said[guardian.guardian_id].get(self.place_code)
        kept = self.diff.kept_of(str(family.family_id), str(guardian.guardian_id))
        settled = sorted(kept.union(said.settled if said else ()))
        values: dict[str, object] = {
            "name_key": adult.key,
            "address_key": home.address.key,
            "email": adult.email or (said.email if said else ""),
            "phone": adult.phone or (said.phone if said else ""),
            "settled": settled,
        }
        if said is None:
            said = GuardianSaid(guardian_id=guardian.guardian_id, place_code=self.place_code, **values)
            self.register.said[guardian.guardian_id][self.place_code] = said
            self.pen.add_later(said)
        else:
            self.pen.set(said, **values)


def same(ours: str, theirs: str) -> bool:
    """One address or number, however it is written: « 06 39 98 12 34 », « 0639981234 », « +33 6 39 98 12 34 »."""
    return _plain(ours) == _plain(theirs)


def _plain(text: str) -> str:
    if "@" in text:
        return text.strip().casefold()
    digits = "".join(sign for sign in text if sign.isdigit())
    return f"0{digits[2:]}" if digits.startswith("33") and len(digits) == 11 else digits
