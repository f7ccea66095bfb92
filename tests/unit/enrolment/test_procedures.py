"""Forms as data: what they ask, what they refuse, what they keep, and which of them hold together."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.enrolment.procedure_forms import (
    CONTACT_EMAIL,
    Answer,
    Answers,
    Condition,
    FieldKind,
    FormField,
    Option,
    Prefill,
    ProcedureForm,
    Test,
)
from enrolment.procedures.asking import shown, whole
from enrolment.procedures.checking import check, clean, problem_of
from enrolment.procedures.renewing import carry, compare, still_asked
from enrolment.procedures.shipping import shipped
from enrolment.procedures.soundness import faults
from tests.mothers.procedures import choice, field, form, page, removal, when

TODAY = date(2026, 11, 26)
K = FieldKind


def names(of: ProcedureForm, answers: Answers) -> list[str]:
    return [each.name for fields in shown(of, answers).values() for each in fields]


def codes(of: ProcedureForm) -> list[str]:
    return [fault.code for fault in faults(of)]


# ---------------------------------------------------------------- what is shown, checked, kept


def test_a_field_is_shown_by_the_answer_it_waits_for() -> None:
    assert names(removal(), {}) == ["why", "name", "remark"]
    assert names(removal(), {"why": "works"}) == ["why", "weeks", "name", "remark"]


def test_the_answer_of_a_hidden_field_shows_nothing_and_is_not_kept() -> None:
    nested = form(
        page("one", choice("a", "x", "y"), choice("b", "x", "y", shown_when=when("a", "x"))),
        page("two", field("c"), shown_when=when("b")),
    )

    assert clean(nested, {"a": "y", "b": "x", "c": "typed"}) == {"a": "y"}


def test_one_of_several_tests_is_enough_where_it_is_said_so() -> None:
    either = Condition(all_of=False, tests=(Test(field="a", one_of=("y",)), Test(field="b")))
    any_form = form(
        page("one", choice("a", "x", "y"), field("b", required=False), field("c", shown_when=either))
    )

    assert "c" in names(any_form, {"a": "x", "b": "typed"})
    assert "c" not in names(any_form, {"a": "x"})


def test_every_form_ends_with_an_address_to_answer_to() -> None:
    assert check(whole(removal()), {"why": "works", "weeks": 2, "name": "Li"}, TODAY) == {
        CONTACT_EMAIL: "missing"
    }
    assert whole(whole(removal())) == whole(removal())


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        (field("f"), "  ", ""),
        (field("f"), None, "missing"),
        (field("f", required=False), None, ""),
        (field("f", least=3), "ab", "too_short"),
        (field("f"), "a" * 201, "too_long"),
        (field("f"), 3, "malformed"),
        (field("f", K.EMAIL), "moi@ici", "malformed"),
        (field("f", K.EMAIL), "moi@ici.fr", ""),
        (field("f", K.EMAIL), "A.B+école@ici.fr", "malformed"),
        (field("f", K.EMAIL), "a.b+ecole@forêt.fr", ""),
        (field("f", K.EMAIL), "moi@ici.<script>", "malformed"),
        (field("f", K.EMAIL), "moi@-ici.fr", "malformed"),
        (field("f", K.PHONE), "06 12 34 56 78", ""),
        (field("f", K.PHONE), "+33 6 12 34 56 78", ""),
        (field("f", K.PHONE), "demain", "malformed"),
        (field("f", K.NUMBER, least=1, most=9), 0, "too_low"),
        (field("f", K.NUMBER, least=1, most=9), 10, "too_high"),
        (field("f", K.NUMBER), "3", "malformed"),
        (field("f", K.DATE, most=0), "2026-11-27", "too_late"),
        (field("f", K.DATE, least=0), "2026-11-25", "too_early"),
        (field("f", K.DATE), "2026-02-30", "malformed"),
        (choice("f", "a", "b"), "c", "malformed"),
        (choice("f", "a", "b"), ["a"], "malformed"),
        (field("f", K.YES_NO), "oui", "malformed"),
        (field("f", K.ADDRESS), {"street": "1, rue Basse", "city": "Romans"}, "incomplete"),
        (field("f", K.ADDRESS), {"street": "1, rue Basse", "postcode": "?", "city": "Romans"}, "postcode"),
        (field("f", K.CHILD), {"first_name": "Léa", "last_name": "Roux"}, "incomplete"),
        (field("f", K.CHILD), {"first_name": "L", "last_name": "R", "birth_date": "2030-01-01"}, "too_late"),
        (field("f", K.DOCUMENT), ["../etc/passwd"], "malformed"),
        (field("f", K.DOCUMENT), ["8e2a3b1c-0000-4000-8000-000000000001"] * 2, "too_many"),
    ],
)
def test_an_answer_is_judged_by_what_was_asked(
    asked: FormField, answer: Answer | None, expected: str
) -> None:
    assert problem_of(asked, answer, TODAY) == expected


def test_answers_are_tidied() -> None:
    one = form(
        page("one", field("a"), field("b", K.LONG_TEXT), field("c", K.ADDRESS), field("d", required=False))
    )
    given_: Answers = {
        "a": "  Li   Na ",
        "b": " un\r\ndeux ",
        "c": {"street": " 1 ", "x": "y"},
        "d": "  ",
        "z": "?",
    }

    assert clean(one, given_) == {"a": "Li Na", "b": "un\ndeux", "c": {"street": "1"}}


# ---------------------------------------------------------------- forms that hold together


@pytest.mark.parametrize(
    ("faulty", "expected"),
    [
        (form(), "no_page"),
        (form(page("one")), "page_empty"),
        (form(page("one", field("a")), page("one", field("b"))), "page_twice"),
        (form(page("one", field("a")), page("two", field("a"))), "field_twice"),
        (form(page("one", field(CONTACT_EMAIL))), "name_reserved"),
        (form(page("contact", field("a"))), "name_reserved"),
        (form(page("one", choice("a", "x"))), "options_few"),
        (form(page("one", choice("a", "x", "x"))), "option_twice"),
        (form(page("one", field("a", K.INFORMATION))), "information_blank"),
        (form(page("one", field("a", K.DATE, prefill=Prefill.PHONE))), "prefill_unfit"),
        (form(page("one", field("a", least=5, most=4))), "limits_reversed"),
        (form(page("one", field("a", most=0))), "limit_negative"),
        (form(page("one", field("a", most=201))), "limit_too_long"),
        (form(page("one", field("a", K.DATE, least=10**9))), "limit_too_far"),
        (form(page("one", field("a", K.DOCUMENT, most=6))), "files_many"),
        (form(page("one", field("a", shown_when=when("b")))), "condition_unknown"),
        (form(page("one", field("a", shown_when=when("a")))), "condition_later"),
        (form(page("one", field("a", shown_when=when("b")), field("b"))), "condition_later"),
        (form(page("one", field("a"), shown_when=when("a"))), "condition_later"),
        (form(page("one", field("a"), field("b", shown_when=when("a", "x")))), "condition_value"),
        (form(page("one", choice("a", "x", "y"), field("b", shown_when=when("a", "z")))), "condition_value"),
        (
            form(page("one", field("a", K.INFORMATION, help="Lisez."), field("b", shown_when=when("a")))),
            "condition_information",
        ),
    ],
)
def test_a_fault_of_a_form_has_its_name(faulty: ProcedureForm, expected: str) -> None:
    assert expected in codes(faulty)


def test_a_form_that_holds_together_has_no_fault() -> None:
    assert codes(removal()) == []


@pytest.mark.parametrize("code", shipped())
def test_what_the_software_ships_holds_together_and_is_typeset(code: str) -> None:
    _, whole_form = shipped()[code]

    assert codes(whole_form) == []
    assert len(code) <= 40
    assert "'" not in whole_form.model_dump_json()
    assert whole_form.sources


# ---------------------------------------------------------------- any form


@st.composite
def forms(draw: st.DrawFn) -> ProcedureForm:
    """Pages of any fields, whose conditions speak of any field: some hold together, some do not."""
    pages = []
    every: list[FormField] = []
    for number in range(draw(st.integers(1, 4))):
        fields = []
        for _ in range(draw(st.integers(0, 4))):
            made = _any_field(draw, f"f{len(every)}", every)
            fields.append(made)
            every.append(made)
        pages.append(page(f"p{number}", *fields, shown_when=_any_condition(draw, every)))
    return form(*pages)


def _any_field(draw: st.DrawFn, name: str, earlier: list[FormField]) -> FormField:
    kind = draw(st.sampled_from(list(FieldKind)))
    limits = st.none() | st.integers(-3, 8)
    options = tuple(Option(name=each, label=each) for each in ("a", "b", "c")[: draw(st.integers(1, 3))])
    return field(
        name, kind, required=draw(st.booleans()), least=draw(limits), most=draw(limits), help="Lisez.",
        options=options if kind in (K.CHOICE, K.CHOICES) else (), shown_when=_any_condition(draw, earlier),
    )  # fmt: skip


def _any_condition(draw: st.DrawFn, earlier: list[FormField]) -> Condition | None:
    if not earlier or draw(st.booleans()):
        return None
    tests = []
    for tested in draw(st.lists(st.sampled_from(earlier), min_size=1, max_size=2)):
        known = {K.YES_NO: ["yes", "no"], K.CHOICE: ["a", "b"], K.CHOICES: ["a", "b"]}.get(tested.kind, [])
        values = draw(st.lists(st.sampled_from(known), max_size=2)) if known else []
        tests.append(Test(field=tested.name, one_of=tuple(values)))
    return Condition(all_of=draw(st.booleans()), tests=tuple(tests))


_ANY = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["a", "b", "yes", "no", "2026-11-26"]),
    st.integers(-5, 10),
    st.lists(st.sampled_from(["a", "b", "?"]), max_size=3),
    st.dictionaries(st.sampled_from(["street", "postcode", "city", "first_name"]), st.text(max_size=5)),
)
answer_sets = st.dictionaries(st.sampled_from([f"f{n}" for n in range(16)]), _ANY)


@given(forms(), answer_sets)
@settings(max_examples=150)
def test_the_answer_of_a_hidden_field_is_never_kept(any_form: ProcedureForm, answers: Answers) -> None:
    kept = clean(any_form, answers)

    assert set(kept) <= set(names(any_form, kept))
    assert clean(any_form, kept) == kept


@given(forms(), st.data())
@settings(max_examples=150)
def test_a_form_that_holds_together_can_always_be_filled(
    any_form: ProcedureForm, data: st.DataObject
) -> None:
    if faults(any_form):
        return
    answers: Answers = {}
    for each in any_form.fields():
        if (
            each.name in names(any_form, answers)
            and each.kind is not K.INFORMATION
            and data.draw(st.booleans())
        ):
            answers[each.name] = _good(each)
    while problems := check(any_form, answers, TODAY):
        asked = any_form.field(next(iter(problems)))
        assert asked is not None
        assert problems[asked.name] == "missing"
        answers[asked.name] = _good(asked)

    assert check(any_form, clean(any_form, answers), TODAY) == {}


@given(forms())
@settings(max_examples=50)
def test_a_form_survives_being_stored(any_form: ProcedureForm) -> None:
    assert ProcedureForm.model_validate(any_form.model_dump(mode="json")) == any_form


@given(forms(), forms(), answer_sets)
@settings(max_examples=100)
def test_what_a_newer_form_takes_of_the_answers_is_good_there(
    old: ProcedureForm, new: ProcedureForm, answers: Answers
) -> None:
    kept = carry(old, new, clean(old, answers), TODAY)

    assert clean(new, kept) == kept
    assert set(check(new, kept, TODAY).values()) <= {"missing"}
    assert set(kept) <= set(answers)


def _good(asked: FormField) -> Answer:
    match asked.kind:
        case K.NUMBER:
            return asked.least if asked.least is not None else min(0, asked.most or 0)
        case K.DATE:
            days = asked.least if asked.least is not None else min(0, asked.most or 0)
            return (TODAY + timedelta(days=days)).isoformat()
        case K.CHOICE:
            return asked.options[0].name
        case K.CHOICES:
            return [option.name for option in asked.options[: max(asked.least or 1, 1)]]
        case K.YES_NO:
            return "yes"
        case K.EMAIL:
            return "moi@ici.fr"
        case K.PHONE:
            return "0612345678"
        case K.ADDRESS:
            return {"street": "1, rue Basse", "postcode": "26100", "city": "Romans"}
        case K.CHILD:
            return {"first_name": "Léa", "last_name": "Roux", "birth_date": "2020-02-29"}
        case K.DOCUMENT:
            return ["8e2a3b1c-0000-4000-8000-000000000001"]
        case _:
            return "x" * max(asked.least or 1, 1)


# ---------------------------------------------------------------- a form that changed meanwhile


def test_answers_go_over_to_a_newer_form_and_what_is_new_is_said() -> None:
    old = removal()
    new = form(
        page("what", choice("why", "removal", "works", "film", label="Pourquoi ?"), old.pages[0].fields[1]),
        page("who", field("name", label="Votre nom"), field("phone", K.PHONE, label="Téléphone")),
    )
    answers: Answers = {"why": "works", "weeks": 3, "name": "Li Na", "remark": "Merci"}

    assert carry(old, new, answers, TODAY) == {"why": "works", "name": "Li Na"}
    change = compare(old, new, answers, TODAY)
    assert change.added == ["Téléphone"]
    assert change.altered == ["Pourquoi ?"]
    assert change.removed == ["Combien de semaines ?", "Remark"]
    assert still_asked(old, new, {"why", "weeks", "name", "remark"}) == {"name"}
