"""A photograph keeps its picture and which way up it is, and loses where, when and with what it was taken."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gateway.vault.examination.flaws import Flawed
from gateway.vault.examination.traces import without_traces
from gateway.vault.media import Media, sniff
from tests.mothers.documents import a_heic, a_photograph

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><exif:GPSLatitude>45,2.7N</exif:GPSLatitude></x:xmpmeta>"
TOLD = [b"Pixel 9", b"2026:11:03", b"GPSLatitude", b"Chez nous", b"ftypmp42"]


def notes(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = orientation, "Pixel 9"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:03 08:12:00"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (45.0, 2.0, 43.0)
    return bytes(exif.tobytes())


def a_jpeg(orientation: int = 6, **options) -> bytes:
    """With a comment, and a film behind it as telephones append them."""
    made = a_photograph(exif=notes(orientation), xmp=XMP, comment=b"Chez nous", dpi=(300, 300), **options)
    return made + b"\0\0\0\x18ftypmp42" + bytes(500)


def a_png(orientation: int = 6) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "Chez nous")
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return a_photograph(kind="PNG", exif=notes(orientation), pnginfo=text)


def a_telling_heic(orientation: int = 6) -> bytes:
    a_heic()  # has Pillow know the format
    made = a_photograph(kind="HEIF", exif=notes(orientation), xmp=XMP)
    return made + b"\0\0\0\x14mpvdftypmp42Chez nous"[:20].ljust(20, b"\0")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize(
    ("made", "media"),
    [
        (a_jpeg, Media.JPEG),
        (lambda turned: a_jpeg(turned, progressive=True), Media.JPEG),
        (a_png, Media.PNG),
        (a_telling_heic, Media.HEIC),
    ],
)
def test_a_photograph_tells_no_more_than_it_shows(made, media, orientation):
    told = made(orientation)
    kept = without_traces(media, told)
    before, after = opened(told), opened(kept)
    assert sniff(kept) is media
    assert after.tobytes() == before.tobytes()
    assert any(each in told for each in TOLD)
    assert not any(each in kept for each in TOLD)
    assert not after.getexif().get_ifd(0x8825)
    if media is not Media.HEIC:  # upright by a property of the picture, which Pillow has applied
        assert after.getexif().get(0x0112, 1) == orientation
        assert set(after.getexif()) <= {0x0112}
    assert after.info.get("dpi") == before.info.get("dpi")


def test_the_bytes_of_the_picture_itself_are_left_as_they_were():
    told = a_jpeg(quality=95)
    picture = told[told.index(b"\xff\xda") : told.index(b"\xff\xd9\0\0\0\x18ftyp") + 2]
    assert without_traces(Media.JPEG, told).endswith(picture)


def test_the_small_picture_of_before_in_a_jpegs_first_segment_goes():
    made = a_photograph(dpi=(300, 300))
    small = b"\x10\x10" + b"AVANT..." * 96
    first = made[6:18] + small
    told = made[:2] + b"\xff\xe0" + (len(first) + 2).to_bytes(2, "big") + first + made[20:]
    assert opened(told).tobytes() == opened(made).tobytes()
    assert b"AVANT" not in without_traces(Media.JPEG, told)
    assert without_traces(Media.JPEG, told) == made


def test_the_colours_stay_what_they_are():
    profile = b"a profile of colours" * 5000
    assert (
        opened(without_traces(Media.JPEG, a_photograph(icc_profile=profile))).info["icc_profile"] == profile
    )
    cmyk = io.BytesIO()
    Image.new("CMYK", (40, 30), (10, 200, 30, 40)).save(cmyk, "JPEG")
    kept = opened(without_traces(Media.JPEG, cmyk.getvalue()))
    assert kept.tobytes() == opened(cmyk.getvalue()).tobytes()


def test_what_has_nothing_to_tell_is_left_alone():
    for data in (a_photograph(), a_photograph(kind="PNG"), a_heic()):
        media = sniff(data)
        assert opened(without_traces(media, data)).tobytes() == opened(data).tobytes()


WHOLE = {Media.JPEG: a_jpeg(), Media.PNG: a_png(), Media.HEIC: a_telling_heic()}


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow, of Exif that is broken
@settings(max_examples=150, deadline=None)
@given(media=st.sampled_from(Media), data=st.data())
def test_a_file_that_lies_about_itself_is_refused_or_taken_and_nothing_else(media, data):
    if media is Media.PDF:
        return
    file = bytearray(WHOLE[media])
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(12, min(len(file), 900) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(30, len(file)))
    try:
        without_traces(media, bytes(file[:cut]))
    except Flawed:
        return
