"""Least privilege on the staff pages: each names the roles it is for, and no other opens it."""

import pytest

from contracts.caller import Role

OWN = {"staff.home.show"}
"""Everybody's own; a page not named here nor reserved is forgotten."""
EVERYBODYS = ("staff.account.", "staff.changes.")
"""« Mon compte »; the changes to look at, of which the service gives each role its own."""


def staff_views(site):
    return {
        endpoint: view for endpoint, view in site.app.view_functions.items() if endpoint.startswith("staff.")
    }


def test_every_staff_page_names_its_roles(site) -> None:
    forgotten = {
        endpoint
        for endpoint, view in staff_views(site).items()
        if not getattr(view, "open_to_all", False)
        and not getattr(view, "required_roles", ())
        and endpoint not in OWN
        and not endpoint.startswith(EVERYBODYS)
    }
    assert forgotten == set()


WITHOUT_A_NAME = {"staff.tablet.worker", "staff.tablet.offline"}
"""What a tablet keeps for when the connection drops: a script and a sentence, the same for everybody."""


def test_only_the_sign_in_opens_without_one(site) -> None:
    opened = {endpoint for endpoint, view in staff_views(site).items() if getattr(view, "open_to_all", False)}
    assert {endpoint.rpartition(".")[0] for endpoint in opened - WITHOUT_A_NAME} == {"staff.sign_in"}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_own_pages_and_no_other_s(site, role: Role) -> None:
    browser = site.agent(role)
    for rule in site.app.url_map.iter_rules():
        view = site.app.view_functions[rule.endpoint]
        roles = getattr(view, "required_roles", ())
        if roles and role not in roles and "GET" in rule.methods and not rule.arguments:
            assert browser.client.get(rule.rule).status_code == 403, rule.rule


def test_an_administrator_of_the_portal_opens_no_family_s_file(site) -> None:
    site.agent(Role.ADMINISTRATION).get("/agents/familles/00000000-0000-4000-8000-000000000020", status=403)
