"""The mail catcher, as a parent reads mail."""

import json
import re
import urllib.request
from typing import Any

from tests.waiting import eventually


class Mailbox:
    """What was sent, newest first."""

    def __init__(self, page_url: str) -> None:
        self._url = page_url.rstrip("/") + "/messages.json"

    def mails_to(self, address: str, subject: str = "") -> list[dict[str, Any]]:
        """The mails to an address whose subject contains `subject`."""
        with urllib.request.urlopen(self._url, timeout=10) as answer:
            mails = json.load(answer)
        return [mail for mail in mails if address in mail["recipients"] and subject in mail["subject"]]

    def await_mail(self, address: str, subject: str = "", seconds: float = 30) -> dict[str, Any]:
        """The newest such mail, once there is one."""
        return eventually(lambda: self.mails_to(address, subject), seconds)[0]


def link_in(mail: dict[str, Any]) -> str:
    """The address that the mail asks to open."""
    found = re.search(r"https?://\S+", mail["text"])
    assert found, mail["text"]
    return found.group().rstrip(".,>)")
