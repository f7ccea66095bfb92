"""The processes that read strangers' files: `python -m gateway.vault.examination.child`, and its forks.

The first waits at a socket (its standard input) for a task and two pipes, forks, and answers with a hold on the fork.

In:  pieces, each after its length (4 bytes, big-endian); a length of 0 ends a file, a second one ends them all.
     Those to be bound are followed by their order: how many numbers, and these, a byte each.
Out: one line of JSON, `{"flaw": null, "pages": 2, "size": 0}`; `size` bytes of what was made: by `bind` a document, by
     `bank` JSON; then the preview: its length (4 bytes) and, picture after picture, length and JPEG. A preview that
     does not come, or not whole, is none: the verdict stands before it. No line: it was too much.
"""

import io
import json
import os
import socket
from typing import BinaryIO, NoReturn

from gateway.vault.examination import bank_file, binding, hidden, limits, pdf_check, pictures, traces
from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.examination.packing import pack
from gateway.vault.media import Media, sniff


def main() -> None:
    """Forks for each task that comes, until the gateway is gone."""
    line = socket.socket(fileno=0)
    while True:
        task, pipes, _, _ = socket.recv_fds(line, 16, 2)
        if not task:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            _live(task.decode(), *pipes)
        for pipe in pipes:
            os.close(pipe)
        hold = os.pidfd_open(pid)
        socket.send_fds(line, [b"!"], [hold])
        os.close(hold)
        _bury()


def _live(task: str, comes: int, goes: int) -> NoReturn:
    """One examination, from pipe to pipe."""
    limits.apply(task)
    with os.fdopen(comes, "rb") as pipe, os.fdopen(goes, "wb") as out:
        files = read_files(pipe)
        order = pipe.read(ord(pipe.read(1) or b"\0")) if task == "bind" else b""
        examine(task, [files[at] for at in order] or files, out)
    os._exit(0)


def _bury() -> None:
    """Those that are over; the others at the next task."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def examine(task: str, files: list[bytes], out: BinaryIO) -> None:
    """Looks into one file, or binds several, and says what was found."""
    try:
        if task == "bind":
            _bind(files, out)
        elif task == "bank":
            _read_bank_file(files[0], out)
        else:
            _look(files[0], out)
    except Flawed as flawed:
        _say(out, {"flaw": flawed.flaw.value})
    except MemoryError:
        _say(out, {"flaw": Flaw.TOO_HARD.value})


def read_files(pipe: BinaryIO) -> list[bytes]:
    """The files that come in."""
    files: list[bytes] = []
    held = io.BytesIO()
    while True:
        length = int.from_bytes(pipe.read(4), "big")
        if length:
            held.write(pipe.read(length))
        elif held.tell():
            files.append(held.getvalue())  # its own memory, not a copy
            held = io.BytesIO()
        else:
            return files


def _look(data: bytes, out: BinaryIO) -> None:
    media = sniff(data)
    if media is Media.PDF:
        pages = pdf_check.check(data)
        # Drawn before the verdict: pages that take all the time there is to draw would take an agent's too.
        preview = _drawn(data)
        _say(out, {"flaw": None, "pages": pages, "size": 0})
        _show(out, preview)
        return
    if media is None:
        raise Flawed(Flaw.UNREADABLE)
    hidden.look_in_picture(media, data)
    picture = pictures.open_picture(data, pictures.PAGE)
    bare = traces.without_traces(media, data)
    _say(out, {"flaw": None, "pages": 1, "size": len(bare)})
    out.write(bare)
    _show(out, pictures.shown(picture))


def _drawn(data: bytes) -> list[bytes]:
    """The first pages; nothing where this program does not know how, which says nothing against the document."""
    try:
        return pictures.pages_of_pdf(data)
    except (RuntimeError, ValueError, OSError):
        return []


def _bind(files: list[bytes], out: BinaryIO) -> None:
    pages = len(files)
    document, preview = binding.bind(files)
    _say(out, {"flaw": None, "pages": pages, "size": len(document)})
    out.write(document)
    _show(out, preview)


def _read_bank_file(data: bytes, out: BinaryIO) -> None:
    said = json.dumps(bank_file.read(data)).encode()
    _say(out, {"flaw": None, "pages": 1, "size": len(said)})
    out.write(said)
    out.flush()


def _say(out: BinaryIO, verdict: dict[str, object]) -> None:
    out.write(json.dumps(verdict).encode() + b"\n")
    out.flush()


def _show(out: BinaryIO, preview: list[bytes]) -> None:
    packed = pack(preview)
    out.write(len(packed).to_bytes(4, "big") + packed)
    out.flush()


if __name__ == "__main__":
    main()
