"""The watch over pages sees what it is there to see."""

import pytest

from tests.unit.gateway.strict_html import check

PAGE = """<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>Essai — Espace Citoyens de Romans-sur-Isère</title></head>
<body><main><h1>Essai</h1>{}</main></body>
</html>
"""


def test_a_sound_page_is_given_back_as_it_was_read() -> None:
    page = check(
        PAGE.format('<form action="/ici"><label for="nom">Nom</label><input id="nom" name="nom"></form>')
    )
    assert page.h1 is not None
    assert page.h1.get_text() == "Essai"
    assert page.select_one("form input")["name"] == "nom"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("<p>ouvert <b>gras</p>", "near line 4"),
        ("<div></span></div>", "unexpected-end-tag"),
        ("<p><div>bloc</div></p>", "unexpected-end-tag"),
        ("<table><p>perdu</p></table>", "table-voodoo"),
        ('<p id="un" id="deux">a</p>', "duplicate-attribute"),
        ("a &nimportequoi; b", "named-entity"),
        ("<h1>Encore</h1>", "exactly one h1"),
        ("<h4>Trop bas</h4>", "level 4 follows one of level 1"),
        ('<p id="a">a</p><p id="a">b</p>', "ids used twice"),
        ('<p aria-describedby="rien">a</p>', "aria-describedby speaks of"),
        ('<a href="#rien">a</a>', "a link leads to #rien"),
        ('<input name="nom">', "no label for"),
        ("<fieldset><legend> </legend></fieldset>", "a fieldset without a legend"),
        ('<a href="/ici"></a>', "nothing to read in"),
        ('<form action="https://ailleurs.exemple/"></form>', "the form's address"),
        ('<form action="/ici" method="post"></form>', "a form without CSRF token"),
        ("<script>alert(1)</script>", "inline script"),
        ("<p style='color: red'>a</p>", "inline style on p"),
        ("<p onclick='a()'>a</p>", "inline handler onclick"),
        ('<a href="javascript:a()">a</a>', "javascript:a"),
        ('<img alt="" src="https://ailleurs.exemple/a.png">', "img from elsewhere"),
        ("<table><caption></caption></table>", "a table without caption"),
        ("<table><caption>a</caption><tr><th>a</th></tr></table>", "no scope on"),
    ],
)
def test_a_faulty_page_is_refused_and_the_fault_is_named(fault: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check(PAGE.format(fault))
