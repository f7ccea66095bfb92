"""The mail catcher, as a parent reads mail."""

import json
import re
import urllib.parse
import urllib.request
from typing import Any

from tests.waiting import PATIENCE, eventually


class Mailbox:
    """What was sent, newest first."""

    def __init__(self, page_url: str) -> None:
        self._page = page_url.rstrip("/")
        self._url = f"{self._page}/messages.json"

    def mails_to(self, address: str, subject: str = "") -> list[dict[str, Any]]:
        """The mails to an address whose subject contains `subject`."""
        with urllib.request.urlopen(self._url, timeout=10) as answer:
            mails = json.load(answer)
        return [mail for mail in mails if address in mail["recipients"] and subject in mail["subject"]]

    def await_mail(self, address: str, subject: str = "", seconds: float = PATIENCE) -> dict[str, Any]:
        """The newest such mail, once there is one."""
        return eventually(lambda: self.mails_to(address, subject), seconds)[0]

    def source(self, mail: dict[str, Any]) -> str:
        """A mail as it travelled, its headers on one line each."""
        with urllib.request.urlopen(f"{self._page}/messages/{mail['id']}.eml", timeout=10) as answer:
            text: str = answer.read().decode()
        return re.sub(r"\r?\n[ \t]", " ", text)

    def send_back(self, mail: dict[str, Any], status: str = "5.1.1") -> None:
        """The other server could not deliver it."""
        form = urllib.parse.urlencode({"status": status}).encode()
        with urllib.request.urlopen(f"{self._page}/messages/{mail['id']}/return", form, timeout=10):
            pass


def link_in(mail: dict[str, Any]) -> str:
    """The address that the mail asks to open."""
    found = re.search(r"https?://\S+", mail["text"])
    assert found, mail["text"]
    return found.group().rstrip(".,>)")
