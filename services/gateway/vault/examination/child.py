"""The process that reads strangers' files: `python -m gateway.vault.examination.child look|bind`.

In:  pieces, each after its length (4 bytes, big-endian); a length of 0 ends a file, a second one ends them all.
Out: one line of JSON, `{"flaw": null, "pages": 2, "size": 0}`; `size` bytes of the document made by `bind`; then
     the preview: its length (4 bytes) and, picture after picture, length and JPEG. A preview that does not come, or
     not whole, is none: the verdict stands before it.
"""

import json
import sys
from typing import BinaryIO

from gateway.vault.examination import limits
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.examination.packing import pack
from gateway.vault.media import Media, sniff


def main() -> None:
    """One examination, from the pipe to the pipe."""
    task = sys.argv[1]
    limits.apply(task)
    examine(task, read_files(sys.stdin.buffer), sys.stdout.buffer)


def examine(task: str, files: list[bytes], out: BinaryIO) -> None:
    """Looks into one file, or binds several, and says what was found."""
    try:
        if task == "bind":
            _bind(files, out)
        else:
            _look(files[0], out)
    except Flawed as flawed:
        _say(out, {"flaw": flawed.flaw.value})
    except MemoryError:
        _say(out, {"flaw": Flaw.TOO_HARD.value})


def read_files(pipe: BinaryIO) -> list[bytes]:
    """The files that come in."""
    files: list[bytes] = []
    held = bytearray()
    while True:
        length = int.from_bytes(pipe.read(4), "big")
        if length:
            held += pipe.read(length)
        elif held:
            files.append(bytes(held))
            held.clear()
        else:
            return files


def _look(data: bytes, out: BinaryIO) -> None:
    media = sniff(data)
    if media is Media.PDF:
        from gateway.vault.examination import pdf_check

        pages = pdf_check.check(data)
        _say(out, {"flaw": None, "pages": pages, "size": 0})
        from gateway.vault.examination import pictures

        _show(out, pictures.pages_of_pdf(data))
        return
    from gateway.vault.examination import hidden, pictures

    if media is None:
        raise Flawed(Flaw.UNREADABLE)
    hidden.look_in_picture(media, data)
    picture = pictures.open_picture(data, pictures.PAGE)
    _say(out, {"flaw": None, "pages": 1, "size": 0})
    _show(out, pictures.shown(picture))


def _bind(files: list[bytes], out: BinaryIO) -> None:
    from gateway.vault.examination import binding

    pages = len(files)
    document, preview = binding.bind(files)
    _say(out, {"flaw": None, "pages": pages, "size": len(document)})
    out.write(document)
    _show(out, preview)


def _say(out: BinaryIO, verdict: dict[str, object]) -> None:
    out.write(json.dumps(verdict).encode() + b"\n")
    out.flush()


def _show(out: BinaryIO, preview: list[bytes]) -> None:
    packed = pack(preview)
    out.write(len(packed).to_bytes(4, "big") + packed)
    out.flush()


if __name__ == "__main__":
    main()
