"""« Valider mes données familles » on a real database: reviewed, signed once, compared, reminded of."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from accounts.household.contact_models import Contact, ContactChild, Insurance
from contracts.accounts.certification import (
    AlreadyCertified,
    CertificationBlocked,
    CertificationOutdated,
    CertificationView,
    CertifyFamily,
    ListUncertified,
    PointState,
    ReviewFamily,
    Section,
)
from contracts.accounts.consents import AnswerConsents, ConsentAnswer, PublishConsentText
from contracts.accounts.families import MyHousehold
from contracts.caller import Caller, Role
from contracts.errors import NotAllowed, NotFound
from tests.mothers import accounts as people
from tests.mothers import certification as mother
from tests.services.accounts.conftest import Desk


@pytest.fixture
def home(desk: Desk) -> mother.Home:
    """A family whose file has all that is needed to sign."""
    desk.ask(mother.a_consent(needs_all_guardians=False), people.an_agent(Role.ADMINISTRATION))
    with desk.begin() as session:
        home = mother.settle(session)
        child_id = home.children["Alizée"]
        contact = Contact(
            family_id=home.family_id, first_name="Odette", last_name="Petit", relation="grandparent",
            phones=["06 39 98 00 01"], call_order=1, may_collect=True,
        )  # fmt: skip
        session.add(contact)
        session.flush()
        session.add(ContactChild(contact_id=contact.contact_id, child_id=child_id))
        session.add(
            Insurance(
                family_id=home.family_id, child_id=child_id, company="MAE", number="123",
                valid_until=date(2027, 8, 31),
            )
        )  # fmt: skip
    answer_ = ConsentAnswer(child_id=child_id, code="droit-a-l-image", version=1, agrees=False)
    desk.ask(AnswerConsents(command_id=uuid4(), answers=[answer_]), home.parents["Léa"])
    return home


def page_of(desk: Desk, home: mother.Home, who: str = "Léa") -> CertificationView:
    return desk.ask(ReviewFamily(family_id=home.family_id), home.parents[who])


def sign(desk: Desk, home: mother.Home, who: str = "Léa", view: CertificationView | None = None) -> Any:
    view = view or page_of(desk, home, who)
    command = CertifyFamily(
        command_id=uuid4(),
        family_id=home.family_id,
        school_year=view.school_year,
        reference=view.reference,
    )
    return desk.ask(command, home.parents[who])


def states(view: CertificationView) -> dict[str, PointState]:
    return {point.code: point.state for point in view.points}


def run(desk: Desk, statement: str, **values: Any) -> None:
    with desk.begin() as session:
        session.execute(text(statement), values)


def test_the_page_goes_through_everything_and_a_no_is_an_answer(desk: Desk, home: mother.Home) -> None:
    view = page_of(desk, home)

    found = states(view)
    assert (found["emergency_contact"], found["insurance"], found["consent"]) == (PointState.OK,) * 3
    assert (found["quotient"], found["vaccines"]) == (PointState.MISSING, PointState.MISSING)
    assert {point.section for point in view.points} == set(Section)
    assert [point for point in view.points if point.blocks] == []


def test_one_guardian_signs_for_the_home_and_the_fact_is_told(desk: Desk, home: mother.Home) -> None:
    view = sign(desk, home)

    assert (view.signature.signed_by, view.signature.school_year) == ("Léa Martin", "2026-2027")
    assert view.signature.changed_since == []
    (fact,) = desk.facts("family.certified")
    assert fact["data"] == {
        "family_id": str(home.family_id),
        "school_year": "2026-2027",
        "signed_at": "2026-11-23T09:00:00Z",
        "account_id": str(home.parents["Léa"].account_id),
    }
    assert page_of(desk, home, "Hugo").signature.signed_by == "Léa Martin"
    household = desk.ask(MyHousehold(), home.parents["Hugo"])
    assert [each.signed_at is not None for each in household.certifications] == [True]


def test_two_guardians_who_sign_at_once_sign_once(desk: Desk, home: mother.Home) -> None:
    views = {who: page_of(desk, home, who) for who in ("Léa", "Hugo")}

    def attempt(who: str) -> str:
        try:
            sign(desk, home, who, views[who])
        except AlreadyCertified:
            return "already"
        return "signed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, views)) == ["already", "signed"]
    assert len(desk.facts("family.certified")) == 1


def test_nothing_is_signed_without_somebody_to_call(desk: Desk, home: mother.Home) -> None:
    run(desk, "DELETE FROM contact")

    with pytest.raises(CertificationBlocked):
        sign(desk, home)


def test_nothing_is_signed_before_the_new_text_of_a_consent_is_answered(
    desk: Desk, home: mother.Home
) -> None:
    desk.ask(
        PublishConsentText(
            command_id=uuid4(), code="droit-a-l-image", version=1, text="Autre.", effect="Rien."
        ),
        people.an_agent(Role.ADMINISTRATION),
    )

    assert states(page_of(desk, home))["consent"] is PointState.EXPIRED
    with pytest.raises(CertificationBlocked):
        sign(desk, home)


def test_what_has_changed_since_the_page_was_read_is_read_again(desk: Desk, home: mother.Home) -> None:
    view = page_of(desk, home)
    run(desk, "UPDATE contact SET phones = '{06 39 98 00 02}'")

    with pytest.raises(CertificationOutdated):
        sign(desk, home, view=view)


def test_a_change_after_signing_is_shown_with_what_it_is_now(desk: Desk, home: mother.Home) -> None:
    sign(desk, home)
    run(desk, "UPDATE contact SET phones = '{06 39 98 00 02}'")

    changed = page_of(desk, home).signature.changed_since

    assert [(each.code, each.was, each.value) for each in changed] == [
        ("emergency_contact", "Odette Petit, 06 39 98 00 01", "Odette Petit, 06 39 98 00 02")
    ]


def test_what_was_signed_lies_sealed(desk: Desk, home: mother.Home) -> None:
    sign(desk, home)

    with desk.begin() as session:
        kept = session.scalar(text("SELECT encode(snapshot, 'escape') || statement FROM certification"))
    assert "Odette" not in kept
    assert "Je certifie" in kept


def test_a_home_reads_and_signs_for_itself_alone(desk: Desk, home: mother.Home) -> None:
    with desk.begin() as session:
        other = mother.settle(session, ("Paul",), (), surname="Durand", shared=(home.children["Alizée"],))
    sign(desk, home)

    theirs = desk.ask(ReviewFamily(family_id=other.family_id), other.parents["Paul"])

    assert theirs.signature is None
    assert "Odette" not in theirs.model_dump_json()
    assert "12 rue" in theirs.model_dump_json()
    assert states(theirs)["custody"] is PointState.MISSING
    with pytest.raises(NotFound):
        desk.ask(ReviewFamily(family_id=home.family_id), other.parents["Paul"])


def test_agents_see_health_with_the_role_for_it_only_and_leave_a_trace(desk: Desk, home: mother.Home) -> None:
    ask = ReviewFamily(family_id=home.family_id)

    plain = desk.ask(ask, people.an_agent(Role.FAMILY_FILES))
    nurse = desk.ask(ask, people.an_agent(Role.FAMILY_FILES, Role.HEALTH))

    assert [point for point in plain.points if point.section is Section.HEALTH] == []
    assert [point.code for point in nurse.points if point.section is Section.HEALTH] == [
        "diet",
        "vaccines",
        "pai",
    ]
    assert desk.count("family_access WHERE action = 'review'") == 2
    assert desk.count("health_reading") == 1
    with pytest.raises(NotAllowed):
        desk.ask(ask, people.an_agent(Role.ATTENDANCE))


def test_who_has_not_signed_is_listed_by_school_and_by_what_is_missing(desk: Desk, home: mother.Home) -> None:
    with desk.begin() as session:
        bare = mother.settle(session, ("Inès",), ("Tom",), surname="Leroy", without_account=("Inès",))
    sign(desk, home)

    everyone = desk.ask(ListUncertified(), people.an_agent())
    school = desk.ask(ListUncertified(place_code=people.SCHOOL), people.an_agent())
    nobody = desk.ask(ListUncertified(place_code="0260002B"), people.an_agent())
    insured = desk.ask(ListUncertified(missing="insurance"), people.an_agent())
    vaccines = desk.ask(ListUncertified(missing="vaccines"), people.an_agent())

    assert [(row.family_id, row.accounts) for row in everyone.families] == [(bare.family_id, 0)]
    assert everyone.certified == 1
    assert {"emergency_contact", "insurance", "consent", "quotient"} <= set(everyone.families[0].missing)
    assert (nobody.total, insured.total, vaccines.total) == (0, 1, 0)
    assert (school.counts["insurance"], school.total, everyone.counts) == (1, 1, {})


@pytest.fixture
def september(desk: Desk, home: mother.Home) -> Desk:
    desk.clock.at = datetime(2026, 9, 2, 9, tzinfo=UTC)
    return desk


def mails(desk: Desk) -> int:
    return sum(mail.kind == "certification_reminder" for mail in desk.mails())


def remind(desk: Desk) -> None:
    desk.service.remind_to_certify()


def test_reminders_go_to_each_guardian_once_a_step(september: Desk, home: mother.Home) -> None:
    counts = []
    for month, day in ((9, 2), (9, 3), (9, 15), (10, 4), (11, 30), (12, 24)):
        september.clock.at = datetime(2026, month, day, 9, tzinfo=UTC)
        remind(september)
        counts.append(mails(september))

    assert counts == [2, 2, 4, 6, 6, 6]
    assert f"/mon-espace/valider/{home.family_id}" in september.mails()[-1].text


def test_nobody_is_reminded_who_has_signed_or_has_no_account(september: Desk, home: mother.Home) -> None:
    with september.begin() as session:
        mother.settle(session, ("Inès",), ("Tom",), surname="Leroy", without_account=("Inès",))
    sign(september, home)

    remind(september)

    assert mails(september) == 0


def test_two_processes_remind_once(september: Desk, home: mother.Home) -> None:
    with september.begin() as session:
        for number in range(20):
            mother.settle(session, ("Inès",), ("Tom",), surname=f"Leroy{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: remind(september), range(4)))

    assert mails(september) == 22
    assert september.count("certification_reminder") == 21


def test_before_september_nobody_is_reminded_of_the_coming_year(desk: Desk, home: mother.Home) -> None:
    desk.clock.at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    remind(desk)

    assert mails(desk) == 0
    assert page_of(desk, home).school_year == "2026-2027"


def test_a_repeat_of_the_command_is_the_same_signature(desk: Desk, home: mother.Home) -> None:
    view = page_of(desk, home)
    command = CertifyFamily(
        command_id=UUID(int=5),
        family_id=home.family_id,
        school_year=view.school_year,
        reference=view.reference,
    )
    parent: Caller = home.parents["Léa"]

    first, again = desk.ask(command, parent), desk.ask(command, parent)

    assert first.signature == again.signature
    with desk.begin() as session:
        assert session.scalar(text("SELECT answer FROM command WHERE method = 'certify_family'")) is None


def test_the_list_of_a_whole_town_costs_as_many_statements_as_that_of_a_street(desk: Desk) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        event.listen(desk.engine, "before_cursor_execute", note)
        desk.ask(ListUncertified(), people.an_agent())
        event.remove(desk.engine, "before_cursor_execute", note)
        return len(seen)

    counts = []
    for number in (2, 98):
        with desk.begin() as session:
            for _ in range(number):
                mother.settle(session, children=("Alizée", "Noé"))
        counts.append(statements())

    assert counts[0] == counts[1] < 20
