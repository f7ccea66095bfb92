"""What every page must be, whatever the test is about."""

import re
from itertools import pairwise

import html5lib
from bs4 import BeautifulSoup, Tag
from bs4.builder import HTML5TreeBuilder

CONTROLS = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea"


def check(body: str) -> BeautifulSoup:
    """The page, once it is found to be sound. Raises AssertionError naming the first fault."""
    page = _parse(body)
    _document(page)
    _ids(page)
    _controls(page)
    _forms(page)
    _no_inline(page)
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


def _ids(page: BeautifulSoup) -> None:
    ids = [element["id"] for element in page.select("[id]")]
    twice = {each for each in ids if ids.count(each) > 1}
    assert not twice, f"ids used twice: {sorted(twice)}"
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for element in page.select(f"[{attribute}]"):
            missing = set(str(element[attribute]).split()) - set(ids)
            assert not missing, f"{attribute} speaks of {sorted(missing)}"
    for link in page.select('a[href^="#"]'):
        assert str(link["href"])[1:] in ids, f"a link leads to {link['href']}, which is not there"


def _controls(page: BeautifulSoup) -> None:
    for control in page.select(CONTROLS):
        label = page.select_one(f'label[for="{control.get("id")}"]') if control.get("id") else None
        named = control.get("aria-label") or control.get("aria-labelledby")
        assert (label and label.get_text(strip=True)) or named, f"no label for {control}"
    for group in page.find_all("fieldset"):
        legend = group.find("legend")
        assert legend is not None
        assert legend.get_text(strip=True), "a fieldset without a legend"
    for pressed in page.select("a[href], button"):
        assert pressed.get_text(strip=True) or pressed.get("aria-label"), f"nothing to read in {pressed}"


def _forms(page: BeautifulSoup) -> None:
    for form in page.find_all("form"):
        action = str(form.get("action") or "")
        assert action.startswith("/"), f"the form's address is {action!r}"
        method = str(form.get("method") or "get")
        if method == "post":
            assert form.select_one("input[name=csrf_token]"), "a form without CSRF token"
        if form.select_one("input[type=file]"):
            assert form.get("enctype") == "multipart/form-data"


def _no_inline(page: BeautifulSoup) -> None:
    for script in page.find_all("script"):
        assert script.get("src"), "inline script"
        assert not script.get_text(strip=True), "inline script"
    assert not page.find_all("style"), "inline style sheet"
    for element in page.find_all(True):
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
