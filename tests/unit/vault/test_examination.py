"""What is looked for inside a file before it is sealed, by a process with bounds. Files are made here by the libraries."""

import base64
import faulthandler
import io
import json
import os
import signal
import struct
import tempfile
import zipfile
import zlib
from contextlib import suppress

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from gateway.vault.examination import child, limits, nursery
from gateway.vault.examination.examiner import Examination, Verdict
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.examination.packing import unpack
from tests.mothers.documents import a_heic, a_jpeg, a_pdf, a_photograph, a_png, saved


def in_the_child(*files: bytes, task: str = "look") -> tuple[Verdict, bytes, list[bytes]]:
    """(verdict, document made, preview), as an upload has them. Raises Flawed."""
    examination = Examination(task)
    try:
        for file in files:
            for at in range(0, len(file), 65536):
                examination.feed(file[at : at + 65536])
            examination.end_file()
        verdict = examination.finish()
        return verdict, examination.read(verdict.size), examination.preview()
    finally:
        examination.close()


def examined(*files: bytes, task: str = "look") -> tuple[Verdict, bytes, list[bytes]]:
    """The same without a process of its own: what the child does with the files."""
    out = io.BytesIO()
    child.examine(task, list(files), out)
    out.seek(0)
    said = json.loads(out.readline())
    if said["flaw"] is not None:
        raise Flawed(Flaw(said["flaw"]))
    document = out.read(said["size"])
    return (
        Verdict(said["pages"], said["size"]),
        document,
        unpack(out.read(int.from_bytes(out.read(4), "big"))),
    )


def flaw_of(*files: bytes, task: str = "look", by=examined) -> Flaw:
    with pytest.raises(Flawed) as flawed:
        by(*files, task=task)
    return flawed.value.flaw


def a_pdf_with(change, **options) -> bytes:
    """A sound PDF after `change(pdf)`."""
    pdf = pikepdf.open(io.BytesIO(a_pdf()))
    change(pdf)
    return saved(pdf, **options)


def an_action(**fields):
    def change(pdf):
        pdf.Root.OpenAction = Dictionary(**fields)

    return change


def a_link(**fields):
    def change(pdf):
        action = Dictionary(**fields)
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
        pdf.pages[0].Annots = Array([pdf.make_indirect(link)])

    return change


def a_script_in_a_name_tree(pdf):
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=["x", script]))


def a_script_nothing_leads_to(pdf):
    pdf.Root.Said = Array([pdf.make_indirect(Dictionary(S=Name.JavaScript, JS="app.alert(1)"))])


def an_action_of_a_page(pdf):
    pdf.pages[0].AA = Dictionary(O=Dictionary(S=Name.URI, URI="https://ailleurs.example"))


def an_attached_file(pdf):
    pdf.attachments["macro.docm"] = b"PK\x03\x04"


def a_film(pdf):
    pdf.pages[0].Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])])


def a_moving_form(pdf):
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))


def a_stream_of_another_file(pdf):
    pdf.Root.Said = pdf.make_stream(b"", F="\\\\ailleurs\\x", FFilter=Name.FlateDecode)


