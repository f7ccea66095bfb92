"""What every page must be, whatever the test is about."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder import HTML5TreeBuilder

UNNAMED_INPUTS = {"hidden", "submit", "button"}


def check(body: str) -> BeautifulSoup:
    """The page, once it is found to be sound. Raises AssertionError naming the first fault."""
    page = _parse(body)
    elements = page.find_all(True)
    _document(page)
    _ids(elements)
    _controls(elements)
    _forms(page)
    _no_inline(elements)
    _tables(page)
    return page


class _Builder(HTML5TreeBuilder):
    """Beautiful Soup's own, which keeps what the parser found wrong: one reading gives the page and its faults."""

    faults: list[tuple[tuple[int, int], str, dict[str, str]]]

    def feed(self, markup: str) -> None:
        parser = html5lib.HTMLParser(tree=self.create_treebuilder)
        self.underlying_builder.parser = parser
        parser.parse(markup)
        self.faults = parser.errors


def _parse(body: str) -> BeautifulSoup:
    builder = _Builder(store_line_numbers=False)
    page = BeautifulSoup(body, builder=builder)
    lines = body.splitlines()
    faults = [
        f"{code} {details} near line {place[0]}: {lines[min(place[0], len(lines)) - 1].strip()[:160]}"
        for place, code, details in builder.faults
    ]
    assert not faults, "\n".join(faults)
    return page


def _document(page: BeautifulSoup) -> None:
    html = page.find("html")
    assert isinstance(html, Tag)
    assert html.get("lang") == "fr"
    title = page.find("title")
    assert title is not None
    assert title.get_text().strip().endswith("Espace Citoyens de Romans-sur-Isère")
    assert len(page.find_all("h1")) == 1, "a page has exactly one h1"
    assert len(page.find_all("main")) == 1
    levels = [int(heading.name[1]) for heading in page.select("main :is(h1, h2, h3, h4)")]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"a heading of level {after} follows one of level {before}"


def _ids(elements: Sequence[Tag]) -> None:
    ids = Counter(str(element["id"]) for element in elements if element.has_attr("id"))
    twice = {each for each, number in ids.items() if number > 1}
    assert not twice, f"ids used twice: {sorted(twice)}"
    for element in elements:
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            missing = set(str(element.get(attribute) or "").split()) - ids.keys()
            assert not missing, f"{attribute} speaks of {sorted(missing)}"
        address = str(element.get("href") or "")
        if element.name == "a" and address.startswith("#"):
            assert address[1:] in ids, f"a link leads to {address}, which is not there"


def _controls(elements: Sequence[Tag]) -> None:
    labels: dict[str, str] = {}
    for element in elements:
        if element.name == "label":
            labels.setdefault(str(element.get("for") or ""), element.get_text(strip=True))
    for element in elements:
        if _is_control(element):
            label = element.get("id") and labels.get(str(element["id"]))
            named = element.get("aria-label") or element.get("aria-labelledby")
            assert label or named, f"no label for {element}"
        elif element.name == "fieldset":
            legend = element.find("legend")
            assert legend is not None
            assert legend.get_text(strip=True), "a fieldset without a legend"
        elif element.name == "button" or (element.name == "a" and element.has_attr("href")):
            read = element.get_text(strip=True) or element.get("aria-label")
            assert read, f"nothing to read in {element}"


def _is_control(element: Tag) -> bool:
    """What a reader fills, and must be able to name."""
    if element.name == "input":
        return str(element.get("type") or "").lower() not in UNNAMED_INPUTS
    return element.name in {"select", "textarea"}


def _forms(page: BeautifulSoup) -> None:
    for form in page.find_all("form"):
        action = str(form.get("action") or "")
        assert action.startswith("/"), f"the form's address is {action!r}"
        method = str(form.get("method") or "get")
        if method == "post":
            assert form.select_one("input[name=csrf_token]"), "a form without CSRF token"
        if form.select_one("input[type=file]"):
            assert form.get("enctype") == "multipart/form-data"


def _no_inline(elements: Sequence[Tag]) -> None:
    for element in elements:
        assert element.name != "style", "inline style sheet"
        if element.name == "script":
            assert element.get("src"), "inline script"
            assert not element.get_text(strip=True), "inline script"
        for attribute in element.attrs:
            assert attribute != "style", f"inline style on {element.name}"
            assert not attribute.startswith("on"), f"inline handler {attribute} on {element.name}"
        for attribute in ("src", "href"):
            address = str(element.get(attribute) or "")
            assert not re.match(r"(?i)javascript:|data:text", address), address
            if element.name in {"script", "img", "link", "iframe"}:
                assert not address.startswith(("http", "//")), f"{element.name} from elsewhere: {address}"


def _tables(page: BeautifulSoup) -> None:
    for table in page.find_all("table"):
        caption = table.find("caption")
        assert caption is not None, "a table without caption"
        assert caption.get_text(strip=True), "a table without caption"
        for header in table.find_all("th"):
            assert header.get("scope") in {"col", "row", "colgroup", "rowgroup"}, f"no scope on {header}"
