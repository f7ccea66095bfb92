"""What the Treasury is told: sums split and lowered to the cent, a file to the schema, text as the post wants it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.treasury import pes, pes_schema
from billing.treasury.claims import Line, Told, control_letter, lowered, split
from billing.treasury.text import postal, written
from contracts.billing.treasury import ClaimForm, ClaimKind

SENDER = pes.Sender("026001", "21260281300015", "001", "00", "VILLE DE ROMANS", "PERI", "12")
DEBTOR = pes.Debtor(
    title="MME", last_name="FERRAND", first_name="NADIA", others="M PAUL DURAND", street="4 RUE DES TANNEURS",
    postcode="26100", city="ROMANS SUR ISERE", reference="F01234",
)  # fmt: skip
FORMS = [
    (ClaimKind.CLAIMS, ClaimForm.ROLE),
    (ClaimKind.CLAIMS, ClaimForm.TITLES),
    (ClaimKind.REDUCTIONS, ClaimForm.TITLES),
]


def a_told(number: int, *cents: int) -> Told:
    lines = tuple(Line(place, "7067", each) for place, each in enumerate(cents, start=1))
    return Told(UUID(int=number), "titles", 2026, 1, number, lines)


def a_file(
    kind: ClaimKind, form: ClaimForm, subjects: Sequence[str] = ("Facture",), cents: int = 4801
) -> bytes:
    origin = pes.Origin(2026, 1, 12) if kind is ClaimKind.REDUCTIONS else None
    pieces = [
        pes.Piece(number, subject, f"2026{number:06d}", 1, DEBTOR, (Line(1, "7067", cents),), origin)
        for number, subject in enumerate(subjects, start=1)
    ]
    day = date(2026, 11, 26)
    slip = pes.Slip(kind, form, 2026, 7, day, len(pieces), cents * len(pieces), "Restauration")
    return b"".join(pes.written(SENDER, pes.file_name(SENDER, form, day, 3), slip, pieces))


@given(
    st.integers(1, 10**7),
    st.dictionaries(st.sampled_from(["7067", "70632", "7066"]), st.integers(-9999, 99999), min_size=1),
)
def test_a_claim_is_split_to_the_cent_over_what_earned_it(cents: int, weights: dict[str, int]) -> None:
    lines = split(cents, weights)
    assert sum(line.cents for line in lines) == cents
    assert all(line.cents > 0 for line in lines)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    total = sum(weight for weight in weights.values() if weight > 0)
    for line in lines if total else ():
        assert abs(line.cents - cents * weights[line.account] / total) < 1


@given(st.lists(st.lists(st.integers(0, 5000), min_size=1, max_size=3), max_size=4), st.data())
def test_what_lowers_takes_no_more_than_is_left_of_any_line(
    pieces: list[list[int]], data: st.DataObject
) -> None:
    told = [a_told(number, *cents) for number, cents in enumerate(pieces, start=1)]
    most = sum(map(sum, pieces))
    cents = data.draw(st.integers(0, most))
    taken = lowered(cents, told)
    assert sum(-line.cents for _, lines in taken for line in lines) == cents
    for piece, lines in taken:
        left = {line.number: line.cents for line in piece.lines}
        assert all(0 < -line.cents <= left[line.number] for line in lines)
    with pytest.raises(ValueError, match="more to be lowered"):
        lowered(most + 1, told)


def test_the_latest_claim_is_lowered_first() -> None:
    taken = lowered(1500, [a_told(1, 2000), a_told(2, 1000)])
    assert [(piece.number, lines[0].cents) for piece, lines in taken] == [(2, -1000), (1, -500)]


def test_the_key_of_an_article_is_a_letter_without_i_o_and_z() -> None:
    assert {control_letter(2026, 1, str(debt)) for debt in range(2026000001, 2026000047)} == set(
        "ABCDEFGHJKLMNPQRSTUVWXY"
    )
    # 26, 1, 00 and 0002026000123, modulo 23, is 14: the fifteenth letter when I is left out.
    assert (261000002026000123 % 23, control_letter(2026, 1, "2026000123")) == (14, "Q")


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_file_is_to_the_schema_and_says_the_triplet_of_its_kind(kind: ClaimKind, form: ClaimForm) -> None:
    content = a_file(kind, form, ["Facture ENF-2026-000001, octobre 2026", "Été & <Noël>"])
    pes_schema.check(content)
    root = ET.fromstring(content.decode("iso-8859-1"))
    slip = root.find("PES_RecetteAller/Bordereau/BlocBordereau")
    assert slip is not None
    value = {each.tag: each.get("V") for each in slip}
    piece = root.find("PES_RecetteAller/Bordereau/Piece/BlocPiece")
    assert piece is not None
    triplet = (value["TypBord"], piece[1].get("V"), piece[2].get("V"))
    assert (
        triplet
        == {
            FORMS[0]: ("06", "15", "01"),
            FORMS[1]: ("01", "01", "01"),
            FORMS[2]: ("02", "02", "06"),
        }[kind, form]
    )
    assert (value["NbrPce"], value["MtBordHt"]) == ("2", "96.02")
    assert [each.get("V") for each in root.iter("ObjPce")] == [
        "Facture ENF-2026-000001, octobre 2026",
        "Été & <Noël>",
    ]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'<CP V="26100"/>', b'<CP V="2610"/>'),
        (b'<Civilite V="MME"/>', b""),
        (b'<MtHT V="48.01"/>', b'<MtHT V="0.00"/>'),
        (b'<MtHT V="48.01"/>', b'<MtHT V="48,01"/>'),
        (b'<TypBord V="06"/>', b'<TypBord V="04"/>'),
        (b'<IdPost V="026001"/>', b'<IdPost V="26"/>'),
        (b'<IdLigne V="1"/>', b'<IdLigne V="0"/>'),
        (b'<Nom V="FERRAND"/>', b'<Nom V="Ferrand"/>'),
    ],
)
def test_the_schema_refuses_what_the_treasury_would(right: bytes, wrong: bytes) -> None:
    content = a_file(ClaimKind.CLAIMS, ClaimForm.ROLE)
    assert right in content
    with pytest.raises(pes_schema.NotToTheSchema):
        pes_schema.check(content.replace(right, wrong))


def test_a_file_is_named_after_the_town_the_day_and_its_place_in_it() -> None:
    name = pes.file_name(SENDER, ClaimForm.TITLES, date(2026, 11, 26), 3)
    assert name == "PESALR2_21260281300015_261126_003.xml"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("12 bis, rue de l’Œuvre", "12 BIS RUE DE L OEUVRE"),
        ("Saint-Étienne-du-Grès", "SAINT ETIENNE DU GRES"),
        ("  Nguyễn  ", "NGUYEN"),
        ("李", ""),
    ],
)
def test_names_and_addresses_are_spelt_as_the_post_wants_them(text: str, kept: str) -> None:
    assert postal(text, 38) == kept


@settings(max_examples=60)
@given(st.text(max_size=80), st.integers(1, 200_000))
def test_whatever_is_written_the_file_is_in_latin_signs_and_to_the_schema(text: str, cents: int) -> None:
    subject = written(f"Facture {text}", 160)
    content = a_file(ClaimKind.CLAIMS, ClaimForm.TITLES, [subject], cents)
    pes_schema.check(content)
    assert len(subject) <= 160