def a_page_of_another_file(pdf):
    outside = Dictionary(F="\\\\ailleurs\\x.pdf", Page=0)
    pdf.Root.Said = pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Ref=outside)


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (an_action(S=Name.JavaScript, JS="app.alert(1)"), Flaw.SCRIPT),
        (a_script_in_a_name_tree, Flaw.SCRIPT),
        (a_script_nothing_leads_to, Flaw.SCRIPT),
        (a_moving_form, Flaw.SCRIPT),
        (an_action(S=Name.Launch, F="cmd.exe"), Flaw.ACTION),
        (an_action(S=Name.URI, URI="https://ailleurs.example"), Flaw.ACTION),
        (an_action_of_a_page, Flaw.ACTION),
        (a_link(S=Name.Launch, F="cmd.exe"), Flaw.ACTION),
        (a_link(S=Name.GoToR, F="\\\\ailleurs\\x"), Flaw.ACTION),
        (an_attached_file, Flaw.FILES),
        (a_film, Flaw.FILES),
        # What calls itself a part of the text is an action all the same where readers look for one.
        (a_link(Type=Name.StructElem, S=Name.Launch, F="cmd.exe"), Flaw.ACTION),
        (a_link(Type=Name.StructElem, S=Name.SubmitForm, F="https://ailleurs.example"), Flaw.ACTION),
        (a_link(S=Name.GoTo, Next=Array([Dictionary(Type=Name.StructElem, S=Name.GoToR)])), Flaw.ACTION),
        (a_stream_of_another_file, Flaw.FILES),
        (a_page_of_another_file, Flaw.FILES),
    ],
)
def test_a_pdf_that_does_more_than_show_is_refused(change, flaw):
    assert flaw_of(a_pdf_with(change)) is flaw


def test_a_script_hidden_in_an_object_stream_is_found():
    data = a_pdf_with(
        a_script_nothing_leads_to, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True
    )
    assert b"JavaScript" not in data
    assert flaw_of(data) is Flaw.SCRIPT


@pytest.mark.parametrize(("name", "flaw"), [(b"/J#61va#53cript", Flaw.SCRIPT), (b"/L#61unch", Flaw.ACTION)])
def test_a_name_spelled_by_numbers_is_that_name(name, flaw):
    change = a_link(S=Name.JavaScript, JS="a") if flaw is Flaw.SCRIPT else a_link(S=Name.Launch, F="a")
    data = a_pdf_with(change).replace(b"/JavaScript", name).replace(b"/Launch", name)
    assert flaw_of(data) is flaw


def test_an_object_that_no_list_of_the_file_names_is_found():
    """Another reader may find the list broken, and look for objects itself."""
    data = a_pdf()
    at = data.rindex(b"\nxref") + 1
    catalog = b"77 0 obj\n<</Type/Catalog/OpenAction<</S/J#61vaScript/JS(app.alert(1))>>>>\nendobj\n"
    tail = data[at:].rpartition(b"startxref")[0]
    assert (
        flaw_of(data[:at] + catalog + tail + b"startxref\n%d\n%%%%EOF\n" % (at + len(catalog))) is Flaw.SCRIPT
    )


def test_links_and_a_first_page_are_what_documents_are_made_of():
    def change(pdf):
        a_link(S=Name.URI, URI="https://www.caf.fr")(pdf)
        pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])

    verdict, _, preview = examined(a_pdf_with(change))
    assert verdict.pages == 1
    assert len(preview) == 2
    examined(a_pdf_with(an_action(S=Name.GoTo, D=["Fit"])))


def test_a_pdf_locked_by_a_password_is_refused_and_one_that_only_forbids_printing_is_not():
    locked = a_pdf_with(lambda pdf: None, encryption=pikepdf.Encryption(user="secret", owner="o"))
    assert flaw_of(locked) is Flaw.LOCKED
    verdict, _, preview = examined(
        a_pdf_with(lambda pdf: None, encryption=pikepdf.Encryption(user="", owner="o"))
    )
    assert (verdict.pages, len(preview)) == (1, 2)
    hidden = a_pdf_with(an_attached_file, encryption=pikepdf.Encryption(user="", owner="o"))
    assert flaw_of(hidden) is Flaw.FILES


@pytest.mark.parametrize(
    "data",
    [
        a_pdf(size=5000)[:3000],
        b"%PDF-1.7\n" + b"0" * 5000 + b"\n%%EOF",
        a_pdf_with(lambda pdf: pdf.pages.__delitem__(0)),
    ],
)
def test_a_pdf_that_is_cut_empty_or_none_is_refused(data):
    assert flaw_of(data) is Flaw.BROKEN


