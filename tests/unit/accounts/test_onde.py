"""The reader of school files, on made-up exports, on the sample where it is at hand, and on any quoting."""

import csv
import io
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.school_register.households import plan_import
from accounts.school_register.onde import FileProblem, read_date, read_guardians, read_pupils
from contracts.accounts.imports import Outcome, SourceFile
from tests.fixtures.onde import make
from tests.mothers.accounts import FIXTURES, SAMPLE, export

TODAY = date(2026, 11, 23)
HEADER = make.GUARDIAN_COLUMNS + make.CHILD_COLUMNS
ROW = [
    "Mme",
    "",
    "DURAND",
    "Léa",
    "1 rue Haute",
    "26100",
    "Romans",
    "",
    "",
    "",
    "",
    "",
    "",
    "DURAND",
    "Zoé",
    "CP",
]


def write(
    rows: list[list[str]], quoting: int = csv.QUOTE_MINIMAL, end: str = "\n", encoding: str = "latin-1"
) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode(encoding)


def test_the_made_up_schools_are_those_the_script_writes(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(make, "HERE", tmp_path)
    make.main()
    assert [path.read_bytes() for path in sorted(FIXTURES.glob("*.csv"))] == [
        path.read_bytes() for path in sorted(tmp_path.glob("*.csv"))
    ]


@pytest.mark.parametrize("school", sorted(make.SCHOOLS))
def test_every_row_of_a_school_has_exactly_one_outcome(school: str) -> None:
    pupils_file, guardians_file = export(school)
    pupils, guardians = read_pupils(pupils_file, TODAY), read_guardians(guardians_file)
    plan = plan_import(pupils, guardians, {}, {})
    assert len(pupils_file.splitlines()) - 1 == len(pupils)
    assert len(guardians_file.splitlines()) - 1 == len(guardians)
    lines = Counter((row.file, row.line) for row in plan.rows)
    assert set(lines.values()) == {1}
    assert len(pupils) + len(guardians) == len(plan.rows)
    reasons = {str(row.reason) for row in plan.rows if row.outcome is Outcome.REJECTED}
    assert {"repeated", "unknown_children", "birth_date"} == reasons
    assert {"adult", "child"} == {doubt.kind for doubt in plan.doubts}


def sample_counts() -> dict[str, int]:
    pupils = read_pupils((SAMPLE / "CSVExtraction-eleves.csv").read_bytes(), TODAY)
    guardians = read_guardians((SAMPLE / "CSVExtraction-responsables.csv").read_bytes())
    plan = plan_import(pupils, guardians, {}, {})
    homes = Counter(line for home in plan.homes for line in home.children)
    outcomes = Counter((row.file, row.outcome) for row in plan.rows)
    remarks = Counter(remark for row in plan.rows for remark in row.remarks)
    return {
        "pupils": len(pupils),
        "guardian rows": len(guardians),
        "pupils understood": outcomes[(SourceFile.PUPILS, Outcome.UNDERSTOOD)],
        "guardian rows understood": outcomes[(SourceFile.GUARDIANS, Outcome.UNDERSTOOD)],
        "guardian rows doubtful": outcomes[(SourceFile.GUARDIANS, Outcome.DOUBTFUL)],
        "children of one home": sum(count == 1 for count in homes.values()),
        "children of more homes": sum(count > 1 for count in homes.values()),
        "adults at two addresses": len(plan.doubts),
        "rows of an adult who stands twice at one address": remarks["same_adult"],
        "rows without address": remarks["no_address"],
        "families": len(plan.homes),
    }


# The sample is not ours to ship; where it lies beside the checkout, its counts are known.
@pytest.mark.parametrize("counts", [sample_counts] if SAMPLE.exists() else [])
def test_the_sample_is_accounted_for_to_the_row(counts) -> None:
    assert counts() == {
        "pupils": 247,
        "guardian rows": 469,
        "pupils understood": 247,
        "guardian rows understood": 457,
        "guardian rows doubtful": 12,
        "children of one home": 147,
        "children of more homes": 100,
        "adults at two addresses": 6,
        "rows of an adult who stands twice at one address": 4,
        "rows without address": 2,
        "families": 331,
    }


cell = st.text(
    st.characters(codec="latin-1", exclude_characters='\r\n";\x85', exclude_categories=["Cc"]), max_size=12
)


@given(
    rows=st.lists(st.lists(cell, min_size=len(HEADER), max_size=len(HEADER)), max_size=5),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["latin-1", "utf-8", "utf-8-sig"]),
)
def test_the_way_of_writing_changes_nothing(rows, quoting, end, encoding) -> None:
    rows = [ROW, *rows]  # an accent at least, so that the encoding can be told
    expected = read_guardians(write([HEADER, *rows]))
    assert expected == read_guardians(write([HEADER, *rows], quoting, end, encoding))


def test_the_column_of_extensions_shifts_nothing() -> None:
    with_extension = [
        [*row[:11], value, *row[11:]] for row, value in ((HEADER, "Numéro de poste"), (ROW, "12"))
    ]
    assert read_guardians(write([HEADER, ROW])) == read_guardians(write(with_extension))


def test_children_are_read_by_position_however_many() -> None:
    header = make.GUARDIAN_COLUMNS + make.CHILD_COLUMNS * 3
    row = [*ROW, "", "DURAND", "Tom", "CM1", "", "", "", ""]
    found = read_guardians(write([header, row]))
    assert [child.first_name for child in found[0].children] == ["Zoé", "Tom"]


def test_a_column_name_may_begin_with_a_space() -> None:
    pupils = [
        ["Nom Elève", " Prénom Elève", "Date naissance", " Niveau", "Classe"],
        ["DUR", "Zoé", "2019-01-02", "CP", "CP"],
    ]
    assert read_pupils(write(pupils), TODAY)[0].first_name == "Zoé"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"PK\x03\x04...", "not_text"),
        (b"%PDF-1.7", "not_text"),
        (b"a;b;c\n1;2;3\n", "columns"),
        (write([HEADER, ROW]), "swapped"),
    ],
)
def test_a_file_that_is_not_the_export_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(FileProblem) as caught:
        read_pupils(content, TODAY)
    assert why == caught.value.why


@pytest.mark.parametrize(
    ("change", "problem"),
    [({2: ""}, "name"), ({3: "#N/A"}, "name"), ({13: "", 14: ""}, "no_child"), ({4: "x" * 301}, "too_long")],
)
def test_a_row_that_cannot_be_used_says_why(change: dict[int, str], problem: str) -> None:
    row = [change.get(place, value) for place, value in enumerate(ROW)]
    assert problem == read_guardians(write([HEADER, row]))[0].problem


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018-03-09", date(2018, 3, 9)),
        ("09/03/2018", date(2018, 3, 9)),
        ("2018-02-30", None),
        ("", None),
        ("hier", None),
    ],
)
def test_dates_in_both_spellings(text: str, day: date | None) -> None:
    assert day == read_date(text)


def test_a_birth_date_in_the_future_is_refused() -> None:
    pupils = [
        ["Nom Elève", "Prénom Elève", "Date naissance", "Niveau", "Classe"],
        ["A", "B", "2026-11-24", "CP", "CP"],
    ]
    assert read_pupils(write(pupils), TODAY)[0].problem == "birth_date"
