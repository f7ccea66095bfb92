"""What anybody may read."""

import pytest

PAGES = [
    "/",
    "/actualites",
    "/actualites/factures-en-ligne",
    "/activites",
    "/activites/restauration-scolaire",
    "/infos-pratiques",
    "/accessibilite",
    "/donnees-personnelles",
    "/mentions-legales",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_public_page_is_sound_and_asks_no_service(site, address):
    site.anonymous().get(address)
    assert site.services.asked == []


def test_the_home_page_shows_the_five_activities_of_the_leaflet(site):
    page = site.anonymous().read("/")
    titles = [tile.get_text() for tile in page.select(".tile h3")]
    assert titles == [
        "Inscriptions scolaires",
        "Activités du mercredi",
        "Heures éducatives",
        "Pass’Vacances",
        "Restauration scolaire",
    ]


def test_whoever_is_signed_in_is_not_asked_to_create_a_space(site):
    visitor, parent = site.anonymous().read("/"), site.citizen().read("/")
    first, second, third = "/connexion", "/creer-mon-espace", "/demarches"
    assert [door["href"] for door in visitor.select(".door .govuk-button")] == [first, second, third]
    first, second = "/mon-espace/", "/mon-espace/reservations/"
    assert [door["href"] for door in parent.select(".door .govuk-button")] == [first, second, third]


def test_the_four_tabs_say_where_one_is(site):
    page = site.anonymous().read("/activites/mercredi")
    tabs = page.select(".tabs__link")
    assert [tab.get_text() for tab in tabs] == ["Mon accueil", "Actualités", "Activités", "Infos pratiques"]
    assert [tab.get("aria-current") for tab in tabs] == [None, None, "true", None]


def test_an_address_that_does_not_exist_says_so_in_french(site):
    page = site.anonymous().read("/nulle-part", status=404)
    assert page.h1.get_text() == "Page introuvable"


def test_visiting_leaves_no_row_in_the_sessions(site):
    site.anonymous().get("/")
    assert site.sessions.records == {}
