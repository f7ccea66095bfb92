"""A form with a file, read as it arrives."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge

from gateway.vault.multipart import FIELD_BYTES, PIECE, IncomingForm, Interrupted

EDGE = "----edge"


def a_body(*parts: tuple[str, str | None, bytes]) -> bytes:
    """(name, file name or None, content) of each part, as browsers write them."""
    out = b""
    for name, file_name, content in parts:
        file = (
            f'; filename="{file_name}"\r\nContent-Type: application/octet-stream'
            if file_name is not None
            else ""
        )
        out += (
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
            + content
            + b"\r\n"
        )
    return out + f"--{EDGE}--\r\n".encode()


def a_form(body: bytes) -> IncomingForm:
    return IncomingForm(io.BytesIO(body), EDGE.encode())


def content(form: IncomingForm) -> bytes:
    assert form.file is not None
    return b"".join(iter(lambda: form.file.read(1000), b""))


@settings(deadline=None)
@given(data=st.binary(min_size=1, max_size=5000))
def test_fields_and_file_arrive(data):
    form = a_form(a_body(("name", None, "Assurance de Léa".encode()), ("file", "scan.pdf", data)))
    assert form.fields["name"] == "Assurance de Léa"
    assert form.file.name == "scan.pdf"
    assert content(form) == data


def test_a_large_file_is_not_held():
    data = b"\r\n--" * 2_000_000
    form = a_form(a_body(("file", "a.pdf", data)))
    count, largest = 0, 0
    while piece := form.file.read(1 << 20):
        count, largest = count + len(piece), max(largest, len(piece))
    assert count == len(data)
    assert largest <= 2 * PIECE


def test_an_input_left_alone_is_no_file():
    form = a_form(a_body(("photo", "", b""), ("file", "a.pdf", b"%PDF")))
    assert form.file.name == "a.pdf"
    assert a_form(a_body(("photo", "", b""), ("file", "", b""))).file is None


def test_a_file_without_a_byte_is_one_that_was_chosen():
    form = a_form(a_body(("photo", "", b""), ("file", "vide.pdf", b"")))
    assert (form.file.name, content(form)) == ("vide.pdf", b"")


def test_the_first_file_counts():
    form = a_form(a_body(("photo", "photo.jpg", b"one"), ("file", "a.pdf", b"two")))
    assert (form.file.name, content(form)) == ("photo.jpg", b"one")


def test_only_the_end_of_a_path_is_a_name():
    assert a_form(a_body(("file", "C:/Papiers/assurance.pdf", b"x"))).file.name == "assurance.pdf"


def test_a_body_that_stops_is_an_interruption():
    whole = a_body(("name", None, b"x"), ("file", "a.pdf", b"0" * 200_000))
    form = a_form(whole[:100_000])
    with pytest.raises(Interrupted):
        content(form)
    with pytest.raises(Interrupted):
        a_form(whole[:60])
    with pytest.raises(Interrupted):
        a_form(b"")


def test_a_field_has_a_bound():
    with pytest.raises(RequestEntityTooLarge):
        a_form(a_body(("name", None, b"x" * (3 * FIELD_BYTES))))


def test_what_is_left_can_be_dropped():
    form = a_form(a_body(("file", "a.pdf", b"0" * 3 * PIECE), ("after", None, b"x")))
    form.drain_all()
    with pytest.raises(Interrupted):
        content(form)
