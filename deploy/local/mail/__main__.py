"""`python -m deploy.local.mail`: SMTP on ESPACE_MAIL_SMTP_PORT, the page on ESPACE_MAIL_PORT, both on loopback.

ESPACE_MAIL_FOLDER is where messages are kept. Mail to « retours+… » goes to a mailbox of its own, read by POP3 on
ESPACE_MAIL_POP3_PORT as « retours » with ESPACE_MAIL_POP3_PASSWORD.
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
from deploy.local.mail.pop3 import Mailbox
from deploy.local.mail.store import MailStore

RETURNS = "retours"
LARGEST_MAIL = 25 * 1024 * 1024


class _Catcher:
    def __init__(self, store: MailStore, returns: MailStore) -> None:
        self._store, self._returns = store, returns

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        back = [name for name in envelope.rcpt_tos if name.startswith(f"{RETURNS}+")]
        others = [name for name in envelope.rcpt_tos if name not in back]
        for store, names in ((self._returns, back), (self._store, others)):
            if names:
                store.keep(content, envelope.mail_from or "", names)
        print(f"caught a mail for {', '.join(envelope.rcpt_tos)}", flush=True)
        return "250 kept"


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_words: Any, **_more: Any) -> None:
        """Reading mail is no news."""


def main() -> int:
    folder = Path(os.environ["ESPACE_MAIL_FOLDER"])
    store, returns = MailStore(folder), MailStore(folder.with_name(RETURNS))
    smtp = Controller(
        _Catcher(store, returns),
        hostname="127.0.0.1",
        port=int(os.environ["ESPACE_MAIL_SMTP_PORT"]),
        data_size_limit=LARGEST_MAIL,
        decode_data=False,
    )
    smtp.start()
    page = make_server(
        "127.0.0.1",
        int(os.environ["ESPACE_MAIL_PORT"]),
        make_page(store, returns),
        threaded=True,
        request_handler=_Quiet,
    )
    mailbox = Mailbox(
        int(os.environ["ESPACE_MAIL_POP3_PORT"]), returns, RETURNS, os.environ["ESPACE_MAIL_POP3_PASSWORD"]
    )
    threading.Thread(target=mailbox.serve_forever, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=page.shutdown).start())
    page.serve_forever()
    mailbox.shutdown()
    smtp.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
