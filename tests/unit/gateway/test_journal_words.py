"""Nothing is done on an account without words for it."""

import pytest

from contracts.accounts.journal import Action
from contracts.accounts.own_data import JournalLine
from gateway.sentences.journal import JOURNAL, sentence_of
from tests.mothers.accounts import NOW


@pytest.mark.parametrize("action", Action)
def test_every_line_has_its_sentence(action: Action) -> None:
    assert action in JOURNAL, "add it to gateway/sentences/journal.py"
    assert JOURNAL[action].endswith(".")
    assert "'" not in JOURNAL[action]


def test_details_fill_the_sentence() -> None:
    line = JournalLine(
        at=NOW, action=Action.SESSIONS_CLOSED, details={"browsers": ["Firefox, Windows", "Chrome"]}
    )
    assert sentence_of(line) == "Connexions fermées\u00a0: Firefox, Windows, Chrome."


def test_what_a_newer_service_writes_is_still_shown() -> None:
    assert sentence_of(JournalLine(at=NOW, action="from_the_future")) == "Opération sur votre compte."
