"""`python -m deploy.local.mail`: SMTP on ESPACE_MAIL_SMTP_PORT, the page on ESPACE_MAIL_PORT, both on loopback.

ESPACE_MAIL_FOLDER is where messages are kept.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy.local.mail.page import make_page
from deploy.local.mail.store import MailStore

LARGEST_MAIL = 25 * 1024 * 1024


class _Catcher:
    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self._store.keep(content, envelope.mail_from or "", list(envelope.rcpt_tos))
        print(f"caught a mail for {', '.join(envelope.rcpt_tos)}", flush=True)
        return "250 kept"


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_words: Any, **_more: Any) -> None:
        """Reading mail is no news."""


def main() -> int:
    store = MailStore(Path(os.environ["ESPACE_MAIL_FOLDER"]))
    smtp = Controller(
        _Catcher(store),
        hostname="127.0.0.1",
        port=int(os.environ["ESPACE_MAIL_SMTP_PORT"]),
        data_size_limit=LARGEST_MAIL,
        decode_data=False,
    )
    smtp.start()
    page = make_server(
        "127.0.0.1",
        int(os.environ["ESPACE_MAIL_PORT"]),
        make_page(store),
        threaded=True,
        request_handler=_Quiet,
    )
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=page.shutdown).start())
    page.serve_forever()
    smtp.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