def pages_that_meet_again(pdf):
    """Ten levels of ten branches, each the same: ten thousand million pages in a few hundred bytes."""
    node = pdf.make_indirect(Dictionary(Type=Name.Page, MediaBox=[0, 0, 9, 9]))
    for _ in range(10):
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array([node] * 10), Count=10))
    pdf.Root.Pages = node


def a_page_of_a_kilometre(pdf):
    pdf.pages[0].UserUnit = 5000


@pytest.mark.parametrize("change", [pages_that_meet_again, a_page_of_a_kilometre])
def test_a_bomb_of_pages_is_refused(change):
    assert flaw_of(a_pdf_with(change)) in {Flaw.PAGES, Flaw.BROKEN}


def test_too_many_pages_are_refused():
    assert flaw_of(a_pdf(pages=501)) is Flaw.PAGES
    assert examined(a_pdf(pages=40))[0].pages == 40


def squeezed(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def a_stream(raw: bytes, **fields):
    def change(pdf):
        pdf.pages[0].Contents = pdf.make_stream(raw, Dictionary(**fields))

    return change


def test_a_stream_that_would_become_enormous_is_refused_without_being_made():
    zeros = squeezed(bytes(70 * 1024 * 1024))
    assert len(zeros) < 100_000
    assert flaw_of(a_pdf_with(a_stream(zeros, Filter=Name.FlateDecode))) is Flaw.BOMB
    twice = Array([Name.FlateDecode, Name.FlateDecode])
    assert flaw_of(a_pdf_with(a_stream(squeezed(zeros), Filter=twice))) is Flaw.BOMB


def test_a_picture_in_a_pdf_that_claims_too_many_points_is_refused():
    picture = a_stream(b"x", Type=Name.XObject, Subtype=Name.Image, Width=60_000, Height=60_000)
    assert flaw_of(a_pdf_with(picture)) is Flaw.BOMB


def a_picture(data: bytes, *filters: Name):
    def change(pdf):
        said = {"Width": 8, "Height": 8, "BitsPerComponent": 8, "ColorSpace": Name.DeviceRGB}
        pdf.Root.Said = pdf.make_stream(
            data, Type=Name.XObject, Subtype=Name.Image, Filter=Array(filters), **said
        )

    return change


def a_huge_jpeg() -> bytes:
    data = a_jpeg()
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", 65_000, 65_000) + data[at + 4 :]


def a_jpeg_2000(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "JPEG2000")
    data = out.getvalue()
    at = data.index(b"\xff\x4f\xff\x51") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


@pytest.mark.parametrize(
    "change",
    [
        a_picture(a_huge_jpeg(), Name.DCTDecode),
        a_picture(zlib.compress(a_huge_jpeg()), Name.FlateDecode, Name.DCTDecode),
        a_picture(base64.a85encode(a_huge_jpeg()) + b"~>", Name.ASCII85Decode, Name.DCTDecode),
        a_picture(a_huge_jpeg().hex().encode() + b">", Name.ASCIIHexDecode, Name.DCTDecode),
        a_picture(a_jpeg_2000(60_000, 60_000), Name.JPXDecode),
    ],
)
def test_a_picture_in_a_pdf_is_as_large_as_it_says_itself(change):
    assert flaw_of(a_pdf_with(change)) is Flaw.BOMB


def test_pictures_of_an_ordinary_size_may_stand_in_a_pdf():
    for change in (
        a_picture(a_jpeg(), Name.DCTDecode),
        a_picture(base64.a85encode(a_jpeg()) + b"~>", Name.ASCII85Decode, Name.DCTDecode),
        a_picture(a_jpeg_2000(64, 64), Name.JPXDecode),
    ):
        assert examined(a_pdf_with(change))[0].pages == 1


def forms_within_forms(pdf):
    """Twelve levels of ten drawings: a million million, in a few hundred bytes."""
    form = pdf.make_stream(b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99])
    for _ in range(12):
        inner = Dictionary(XObject=Dictionary(F=form))
        form = pdf.make_stream(
            b"/F Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 99, 99], Resources=inner
        )
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(F=form))
    pdf.pages[0].Contents = pdf.make_stream(b"/F Do")


