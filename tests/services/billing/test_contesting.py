"""A family contests a line of its invoice, on a real database: what stays due, what is given back, exactly once."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nameko.testing.services import worker_factory
from sqlalchemy import Engine, text

from billing import mine
from billing.accounting import audit, ledger
from billing.contesting import answers, kept, objections, views
from billing.contesting.contested import contested_cents
from billing.facts import copies
from billing.invoicing import runs, statements
from billing.service import BillingService
from contracts.billing.contesting import (
    AnswerLineObjection,
    ContestInvoiceLine,
    LineObjectionQueue,
    LineObjectionView,
    OpenLineObjection,
)
from contracts.billing.objection_terms import LineObjectionState, ObjectionReason, WaiverKind
from contracts.billing.payments import StartPayment
from contracts.billing.refusals import (
    CannotContestLine,
    LineObjectionChanged,
    NothingBilled,
    NothingCorrected,
    RunContested,
)
from contracts.billing.runs import PublishRun
from contracts.billing.tariffs import FixedRule
from contracts.caller import Caller, Role
from contracts.errors import Invalid, NotAllowed, NotFound
from contracts.events.attendance import Held, Mark
from contracts.events.documents import DocumentShared
from gateway.papers.records_words import LABELS
from tests.mothers.billing import NOW, OCTOBER, a_clerk, a_family, a_parent
from tests.services.billing.conftest import Town, empty
from tests.services.billing.test_held import told as held_sheet
from tests.services.billing.test_runs import at_once

State = LineObjectionState
MEAL = 2000  # enough for an invoice of one day, so that nothing is carried over


class Case:
    """A family, billed for some days of October at 20 € each."""

    def __init__(self, town: Town, days: int = 3) -> None:
        self.town, self.parent = town, a_parent()
        town.offer(FixedRule(cents=MEAL))
        self.family, self.child = town.family(self.parent.account_id), town.child()
        self.sheets = town.meals(self.child, self.family, days)
        self.invoice = town.only_invoice(town.run(), self.family)

    @property
    def line_id(self) -> int:
        with self.town.sessions.begin() as session:
            view = statements.invoice(session, self.parent, self.invoice, NOW.date())
            return view.lines[0].line_id

    def contest(self, *days: int, by: Caller | None = None, **fields: object) -> UUID:
        given: dict[str, object] = {"reason": ObjectionReason.NOT_THERE} | fields
        ask = ContestInvoiceLine(
            command_id=uuid4(),
            line_id=self.line_id,
            session_ids=[self.sheets[day] for day in days],
            **given,  # type: ignore[arg-type]
        )
        with self.town.sessions.begin() as session:
            return objections.contest(session, ask, by or self.parent, self.town.clock.now())

    def show(self, objection: UUID) -> LineObjectionView:
        with self.town.sessions.begin() as session:
            return views.show(session, objection, self.parent, self.town.clock.now())

    def answer(self, objection: UUID, state: State, *days: int, by: Caller | None = None, **fields: object):
        view = self.show(objection)
        given: dict[str, object] = {"version": view.version, "answer": "Vérifié avec l’école."} | fields
        if state is State.WAIVED:
            given = {
                "waiver": WaiverKind.ERROR,
                "session_ids": [self.sheets[day] for day in days] or [each.session_id for each in view.days],
            } | given
        ask = AnswerLineObjection(command_id=uuid4(), objection_id=objection, state=state, **given)  # type: ignore[arg-type]
        with self.town.sessions.begin() as session:
            answers.answer(session, ask, by or a_clerk(), self.town.clock.now())

    def withdraw(self, objection: UUID) -> None:
        with self.town.sessions.begin() as session:
            objections.withdraw(session, objection, self.parent, self.town.clock.now())

    def mark(self, day: int, mark: Mark) -> None:
        """The roll-call of a day, corrected."""
        line = (self.child, self.family, mark)
        self.town.sheet(OCTOBER.replace(day=day + 1), line, session_id=self.sheets[day])

    def billed(self) -> list[int]:
        """Cents that stand billed, day by day."""
        query = "SELECT sum(quantity * unit_cents) FROM charge WHERE session_id = :session"
        return [self.town.count(query, session=sheet) for sheet in self.sheets]

    @property
    def balance(self) -> int:
        with self.town.sessions.begin() as session:
            return ledger.balance_of(session, [self.family])

    @property
    def contested(self) -> dict[UUID, int]:
        with self.town.sessions.begin() as session:
            return contested_cents(session, [self.family])

    def books_are_sound(self) -> bool:
        with self.town.sessions.begin() as session:
            return audit.check(session, NOW) == 0 and ledger.balance_of(session, [self.family]) == sum(
                self.billed()
            )


@pytest.fixture
def case(town: Town) -> Case:
    return Case(town)


def test_what_is_contested_stays_due_and_is_not_dunned(case: Case) -> None:
    objection = case.contest(0, 2)
    view = case.show(objection)
    assert (view.cents, view.state, view.answer_before) == (2 * MEAL, State.OPEN, date(2027, 1, 2))
    assert case.contested == {case.invoice: 2 * MEAL}
    assert case.balance == 3 * MEAL
    assert case.town.run().summary.total_cents == 0  # a run neither bills it again nor gives it back
    case.withdraw(objection)
    assert case.contested == {}
    assert case.town.told("invoice_line.objection_withdrawn") == 1
    case.contest(0)  # withdrawn, it may be contested again


def test_a_day_is_contested_once_at_a_time_and_not_after_its_answer(case: Case) -> None:
    objection = case.contest(0)
    with pytest.raises(CannotContestLine) as refusal:
        case.contest(0, 1)
    assert refusal.value.details["why"] == "open"
    case.answer(objection, State.EXPLAINED)
    with pytest.raises(CannotContestLine) as refusal:
        case.contest(0)
    assert refusal.value.details["why"] == "answered"
    second = case.contest(1)
    case.answer(second, State.WAIVED, at_once=True)
    with pytest.raises(CannotContestLine) as refusal:
        case.contest(1)
    assert refusal.value.details["why"] == "credited"


def test_only_the_billed_family_contests_and_only_in_time(case: Case) -> None:
    with pytest.raises(NotFound):
        case.contest(0, by=a_parent())
    with pytest.raises(Invalid) as refusal:
        case.contest(0, reason=ObjectionReason.OTHER)
    assert refusal.value.details == {"problems": {"words": "words_missing"}}
    objection = case.contest(0)
    with pytest.raises(NotFound), case.town.sessions.begin() as session:
        views.show(session, objection, a_parent(), NOW)
    with pytest.raises(NotFound), case.town.sessions.begin() as session:
        objections.withdraw(session, objection, a_parent(), NOW)
    case.town.clock.moment = NOW + timedelta(days=70)
    with pytest.raises(CannotContestLine) as late:
        case.contest(1)
    assert late.value.details == {"why": "too_late", "until": "2027-01-04"}
    assert case.show(objection).overdue


def test_two_guardians_at_once_make_one_objection(case: Case) -> None:
    other = uuid4()
    with case.town.sessions.begin() as session:
        fact = a_family(case.family, case.parent.account_id, other)
        copies.keep_family(session, fact, case.town.version(case.family))
    line_id = case.line_id

    def contest(by: Caller) -> UUID:
        ask = ContestInvoiceLine(
            command_id=uuid4(),
            line_id=line_id,
            session_ids=[case.sheets[0]],
            reason=ObjectionReason.NOT_THERE,
        )
        with case.town.sessions.begin() as session:
            return objections.contest(session, ask, by, NOW)

    made = at_once(lambda: contest(case.parent), lambda: contest(a_parent(other)))
    assert sorted(type(each).__name__ for each in made) == ["CannotContestLine", "UUID"]
    assert case.town.told("invoice_line.contested") == 1


def test_a_waived_day_is_given_back_by_the_next_run(case: Case) -> None:
    objection = case.contest(0, 1)
    case.answer(objection, State.WAIVED, 0, answer="Le lundi, Léa était rentrée ; le mardi, elle a déjeuné.")
    view = case.show(objection)
    assert (view.given_cents, view.credit_note_id, [day.waived for day in view.days]) == (
        MEAL,
        None,
        [True, False],
    )
    assert case.contested == {case.invoice: MEAL}  # until the run has given it back
    assert case.town.run().summary.total_cents == -MEAL
    assert (case.billed(), case.contested) == ([0, MEAL, MEAL], {})
    assert case.town.run().summary.total_cents == 0
    assert case.books_are_sound()


def test_a_credit_note_at_once_pays_what_is_owed_and_no_run_gives_it_again(case: Case) -> None:
    objection = case.contest(0, 1)
    case.answer(objection, State.WAIVED, at_once=True, waiver=WaiverKind.GESTURE)
    view = case.show(objection)
    assert (view.given_cents, view.credit_note_number) == (2 * MEAL, "ENF-2026-000002")
    with case.town.sessions.begin() as session:
        paper = statements.invoice(session, case.parent, view.credit_note_id or uuid4(), NOW.date())
        left = ledger.left_of(session, [case.invoice])
    assert (paper.summary.total_cents, paper.lines[0].quantity, paper.lines[0].days) == (
        -2 * MEAL,
        -2,
        [OCTOBER, OCTOBER.replace(day=2)],
    )
    assert left == {case.invoice: MEAL}
    assert case.town.run().summary.total_cents == 0
    assert case.books_are_sound()
    assert case.town.told("invoice.published") == 2


def test_what_was_paid_comes_back_to_the_family_s_credit(case: Case) -> None:
    ask = StartPayment(command_id=uuid4(), invoice_id=case.invoice)
    payment = case.town.till.start(ask, case.parent).payment_id
    case.town.provider.pay(payment)
    case.town.till.refresh(payment)
    case.answer(case.contest(2), State.WAIVED, at_once=True)
    assert case.balance == -MEAL
    case.town.meals(case.child, case.family, 1, date(2026, 11, 1))
    case.town.clock.moment = NOW + timedelta(days=30)
    november = case.town.only_invoice(case.town.run(date(2026, 11, 1)), case.family)
    with case.town.sessions.begin() as session:
        assert ledger.left_of(session, [november]) == {november: 0}


def test_a_correction_made_elsewhere_is_told_with_its_sum(case: Case) -> None:
    objection = case.contest(0, 1)
    with pytest.raises(NothingCorrected):
        case.answer(objection, State.REPRICED)
    case.mark(0, Mark.ABSENT_JUSTIFIED)
    with case.town.sessions.begin() as session:
        file = views.file(session, objection, a_clerk(), NOW)
    assert (file.billed_cents, file.due_cents) == (2 * MEAL, MEAL)
    case.answer(objection, State.REPRICED)
    assert case.show(objection).given_cents == MEAL
    assert case.contested == {case.invoice: 2 * MEAL}
    case.town.clock.moment = NOW + timedelta(minutes=1)
    assert case.town.run().summary.total_cents == -MEAL
    assert case.contested == {}


def test_what_a_run_gave_back_meanwhile_is_not_given_again(case: Case) -> None:
    objection = case.contest(0)
    case.mark(0, Mark.ABSENT_JUSTIFIED)
    case.town.run()
    with pytest.raises(NothingBilled):
        case.answer(objection, State.WAIVED, at_once=True)
    case.answer(objection, State.REPRICED)
    assert case.show(objection).given_cents == MEAL
    assert (case.billed()[0], case.books_are_sound()) == (0, True)


def test_a_held_line_is_waived_all_the_same(case: Case) -> None:
    objection = case.contest(0)
    held_sheet(case.town, case.sheets[0], case.child, case.family, Held.OBJECTION, day=OCTOBER)
    with case.town.sessions.begin() as session:
        assert views.file(session, objection, a_clerk(), NOW).due_cents == MEAL
    case.answer(objection, State.WAIVED)
    assert case.town.run().summary.total_cents == -MEAL


def test_of_two_agents_the_second_is_told_and_only_the_office_answers(case: Case) -> None:
    objection = case.contest(0)
    with pytest.raises(NotAllowed):
        case.answer(objection, State.EXPLAINED, by=a_clerk(Role.REQUESTS))
    with pytest.raises(Invalid) as refusal:
        case.answer(objection, State.EXPLAINED, answer=" ")
    assert refusal.value.details == {"problems": {"answer": "answer_missing"}}
    seen = case.show(objection).version
    case.answer(objection, State.EXPLAINED)
    with pytest.raises(LineObjectionChanged) as changed:
        case.answer(objection, State.WAIVED, version=seen)
    assert changed.value.details == {"by": "Régine Sabatier"}
    assert case.town.told("invoice_line.answered") == 1


def test_a_draft_that_was_made_before_the_answer_is_not_published_over_it(case: Case) -> None:
    """The draft takes the day back too: published after the credit note, it would give it twice."""
    objection = case.contest(0)
    case.mark(0, Mark.ABSENT_JUSTIFIED)
    drafted = case.town.draft()
    assert drafted.summary.total_cents == -MEAL
    case.answer(objection, State.WAIVED, at_once=True)
    with pytest.raises(RunContested):
        case.town.publish(drafted.summary.run_id)
    assert case.town.run().summary.total_cents == 0
    assert case.billed() == [0, MEAL, MEAL]


@pytest.mark.parametrize("now", [True, False])
def test_an_answer_while_a_run_is_drafted_and_published_gives_back_once(town: Town, now: bool) -> None:
    """Whatever the order of the two: the day is given back once, and the books are sound."""
    case = Case(town, days=4)
    for day in range(4):
        objection = case.contest(day)
        case.mark(day, Mark.ABSENT_JUSTIFIED)  # the run would give it back by itself

        def bill() -> None:
            with town.sessions.begin() as session:
                run_id = runs.draft(session, OCTOBER, None, NOW).run_id
            with town.sessions.begin() as session:
                runs.check(session, run_id, None, NOW)
            with town.sessions.begin() as session:
                runs.publish(session, PublishRun(command_id=uuid4(), run_id=run_id), None, NOW)

        def answer(objection: UUID = objection) -> None:
            case.answer(objection, State.WAIVED, at_once=now)

        outcomes = at_once(bill, answer)
        assert all(each is None or isinstance(each, RunContested | NothingBilled) for each in outcomes)
        town.run()
        assert case.billed() == [0] * (day + 1) + [MEAL] * (3 - day)
        assert case.books_are_sound()


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "contest",
                "credit",
                "waive",
                "explain",
                "reprice",
                "withdraw",
                "absent",
                "present",
                "draft",
                "publish",
            ]
        ),
        st.integers(0, 1),
    ),
    min_size=4,
    max_size=8,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_in_whatever_order_a_day_is_given_back_exactly_once(
    engine: Engine, acts: list[tuple[str, int]]
) -> None:
    empty(engine)
    case = Case(Town(engine), days=2)
    open_ones: dict[int, UUID] = {}
    waived, present, drafted = set(), {0, 1}, []
    endings = {
        "credit": (State.WAIVED, {"at_once": True}),
        "waive": (State.WAIVED, {}),
        "explain": (State.EXPLAINED, {}),
        "reprice": (State.REPRICED, {}),
    }
    for act, day in acts:
        try:
            if act == "contest":
                open_ones[day] = case.contest(day)
            elif act in endings and day in open_ones:
                state, fields = endings[act]
                case.answer(open_ones[day], state, **fields)
                del open_ones[day]
                waived |= {day} if state is State.WAIVED else set()
            elif act == "withdraw" and day in open_ones:
                case.withdraw(open_ones.pop(day))
            elif act in ("absent", "present"):
                case.mark(day, Mark.PRESENT if act == "present" else Mark.ABSENT_JUSTIFIED)
                present = present | {day} if act == "present" else present - {day}
            elif act == "draft":
                drafted = [case.town.draft().summary.run_id]
            elif act == "publish" and drafted:
                case.town.publish(drafted.pop())
        except (CannotContestLine, NothingBilled, NothingCorrected, RunContested):
            pass
        assert case.books_are_sound()
        assert all(each >= 0 for each in case.billed())
    case.town.run()
    assert case.billed() == [MEAL if day in present - waived else 0 for day in (0, 1)]
    assert case.books_are_sound()


def test_the_office_s_list_and_file_and_what_is_told_of_them(case: Case) -> None:
    objection = case.contest(0, words="Léa avait la varicelle.")
    service = worker_factory(BillingService, begin=case.town.sessions.begin, clock=case.town.clock)
    queue = service.line_objection_queue(LineObjectionQueue(), a_clerk())
    assert (queue.total, queue.objections[0].words) == (1, "")
    assert case.town.told("bill.consulted") == 0
    file = service.open_line_objection(OpenLineObjection(objection_id=objection), a_clerk())
    assert (file.objection.words, file.line.unit_cents) == ("Léa avait la varicelle.", MEAL)
    assert [(each.number, each.quantity) for each in file.charges] == [("ENF-2026-000001", 1)]
    assert case.town.told("bill.consulted") == 1
    with pytest.raises(NotAllowed):
        service.line_objection_queue(LineObjectionQueue(), a_clerk(Role.REQUESTS))
    assert case.town.count("SELECT count(*) FROM outbox WHERE body LIKE '%varicelle%'") == 0


def test_pressed_twice_it_is_one_objection_and_no_words_stay_with_the_command(case: Case) -> None:
    service = worker_factory(BillingService, begin=case.town.sessions.begin, clock=case.town.clock)
    ask = ContestInvoiceLine(
        command_id=uuid4(),
        line_id=case.line_id,
        session_ids=[case.sheets[0]],
        reason=ObjectionReason.OTHER,
        words="Une varicelle.",
    )
    assert service.contest_invoice_line(ask, case.parent) == service.contest_invoice_line(ask, case.parent)
    assert case.town.count("SELECT count(*) FROM line_objection") == 1
    waive = AnswerLineObjection(
        command_id=uuid4(),
        objection_id=service.contest_invoice_line(ask, case.parent),
        version=1,
        state=State.WAIVED,
        session_ids=ask.session_ids,
        waiver=WaiverKind.ERROR,
        at_once=True,
    )
    for _ in range(2):
        assert service.answer_line_objection(waive, a_clerk()).given_cents == MEAL
    assert case.town.count("SELECT count(*) FROM invoice WHERE kind = 'credit_note'") == 1
    assert case.billed()[0] == 0
    assert case.town.count("SELECT count(*) FROM command WHERE answer LIKE '%varicelle%'") == 0


def test_a_paper_of_the_family_makes_the_agent_look_again(case: Case) -> None:
    objection = case.contest(0)
    seen = case.show(objection).version

    def share(account_id: UUID) -> bool:
        fact = DocumentShared(
            share_id=uuid4(),
            document_id=uuid4(),
            document_type="certificat_medical",
            account_id=account_id,
            subject_kind="line_objection",
            subject_id=objection,
        )
        with case.town.sessions.begin() as session:
            return objections.attach(session, fact, NOW)

    assert not share(uuid4())
    assert share(case.parent.citizen())
    assert case.show(objection).papers == 1
    with pytest.raises(LineObjectionChanged):
        case.answer(objection, State.EXPLAINED, version=seen)


def test_the_family_s_words_are_kept_a_year_beyond_the_answer(case: Case) -> None:
    over, still_open = case.contest(0, words="Rentrée à midi."), case.contest(1, words="Elle dormait.")
    case.answer(over, State.EXPLAINED)
    for days, left in ((365, 2), (367, 1)):
        with case.town.sessions.begin() as session:
            kept.forget_words(session, NOW + timedelta(days=days))
        assert case.town.count("SELECT count(*) FROM line_objection WHERE words <> ''") == left
    assert case.show(over).answer
    assert case.show(still_open).words


def test_a_closed_account_takes_its_words_along_once_answered(case: Case) -> None:
    answered, still_open = case.contest(0, words="Rentrée à midi."), case.contest(1, words="Elle dormait.")
    case.answer(answered, State.EXPLAINED)
    with case.town.sessions.begin() as session:
        given = mine.records(session, case.parent.citizen())
        assert sorted(each["words"] for each in given["line_objections"]) == [
            "Elle dormait.",
            "Rentrée à midi.",
        ]
        assert sorted({*given, *given["line_objections"][0]} - set(LABELS)) == []
        mine.drop_account(session, case.parent.citizen())
    with_words = "SELECT count(*) FROM line_objection WHERE words <> ''"
    assert case.town.count(with_words) == 1
    with case.town.sessions.begin() as session:
        version = views.show(session, still_open, a_clerk(), NOW).version
        ask = AnswerLineObjection(
            command_id=uuid4(),
            objection_id=still_open,
            version=version,
            state=State.EXPLAINED,
            answer="Vérifié.",
        )
        answers.answer(session, ask, a_clerk(), NOW)
    assert case.town.count(with_words) == 0
    with case.town.engine.connect() as connection:
        assert connection.execute(text("SELECT count(made_by) FROM line_objection")).scalar_one() == 0
