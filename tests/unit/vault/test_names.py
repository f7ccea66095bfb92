"""What a document may be called."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.vault.media import Media
from gateway.vault.names import LONGEST_NAME, bare_name, clean_name, file_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("facture\u202egpj.exe", "facturegpj.exe"),
        ("\u200fattestation\u2066 CAF\u2069", "attestation CAF"),
        ("assu\x00ran\x1bce\u200b", "assurance"),
        ("  Assurance\t\n de  Léa ", "Assurance de Léa"),
        ("شهادة", "شهادة"),
        ("l’été d’Achille", "l’été d’Achille"),
    ],
)
def test_a_name_keeps_what_shows(given_name, shown):
    assert clean_name(given_name) == shown


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("C:\\Papiers\\assurance.pdf", "assurance.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a/b\u202e/c.pdf", "c.pdf"),
        ("..", ".."),
        ("dossier/", ""),
    ],
)
def test_only_the_end_of_a_path_is_a_name(path, name):
    assert bare_name(path) == name


@pytest.mark.parametrize(
    ("name", "media", "file"),
    [
        ("Assurance de Léa", Media.PDF, "Assurance de Léa.pdf"),
        ("assurance.jpg", Media.PDF, "assurance.pdf"),
        ("photo.JPEG", Media.JPEG, "photo.JPEG"),
        ("photo.pdf.jpg", Media.PDF, "photo.pdf"),
        ("facture.exe", Media.PDF, "facture.exe.pdf"),
        ("2026/2027: école. ", Media.PNG, "2026 2027 école.png"),
        ("...", Media.PDF, "document.pdf"),
        (".pdf.jpg", Media.PDF, "pdf.pdf"),
        ("CON", Media.PDF, "_CON.pdf"),
        ("aux.png", Media.PNG, "_aux.png"),
        ("\u202efdp.exe", Media.HEIC, "fdp.exe.heic"),
    ],
)
def test_a_file_ends_as_what_it_is(name, media, file):
    assert file_name(name, media) == file


@given(name=st.text(max_size=400), media=st.sampled_from(Media))
@example(name=".pdf", media=Media.PDF)
@example(name=".pdf.pdf", media=Media.PDF)
def test_no_name_leads_out_of_a_folder_or_hides_anything(name, media):
    file = file_name(name, media)
    assert not set(file) & set('/\\:*?"<>|')
    assert not file.startswith(".")
    assert file.lower().endswith((".jpg", ".jpeg") if media is Media.JPEG else media.extension)
    assert not any(
        unicodedata.category(each) in {"Cc", "Cs"}
        or unicodedata.bidirectional(each) in {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}
        for each in file
    )
    assert clean_name(clean_name(name)) == clean_name(name)
    assert len(clean_name(name)) <= LONGEST_NAME