def drawn_by_a_fork(data: bytes) -> tuple[bytes, int]:
    """What a child says that has one second of processor, and how it ended."""
    (its_in, our_out), (our_in, its_out) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        faulthandler.disable()
        os.close(our_out)
        child._live("look", its_in, its_out)
    os.close(its_in)
    os.close(its_out)
    with os.fdopen(our_out, "wb") as to, os.fdopen(our_in, "rb") as back:
        to.write(len(data).to_bytes(4, "big") + data + bytes(8))
        to.flush()
        said = back.read()
    return said, os.waitpid(pid, 0)[1]


def test_a_page_that_takes_for_ever_to_draw_is_no_verdict(monkeypatch):
    monkeypatch.setitem(limits.PROCESSOR, "look", 1)
    said, end = drawn_by_a_fork(a_pdf_with(forms_within_forms))
    assert (said, os.WIFSIGNALED(end)) == (b"", True)
    said, end = drawn_by_a_fork(a_pdf())
    assert (said.startswith(b'{"flaw": null'), end) == (True, 0)


def test_what_cannot_be_drawn_at_all_is_taken_without_a_preview(monkeypatch):
    def unknown(_: bytes) -> list[bytes]:
        raise RuntimeError("Failed to load document")

    monkeypatch.setattr(child.pictures, "pages_of_pdf", unknown)
    assert examined(a_pdf()) == (Verdict(1, 0), b"", [])


def test_what_would_take_more_memory_than_there_is_ends_the_child_and_not_the_gateway():
    """Seven hundred million bytes behind a filter that only unpacking measures."""
    chain = Array([Name.ASCIIHexDecode, Name.FlateDecode])
    squeezer, zeros = zlib.compressobj(1), bytes(7_000_000)
    bomb = (b"".join(squeezer.compress(zeros) for _ in range(100)) + squeezer.flush()).hex().encode() + b">"
    assert flaw_of(a_pdf_with(a_stream(bomb, Filter=chain)), by=in_the_child) in {Flaw.TOO_HARD, Flaw.BROKEN}


def an_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("charge.exe", b"MZ" * 100)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        a_pdf() + an_archive(),
        a_pdf() + b"<html><script>alert(1)</script>",
        b"<html><!--" + a_pdf(),
        a_pdf().replace(b"%%EOF", b"") + an_archive() + b"\n%%EOF",
        a_jpeg() + an_archive(),
        a_jpeg() + a_pdf(),
        a_jpeg() + b"<HTML><body onload=alert(1)>",
        a_photograph(kind="PNG") + b"MZ\x90",
        a_heic() + an_archive(),
        a_photograph(comment=b"%PDF-1.7 1 0 obj"),
    ],
)
def test_a_file_that_is_two_files_is_refused(data):
    assert flaw_of(data) in {Flaw.HIDDEN, Flaw.BROKEN}


def test_what_telephones_add_to_their_photographs_is_no_second_file():
    film = b"\x00\x00\x00\x18ftypmp42" + os.urandom(200_000)
    assert examined(a_jpeg(800, 600) + film)[0].pages == 1
    assert examined(b"\xef\xbb\xbf\r\n" + a_pdf() + b"\r\n\x00\x00")[0].pages == 1


@pytest.mark.parametrize("data", [a_jpeg(900, 700)[:3000], a_png(900, 700)[:900], a_heic()[:-50]])
def test_a_photograph_that_is_cut_is_refused(data):
    assert flaw_of(data) is Flaw.UNREADABLE


