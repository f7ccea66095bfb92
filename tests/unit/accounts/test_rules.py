"""Names, throttling and passwords, by example."""

from datetime import timedelta

import pytest

from accounts.identity import passwords
from accounts.names import address_key, city_key, name_key, proper, tidy
from chassis import throttle


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DA COSTA", "Da Costa"),
        ("Le Gouëzec", "LE GOUEZEC"),
        ("N'DOYE", "N’Doye"),
        ("Habert-Lory", "HABERT LORY"),
        ("Bœuf", "BOEUF"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert name_key(one, "Léa") == name_key(other, "LEA")


def test_letters_of_other_alphabets_are_kept_apart() -> None:
    assert name_key("李", "明") != name_key("王", "明")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12, av. Jean-Moulin", "12 Avenue Jean Moulin"),
        ("3 bd Gambetta", "3 Boulevard  GAMBETTA"),
        ("1 rue de l'Écosserie", "1 Rue de l’Ecosserie"),
    ],
)
def test_spellings_of_one_address(one: str, other: str) -> None:
    assert address_key(one, "26100", "Romans sur Isère") == address_key(
        other, "26 100", "ROMANS-SUR-ISERE CEDEX 2"
    )


@pytest.mark.parametrize("street", ["", "#N/A", "Néant", " - "])
def test_no_address(street: str) -> None:
    assert not address_key(street, "26100", "Romans")


def test_towns_with_a_saint() -> None:
    assert city_key("St-Paul-lès-Romans") == city_key("SAINT PAUL LES ROMANS")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("DE LEMOS", "De Lemos"),
        ("N'GUYEN-PHU", "N’Guyen-Phu"),
        ("McGregor", "McGregor"),
        ("ÉLODIE", "Élodie"),
    ],
)
def test_names_are_shown_with_capitals_where_they_belong(given: str, shown: str) -> None:
    assert shown == proper(given)


def test_waits_double_from_the_sixth_failure_up_to_an_hour() -> None:
    waits = [throttle.wait_after(failures, throttle.ACCOUNT).total_seconds() for failures in range(1, 16)]
    assert waits == [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert timedelta(hours=1) == throttle.wait_after(10_000, throttle.ADDRESS)


def test_a_household_behind_ipv6_is_one_address() -> None:
    one, other = (throttle.on_address("key", f"2001:db8:1:2:{end}::1") for end in ("a", "b"))
    assert one == other


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("court", "password_short"),
        ("motdepasse1234", "password_guessable"),
        ("azertyuiop123", "password_guessable"),
        ("lea.martin@exemple.fr", "password_guessable"),
        ("x" * 300, "password_long"),
        ("trois bateaux sous la pluie", None),
        ("Vélo-Rouge!Cerise-47", None),
    ],
)
def test_passwords_are_judged_by_what_guessing_them_costs(password: str, fault: str | None) -> None:
    assert fault == passwords.find_fault(password, ["lea.martin@exemple.fr", "Léa", "Martin"])


def test_a_password_is_the_same_however_its_accents_are_composed() -> None:
    assert passwords.is_right(passwords.hash_password("caf\u00e9 de la gare 12"), "cafe\u0301 de la gare 12")


def test_no_account_is_never_right() -> None:
    assert not passwords.is_right(None, "nobody's password")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Léa\tMarie \u00a0Ô ", "Léa Marie Ô"),
        ("Le\u0301a", "Léa"),
        ("d’Arc-en-Ciel de La Tour", "d’Arc-en-Ciel de La Tour"),
        ("O'Brien", "O'Brien"),
        ("Мария", "Мария"),
        ("محمد", "محمد"),
        ("王小明", "王小明"),
        ("مهدی\u200cزاده", "مهدی\u200cزاده"),
        ("\u202eniatraM\u202c", "niatraM"),
        ("Ana\u200f", "Ana"),
        ("\ufeffLéa\u00ad", "Léa"),
        ("Léa\x00\x07\x9b", "Léa"),
        ("\u200c \u200f\u200d", ""),
    ],
)
def test_a_name_is_kept_as_it_is_written_without_what_cannot_be_seen(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
