"""A school's next export: shown as a difference, decided, applied as shown, and then there is nothing left to do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from contracts.accounts.imports import (
    ApplyImport,
    ChangeKind,
    DecideImport,
    ImportChange,
    ImportMoved,
    ImportUnconfirmed,
    ImportView,
    OpenImport,
)
from tests.mothers import accounts as mother
from tests.mothers.onde import an_export
from tests.services.accounts.conftest import Desk

OTHER = "0260002B"
LEA, TOM = "Martin Léa 2018-03-09 CE1", "Durand Tom 2017-05-01 CE2"
PAULE = "Martin Paule | 12 rue Neuve | Martin Léa"
JEAN = "Durand Jean | 4 quai Dauphin | Durand Tom"


class Town:
    """A register fed with small exports."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def preview(self, pupils: list[str], guardians: list[str], school: str = mother.SCHOOL) -> ImportView:
        return self.desk.start_with(*an_export(pupils, guardians), school)

    def fill(
        self, pupils: list[str], guardians: list[str], school: str = mother.SCHOOL, **apply: Any
    ) -> ImportView:
        started = self.preview(pupils, guardians, school)
        assert started.doubts_open == 0
        ask = ApplyImport(command_id=uuid4(), import_id=started.import_id, **apply)
        done: ImportView = self.desk.ask(ask, mother.an_agent())
        return done

    def changes(self, view: ImportView) -> list[ImportChange]:
        found: list[ImportChange] = self.desk.ask(OpenImport(import_id=view.import_id)).changes
        return found

    def lines(self, view: ImportView) -> list[tuple[str, str, str, str]]:
        return [(line.kind.value, line.who, line.before, line.after) for line in self.changes(view)]

    def choose(self, view: ImportView, kind: ChangeKind, choice: str) -> ImportView:
        choices = {line.change_id: choice for line in self.changes(view) if line.kind is kind}
        done: ImportView = self.desk.ask(
            DecideImport(command_id=uuid4(), import_id=view.import_id, choices=choices)
        )
        return done

    def value(self, statement: str, **given: Any) -> Any:
        with self.desk.begin() as session:
            return session.execute(text(statement), given).scalar_one()

    def change(self, statement: str, **given: Any) -> None:
        with self.desk.begin() as session:
            session.execute(text(statement), given)

    def school_of(self, first_name: str) -> str | None:
        found: str | None = self.value(
            "SELECT place_code FROM child WHERE first_name = :name", name=first_name
        )
        return found


@pytest.fixture
def town(desk: Desk) -> Town:
    return Town(desk)


def test_a_year_later_every_kind_of_change_is_told(desk: Desk, town: Town) -> None:
    desk.fill()
    started = desk.start("jacquemart-suite")
    assert started.doubts_open == 0
    found: dict[ChangeKind, list[ImportChange]] = {kind: [] for kind in ChangeKind}
    for line in town.changes(started):
        found[line.kind].append(line)
    assert (started.present, started.leaving, started.to_confirm) == (32, 4, False)
    respelt = [line for line in found[ChangeKind.LEAVER] if line.note == "respelt"]
    assert [(line.who, line.after) for line in respelt] == [("Capucine N’Doye", "Capucine-Lou N’Doye")]
    assert {line.note for line in found[ChangeKind.MOVED]} == {"resident", "not_resident", "new_home"}
    assert {line.before for line in found[ChangeKind.CLASS_CHANGED]} == {"PS", "MS", "GS", "CP"}
    assert [line.after for line in found[ChangeKind.SECOND_HOME]] != []
    assert {line.note for line in found[ChangeKind.COORDINATES]} == {"email", "phone"}
    assert len(found[ChangeKind.GUARDIAN_GONE]) == 1
    assert {line.who for line in found[ChangeKind.NEW_CHILD]} >= {"Sidonie Fontanille", "Sidoine Fontanille"}


