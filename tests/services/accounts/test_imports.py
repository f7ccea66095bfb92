"""A school's import from the files to the register: decided, applied once, and nothing lost."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.accounts.imports import (
    AbandonImport,
    ApplyImport,
    DecideImport,
    ImportClosed,
    ImportState,
    ImportUndecided,
    ImportUnreadable,
    ListImports,
    OpenImport,
    StartImport,
)
from contracts.caller import Role
from contracts.envelope import Envelope
from contracts.errors import NotAllowed, NotFound
from contracts.events.billing import FamiliesMissed
from contracts.events.offer import PlaceUpdated
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk
from tests.services.accounts.test_mail import envelope


def test_the_preview_counts_every_row_and_writes_nothing(desk: Desk) -> None:
    started = desk.start()
    assert (started.pupils.total, started.guardians.total) == (33, 42)
    for counts in (started.pupils, started.guardians):
        assert counts.total == counts.understood + counts.doubtful + counts.rejected
    assert (started.doubts, started.doubts_open) == (2, 2)
    assert started.families.new == 25
    assert (desk.count("family"), desk.count("child")) == (0, 0)
    assert desk.count("import_row") == 75


def test_every_filter_of_the_preview_adds_up(desk: Desk) -> None:
    import_id = desk.start().import_id
    totals = {
        show: desk.ask(OpenImport(import_id=import_id, show=show)).total
        for show in ("", "understood", "doubtful", "rejected", "pupils", "guardians", "remarks", "homes")
    }
    assert totals[""] == totals["understood"] + totals["doubtful"] + totals["rejected"] == 75
    assert totals[""] == totals["pupils"] + totals["guardians"]
    assert totals["homes"] == 25
    assert len(desk.ask(OpenImport(import_id=import_id)).rows) == 50
    assert len(desk.ask(OpenImport(import_id=import_id, page=2)).rows) == 25


def test_open_doubts_hold_it_back(desk: Desk) -> None:
    started = desk.start()
    with pytest.raises(ImportUndecided) as refusal:
        desk.apply(started.import_id)
    assert refusal.value.details == {"count": 2}
    assert desk.count("family") == 0


def test_what_is_applied_is_what_the_preview_said(desk: Desk) -> None:
    started = desk.start()
    decided = desk.decide(started.import_id)
    applied = desk.apply(started.import_id)
    assert (decided.families, decided.children, decided.adults) == (
        applied.families,
        applied.children,
        applied.adults,
    )
    assert (applied.families.new, applied.children.new, applied.adults.new) == (
        desk.count("family"),
        desk.count("child"),
        desk.count("guardian"),
    )
    assert desk.count("family") == len(desk.facts("family.updated"))
    assert desk.count("child") == len(desk.facts("child.updated"))
    fact = desk.facts("family.updated")[0]
    assert fact["aggregateversion"] == 1
    assert fact["data"]["guardians"]
    two = [child for child in desk.facts("child.updated") if len(child["data"]["family_ids"]) == 2]
    assert applied.two_homes == len(two)


def test_the_same_file_again_changes_nothing_and_asks_nothing_again(desk: Desk) -> None:
    desk.fill()
    before = (desk.count("outbox"), desk.count("family"), desk.count("guardian"))
    again = desk.start()
    assert again.doubts_open == 0
    assert again.families.nothing
    assert again.children.nothing
    assert again.adults.nothing
    applied = desk.apply(again.import_id)
    assert applied.families.nothing
    assert before == (desk.count("outbox"), desk.count("family"), desk.count("guardian"))


@pytest.mark.parametrize("code", ["moved", "two_homes", "two_people"])
def test_each_answer_to_a_doubt_holds_when_the_file_comes_again(desk: Desk, code: str) -> None:
    desk.fill(code=code)
    rows = desk.guardian("Merlinge", "Sandrine")
    with desk.begin() as session:
        adults = set(session.scalars(text("SELECT adult_id FROM guardian WHERE last_name ILIKE 'merlinge'")))
    assert {"moved": (1, 1), "two_homes": (2, 1), "two_people": (2, 2)}[code] == (len(rows), len(adults))
    again = desk.start()
    assert (again.doubts_open, again.families.nothing and again.adults.nothing) == (0, True)


def test_applying_twice_is_applying_once(desk: Desk) -> None:
    started = desk.start()
    desk.decide(started.import_id)
    command = ApplyImport(command_id=uuid4(), import_id=started.import_id)
    first = desk.ask(command)
    assert first == desk.ask(command)
    assert desk.apply(started.import_id).state == ImportState.APPLIED
    assert desk.count("family") == len(desk.facts("family.updated"))


def test_a_child_who_changes_class_is_told_and_only_that(desk: Desk) -> None:
    desk.fill()
    pupils, guardians = mother.export("jacquemart")
    pupils = pupils.replace(b'"CP";"CP"', b'"CP";"CP-CE1"')
    started = desk.start_with(pupils, guardians)
    told = desk.count("outbox")
    applied = desk.apply(started.import_id)
    assert applied.children.changed > 0
    assert applied.families.nothing
    assert told + applied.children.changed == desk.count("outbox")
    assert desk.facts("child.updated")[-1]["aggregateversion"] == 2


def test_a_second_school_finds_the_families_it_knows(desk: Desk) -> None:
    desk.fill("jacquemart")
    before = desk.count("family")
    started = desk.start("ecosserie", "0260002B")
    desk.decide(started.import_id)
    applied = desk.apply(started.import_id)
    assert before + applied.families.new == desk.count("family")


def test_an_adult_known_at_another_address_with_other_children_is_asked_about(desk: Desk) -> None:
    desk.fill()
    pupils, guardians = mother.export("jacquemart")
    line = next(row for row in guardians.split(b"\r\n") if b"Gwena" in row)
    street = line.split(b";")[4]
    other = next(row for row in guardians.split(b"\r\n") if b"Agathe" in row).split(b";")
    moved_line = line.replace(street, b'"99 rue Neuve"').replace(b"MAIWENN", b"Mathis")
    moved_line = moved_line.replace(line.split(b";")[13], other[13])
    started = desk.start_with(pupils, guardians.replace(line, moved_line))
    page = desk.ask(OpenImport(import_id=started.import_id))
    doubt = next(doubt for doubt in page.doubts if "Gwena" in doubt.name)
    assert any("déjà au registre" in fact for fact in doubt.facts)
    moved = next(option for option in doubt.options if option.code == "moved" and "rue Neuve" in option.label)
    desk.ask(
        DecideImport(command_id=uuid4(), import_id=started.import_id, choices={doubt.doubt_id: moved.value})
    )
    applied = desk.apply(started.import_id)
    assert (applied.families.new, applied.families.changed) == (0, 1)
    assert "99 rue Neuve" in [fact["data"]["street"] for fact in desk.facts("family.updated")]


def test_an_abandoned_import_forgets_what_it_read(desk: Desk) -> None:
    started = desk.start()
    desk.ask(AbandonImport(command_id=uuid4(), import_id=started.import_id))
    assert "Merlinge" not in desk.dump()
    with pytest.raises(ImportClosed):
        desk.apply(started.import_id)
    assert desk.ask(ListImports()).imports[0].state == ImportState.ABANDONED


def test_files_that_are_not_the_export_are_refused_with_the_reason(desk: Desk) -> None:
    pupils, guardians = mother.export("jacquemart")
    with pytest.raises(ImportUnreadable) as refusal:
        desk.start_with(guardians, pupils)
    assert (refusal.value.details["file"], refusal.value.details["why"]) == ("pupils", "swapped")
    with pytest.raises(NotFound):
        desk.start_with(pupils, guardians, "0269999Z")


def test_only_the_agents_of_the_family_files_import(desk: Desk) -> None:
    ask = StartImport.model_construct(command_id=uuid4())
    with pytest.raises(NotAllowed):
        desk.ask(ask, mother.an_agent(Role.BILLING))


def full_sample(desk: Desk) -> None:
    started = desk.start_with(
        (mother.SAMPLE / "CSVExtraction-eleves.csv").read_bytes(),
        (mother.SAMPLE / "CSVExtraction-responsables.csv").read_bytes(),
    )
    assert (started.pupils.total, started.guardians.total) == (247, 469)
    desk.decide(started.import_id, "two_people")
    applied = desk.apply(started.import_id)
    assert (applied.children.new, applied.families.new, applied.two_homes) == (247, 331, 100)
    assert applied.guardians.doubtful + applied.guardians.rejected + applied.pupils.rejected == 0


@pytest.mark.parametrize("check", [full_sample] if mother.SAMPLE.exists() else [])
def test_the_sample_goes_in_whole(desk: Desk, check) -> None:
    check(desk)


def test_an_older_fact_of_a_school_does_not_undo_a_newer_one(desk: Desk) -> None:
    for version, name in ((2, "École Neuve"), (1, "École Vieille")):
        fact = PlaceUpdated(place_code="0260009Z", place_name=name, city="Romans")
        told = Envelope(
            id=uuid4(),
            source="/espace/enrolment",
            type=fact.event_type(),
            subject=fact.place_code,
            time=mother.NOW,
            dataschema="",
            aggregateversion=version,
            data={},
        )
        desk.service.keep_place(fact, told)
    names = {place.place_code: place.name for place in desk.ask(ListImports()).places}
    assert names["0260009Z"] == "École Neuve"


def test_families_that_billing_lacks_are_told_again_as_newer_and_once(desk: Desk) -> None:
    desk.fill()
    told_first = desk.facts("family.updated")
    first = UUID(told_first[0]["data"]["family_id"])
    fact = FamiliesMissed(family_ids=[first, uuid4()])
    missed = envelope(fact)
    assert desk.service.tell_families_again(fact, missed)
    assert not desk.service.tell_families_again(fact, missed)
    (told,) = desk.facts("family.updated")[len(told_first) :]
    assert (told["data"], told["aggregateversion"]) == (told_first[0]["data"], 2)
    assert all(guardian["last_name"] for guardian in told["data"]["guardians"])