def pixels_of(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def with_exif(orientation: int, width: int = 400, height: int = 300) -> bytes:
    """A photograph taken with the telephone turned, that says where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (45.0, 2.0, 43.0)
    return a_photograph(width, height, exif=exif.tobytes())


def test_a_preview_is_upright_small_and_does_not_say_where_it_was_taken():
    _, _, preview = in_the_child(with_exif(6, 4000, 3000))
    thumbnail, page = (pixels_of(each) for each in preview)
    assert max(thumbnail.size) <= 320
    assert page.width < page.height <= 1414
    assert not page.getexif()
    red, green, _ = page.getpixel((page.width - 10, 10))
    assert red > 200
    assert green < 80


def test_a_clear_picture_is_shown_on_white():
    clear = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(clear, "PNG")
    assert pixels_of(examined(clear.getvalue())[2][0]).getpixel((25, 25)) == (255, 255, 255)


def test_photographs_become_one_pdf_in_their_order_upright_and_without_their_place():
    photographs = [with_exif(1), with_exif(6), a_heic(), a_png(300, 500)]
    verdict, document, preview = in_the_child(*photographs, task="bind")
    assert verdict.pages == 4
    assert len(preview) == 5
    pdf = pikepdf.open(io.BytesIO(document))
    boxes = [[round(float(each)) for each in page.MediaBox][2:] for page in pdf.pages]
    assert boxes == [[842, 595], [595, 842], [842, 595], [595, 842]]
    assert b"Exif" not in document
    assert examined(document)[0].pages == 4


def test_a_pdf_among_photographs_is_said_so_and_a_broken_one_too():
    assert flaw_of(a_jpeg(), a_pdf(), task="bind") is Flaw.NOT_PICTURES
    assert flaw_of(a_jpeg(), a_jpeg(900, 700)[:3000], task="bind") is Flaw.UNREADABLE


def pid_of(examination: Examination) -> int:
    with open(f"/proc/self/fdinfo/{examination._child.hold}") as said:
        return int(next(line for line in said if line.startswith("Pid:")).split()[1])


def test_the_child_knows_none_of_the_gateways_secrets_and_has_none_of_its_files(monkeypatch):
    monkeypatch.setenv("ESPACE_SECRET_KEY", "SECRETKEY")
    nursery.NURSERY._end()
    with tempfile.TemporaryFile() as mine:
        examination = Examination()
        try:
            pid = pid_of(examination)
            with open(f"/proc/{pid}/environ", "rb") as environment:
                assert b"ESPACE_" not in environment.read()
            inode = os.fstat(mine.fileno()).st_ino
            links = os.listdir(f"/proc/{pid}/fd")
            assert inode not in {os.stat(f"/proc/{pid}/fd/{each}").st_ino for each in links}
        finally:
            examination.close()


def test_the_child_is_bounded_and_a_dead_one_is_a_refusal():
    examination = Examination()
    try:
        examination.feed(b"%PDF-1.7")
        pid = pid_of(examination)
        while not _is_bounded(pid):
            pass
        os.kill(pid, signal.SIGKILL)
        examination.feed(b"0" * 1_000_000)
        with pytest.raises(Flawed) as flawed:
            examination.finish()
        assert flawed.value.flaw is Flaw.TOO_HARD
    finally:
        examination.close()


def test_one_files_end_is_not_anothers_and_a_nursery_that_died_is_followed_by_another():
    first, second = Examination(), Examination()
    first.feed(a_pdf())
    second.feed(a_pdf())
    first.close()
    assert second.finish().pages == 1
    second.close()
    nursery.NURSERY._process.kill()
    nursery.NURSERY._process.wait()
    assert in_the_child(a_pdf())[0].pages == 1


def test_a_turn_ends_with_the_preview_and_with_a_refusal():
    kept = []
    for data in (a_pdf(), b"%PDF-1.7 broken", a_jpeg()):
        kept.append(Examination())
        kept[-1].feed(data)
        with suppress(Flawed):
            kept[-1].finish()
        kept[-1].preview()
    assert in_the_child(a_pdf())[0].pages == 1
    for each in kept:
        each.close()


def _is_bounded(pid: int) -> bool:
    with open(f"/proc/{pid}/limits") as said:
        return str(limits.MEMORY) in said.read()