def test_it_is_applied_as_shown_and_then_there_is_nothing_left_to_do(desk: Desk, town: Town) -> None:
    desk.fill()
    started = desk.start("jacquemart-suite")
    kept = next(line for line in town.changes(started) if line.kind is ChangeKind.LEAVER and not line.note)
    same = next(line for line in town.changes(started) if line.note == "respelt")
    choices = {kept.change_id: "keep", same.change_id: "same"}
    decided = desk.ask(DecideImport(command_id=uuid4(), import_id=started.import_id, choices=choices))
    before = desk.count("child")
    told = len(desk.facts("child.updated"))
    applied = desk.ask(
        ApplyImport(command_id=uuid4(), import_id=started.import_id, shown=decided.fingerprint),
        mother.an_agent(),
    )
    assert (applied.families, applied.children, applied.adults) == (
        decided.families,
        decided.children,
        decided.adults,
    )
    assert town.changes(applied) == town.changes(decided)
    assert desk.count("child") == before + applied.children.new
    assert len(desk.facts("child.updated")) == told + applied.children.new + applied.children.changed
    left = [fact for fact in desk.facts("child.updated") if fact["data"]["place_code"] is None]
    assert len(left) == decided.leaving == started.leaving - 2
    again = desk.start("jacquemart-suite")
    assert [line.kind for line in town.changes(again)] == [ChangeKind.LEAVER]
    again = town.choose(again, ChangeKind.LEAVER, "keep")
    assert again.families.nothing
    assert again.children.nothing
    assert again.adults.nothing


