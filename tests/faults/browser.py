"""A parent's browser that does not give up: a page that failed is opened again, a form is sent again as it was."""

import time
from typing import Any

import requests
from bs4 import BeautifulSoup, Tag
from requests.exceptions import ConnectionError as NoConnection

PATIENCE = 90.0
AGAIN = {502, 503, 504}


class Browser:
    """Cookies and pages of one parent. `correlation_id`: of the last answer."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._session = requests.Session()
        self.correlation_id = ""

    def sign_in(self, email: str, password: str) -> None:
        """Through the form, to the parent's home."""
        page = self.read("/connexion")
        self.send(page.select_one("main form"), email=email, password=password)
        assert self.read("/mon-espace/").h1, "signed in"

    def read(self, address: str) -> BeautifulSoup:
        """The page, however often it must be asked for."""
        return self._insist("GET", address, None)

    def send(self, form: Tag | None, **changes: Any) -> BeautifulSoup:
        """Fills the form and sends it until it is answered: the same fields each time, idempotency key included."""
        assert form is not None
        return self._insist("POST", str(form["action"]), filled(form) | changes)

    def _insist(self, method: str, address: str, data: dict[str, Any] | None) -> BeautifulSoup:
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.once(method, address, data)
            if answer is not None and answer.status_code not in AGAIN:
                assert answer.status_code < 400, (
                    f"{method} {address}: {answer.status_code} {words(answer.text)}"
                )
                return BeautifulSoup(answer.text, "html.parser")
            if answer is not None and data is not None:
                # The page offers to send the same again; but for the token of its own, that is what was sent.
                again = BeautifulSoup(answer.text, "html.parser").select_one("main form")
                assert again is not None, words(answer.text)
                offered = filled(again)
                assert offered | {"csrf_token": data["csrf_token"]} == data
                data = offered
            assert time.monotonic() < deadline, f"{method} {address} was never answered"
            time.sleep(0.2)

    def once(self, method: str, address: str, data: dict[str, Any] | None = None) -> requests.Response | None:
        """One try; None when nobody was there."""
        try:
            answer = self._session.request(method, f"{self._site}{address}", data=data, timeout=30)
        except NoConnection:
            return None
        self.correlation_id = answer.headers.get("X-Correlation-Id", "")
        return answer


def filled(form: Tag) -> dict[str, Any]:
    """What the form would send as it stands: {name: value, or values}."""
    data: dict[str, list[str]] = {}
    for control in form.select("input[name]"):
        if control.get("type") in {"checkbox", "radio"} and not control.has_attr("checked"):
            continue
        data.setdefault(str(control["name"]), []).append(str(control.get("value") or ""))
    return {name: values if len(values) > 1 else values[0] for name, values in data.items()}


def words(page: str) -> str:
    """What a reader of the page reads, shortened."""
    main = BeautifulSoup(page, "html.parser").select_one("main")
    return " ".join(main.get_text(" ").split())[:400] if main else page[:400]