def test_a_leaver_keeps_file_and_family_and_the_fact_says_so(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    town.fill([TOM], [JEAN])
    assert town.school_of("Léa") is None
    assert (
        town.value("SELECT count(*) FROM family_child JOIN child USING (child_id) WHERE first_name = 'Léa'")
        == 1
    )
    fact = town.desk.facts("child.updated")[-1]["data"]
    assert (fact["first_name"], fact["place_code"], len(fact["family_ids"])) == ("Léa", None, 1)
    assert town.lines(town.preview([TOM], [JEAN])) == []


def test_a_child_who_comes_back_is_the_same_child(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    town.fill([TOM], [JEAN])
    back = town.preview(["Martin Léa 2018-03-09 CM1", TOM], [PAULE, JEAN])
    assert town.lines(back) == [("returned", "Léa Martin", "", "CM1")]
    town.desk.apply(back.import_id)
    assert (town.school_of("Léa"), town.desk.count("child")) == (mother.SCHOOL, 2)


@pytest.mark.parametrize("new_school_first", [True, False])
def test_a_child_who_moves_between_two_schools_never_loses_the_place(
    town: Town, new_school_first: bool
) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    arrives = lambda: town.fill(["Martin Léa 2018-03-09 CE2"], [PAULE], OTHER)  # noqa: E731
    leaves = lambda: town.fill([TOM], [JEAN])  # noqa: E731
    for step in (arrives, leaves) if new_school_first else (leaves, arrives):
        step()
    assert town.school_of("Léa") == OTHER
    assert town.lines(town.preview([TOM], [JEAN])) == []
    assert town.desk.count("family") == 2


def test_a_leaver_kept_by_the_agent_stays_and_is_asked_about_again(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    started = town.choose(town.preview([TOM], [JEAN]), ChangeKind.LEAVER, "keep")
    assert started.leaving == 0
    town.desk.apply(started.import_id)
    assert town.school_of("Léa") == mother.SCHOOL
    assert [line[0] for line in town.lines(town.preview([TOM], [JEAN]))] == ["leaver"]


def test_the_wrong_file_empties_no_school_without_a_word(town: Town) -> None:
    town.fill([LEA, TOM, "Petit Zoé 2018-01-01 CE1"], [PAULE, JEAN, "Petit Anne | 1 rue Basse | Petit Zoé"])
    wrong = town.preview([TOM], [JEAN])
    assert (wrong.leaving, wrong.to_confirm) == (0, False)
    wrong = town.choose(wrong, ChangeKind.LEAVER, "leave")
    assert (wrong.leaving, wrong.present, wrong.to_confirm) == (2, 3, True)
    ask = ApplyImport(command_id=uuid4(), import_id=wrong.import_id)
    with pytest.raises(ImportUnconfirmed) as refusal:
        town.desk.ask(ask)
    assert refusal.value.details == {"leaving": 2, "present": 3}
    town.desk.ask(ask.model_copy(update={"confirmed": True}))
    assert town.school_of("Léa") is None


def test_a_pupil_whose_row_cannot_be_read_does_not_leave_by_itself(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    started = town.preview(["Martin Léa 2098-03-09 CE1", TOM], [PAULE, JEAN])
    assert [(line.note, line.choice) for line in town.changes(started)] == [("unreadable", "keep")]


def test_a_household_that_moves_keeps_its_file_and_may_no_longer_be_resident(town: Town) -> None:
    town.fill([LEA], [PAULE])
    started = town.preview([LEA], ["Martin Paule | 3 place Vieille | Martin Léa | | | dehors"])
    line = town.changes(started)[0]
    assert (line.kind, line.before, line.after, line.note) == (
        ChangeKind.MOVED,
        "12 rue Neuve, 26100 Romans-sur-Isère",
        "3 place Vieille, 26300 Bourg-de-Péage",
        "not_resident",
    )
    town.desk.apply(started.import_id)
    assert (town.desk.count("family"), town.value("SELECT resident FROM family")) == (1, False)


def test_a_parent_who_leaves_the_home_gets_a_file_of_their_own_and_the_child_two_homes(town: Town) -> None:
    town.fill([LEA], [PAULE, "Martin Marc | 12 rue Neuve | Martin Léa"])
    started = town.preview([LEA], [PAULE, "Martin Marc | 9 rue Haute | Martin Léa"])
    assert [(line[0], line[1]) for line in town.lines(started)] == [
        ("moved", "Marc Martin"),
        ("second_home", "Léa Martin"),
    ]
    town.desk.apply(started.import_id)
    assert (town.desk.count("family"), town.desk.count("guardian")) == (2, 2)
    assert town.lines(town.preview([LEA], [PAULE, "Martin Marc | 9 rue Haute | Martin Léa"])) == []


def test_twins_and_homonyms_are_not_taken_for_one_another(town: Town) -> None:
    twins = ["Martin Léa 2018-03-09 CE1", "Martin Léo 2018-03-09 CE1", "Martin Léa 2016-01-01 CM2"]
    paule = "Martin Paule | 12 rue Neuve | Martin Léo"
    town.fill(twins, [paule])
    started = town.preview(twins[1:], [paule])
    assert town.lines(started) == [("leaver", "Léa Martin", "CE1", "")]
    town.desk.apply(started.import_id)
    assert town.value("SELECT count(*) FROM child WHERE place_code IS NOT NULL") == 2


def test_a_pupil_spelt_otherwise_is_the_same_child_when_the_agent_says_so(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    respelt = ["Martin Léaa 2018-03-09 CE2", TOM], ["Martin Paule | 12 rue Neuve | Martin Léaa", JEAN]
    started = town.choose(town.preview(*respelt), ChangeKind.LEAVER, "same")
    town.desk.apply(started.import_id)
    assert (town.desk.count("child"), town.school_of("Léa")) == (2, mother.SCHOOL)
    assert town.lines(town.preview(*respelt)) == []


def test_what_the_school_has_new_is_taken_where_nobody_has_corrected_it(town: Town) -> None:
    town.fill([LEA], ["Martin Paule | 12 rue Neuve | Martin Léa | | 06 39 98 00 01"])
    started = town.preview([LEA], ["Martin Paule | 12 rue Neuve | Martin Léa | p@exemple.fr | 0639980002"])
    assert [(line.note, line.before, line.after) for line in town.changes(started)] == [
        ("email", "", "p@exemple.fr"),
        ("phone", "06 39 98 00 01", "0639980002"),
    ]
    town.desk.apply(started.import_id)
    assert town.value("SELECT email || phone FROM guardian") == "p@exemple.fr0639980002"


CORRECTED = {
    "phone": ("UPDATE guardian SET phone = '06 39 98 99 99'", "SELECT phone FROM guardian", "06 39 98 99 99"),
    "address": (
        "UPDATE family SET street = '1 rue Basse', address_key = '1ruebasse|26100|romanssurisere'",
        "SELECT street FROM family",
        "1 rue Basse",
    ),
    "name": (
        "UPDATE guardian SET last_name = 'Lebrun', name_key = 'lebrun paule'",
        "SELECT last_name FROM guardian",
        "Lebrun",
    ),
}


@pytest.mark.parametrize("field", CORRECTED)
@pytest.mark.parametrize("file", ["the same file", "another word of the school"])
def test_what_the_family_has_corrected_is_not_overwritten_unless_the_agent_says_so(
    town: Town, field: str, file: str
) -> None:
    correct, read, ours = CORRECTED[field]
    first = "Martin Paule | 12 rue Neuve | Martin Léa | | 06 39 98 00 01"
    later = first if file == "the same file" or field == "name" else (
        "Martin Paule | 8 rue Longue | Martin Léa | | 06 39 98 00 02"
    )  # fmt: skip
    town.fill([LEA], [first])
    town.change(correct)
    started = town.preview([LEA], [later])
    assert started.doubts_open == 0
    lines = {line.note: line for line in town.changes(started)}
    assert (lines[field].kind, lines[field].choice) == (ChangeKind.DIFFERENCE, "ours")
    town.desk.apply(started.import_id)
    assert (town.value(read), town.desk.count("guardian"), town.desk.count("family")) == (ours, 1, 1)
    again = town.preview([LEA], [later])
    assert town.lines(again) == []
    assert again.adults.nothing
    town.change(
        correct.replace("99 99", "88 88")
        .replace("1 rue", "2 rue")
        .replace("1rue", "2rue")
        .replace("ebrun", "ebran")
    )
    other = town.choose(town.preview([LEA], [later]), ChangeKind.DIFFERENCE, "theirs")
    town.desk.apply(other.import_id)
    assert town.value(read) not in (ours, "")
    assert town.lines(town.preview([LEA], [later])) == []


def test_a_child_whose_name_the_family_corrected_is_found_again(town: Town) -> None:
    town.fill([LEA], [PAULE])
    town.change("UPDATE child SET first_name = 'Léa-Rose', name_key = 'martin learose'")
    assert town.lines(town.preview([LEA], [PAULE])) == []
    town.fill(["Martin Léa 2018-03-09 CE2"], [PAULE])
    assert town.desk.count("child") == 1


def test_a_register_that_changed_since_the_preview_is_shown_again_before_it_is_applied(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    started = town.preview([TOM], [JEAN])
    town.fill([LEA], [PAULE], OTHER)
    with pytest.raises(ImportMoved):
        town.desk.apply(started.import_id)
    assert town.school_of("Léa") == OTHER
    assert town.lines(started) == []
    town.desk.apply(started.import_id)
    assert town.school_of("Léa") == OTHER


def test_a_page_read_before_the_choices_changed_applies_nothing(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    started = town.preview([TOM], [JEAN])
    town.choose(started, ChangeKind.LEAVER, "keep")
    ask = ApplyImport(command_id=uuid4(), import_id=started.import_id, shown=started.fingerprint)
    with pytest.raises(ImportMoved):
        town.desk.ask(ask)
    assert town.school_of("Léa") == mother.SCHOOL


def test_a_family_changed_by_an_import_shows_it_among_the_accesses(town: Town) -> None:
    town.fill([LEA], [PAULE])
    town.fill([LEA], ["Martin Paule | 8 rue Longue | Martin Léa"])
    assert town.value("SELECT count(*) FROM family_access WHERE action = 'import'") == 2


def test_two_schools_applied_at_once_both_hold(town: Town) -> None:
    town.fill([LEA, TOM], [PAULE, JEAN])
    here = town.preview([TOM], [JEAN])
    there = town.preview(["Martin Léa 2018-03-09 CE2"], [PAULE], OTHER)

    def apply(import_id: UUID) -> str:
        try:
            town.desk.apply(import_id)
        except ImportMoved:
            town.desk.apply(import_id)
            return "shown again"
        return "applied"

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(apply, [here.import_id, there.import_id]))
    assert town.school_of("Léa") == OTHER


def test_the_number_of_statements_does_not_grow_with_the_school(desk: Desk, town: Town) -> None:
    def count(pupils: list[str], guardians: list[str]) -> int:
        seen: list[str] = []
        note = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(desk.engine, "before_cursor_execute", note)
        town.preview(pupils, guardians)
        event.remove(desk.engine, "before_cursor_execute", note)
        return len(seen)

    few = count([LEA], [PAULE])
    names = [chr(97 + place // 26) + chr(97 + place % 26) for place in range(200)]
    many = count(
        [f"Martin L{name} 2018-03-09 CE1" for name in names],
        [f"Martin P{name} | {place} rue Neuve | Martin L{name}" for place, name in enumerate(names)],
    )
    assert many <= few + 2


def full_sample(desk: Desk, town: Town) -> None:
    files = [mother.SAMPLE / f"CSVExtraction-{name}.csv" for name in ("eleves", "responsables")]
    started = desk.start_with(*(path.read_bytes() for path in files))
    desk.decide(started.import_id, "two_people")
    desk.apply(started.import_id)
    told = desk.count("outbox")
    again = desk.start_with(*(path.read_bytes() for path in files))
    assert town.lines(again) == []
    desk.apply(again.import_id)
    assert desk.count("outbox") == told


@pytest.mark.parametrize("check", [full_sample] if mother.SAMPLE.exists() else [])
def test_the_sample_a_second_time_is_an_empty_difference(desk: Desk, town: Town, check: Any) -> None:
    check(desk, town)
