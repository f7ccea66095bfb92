"""The entries of the menus. Each module declares its own; nobody edits a list."""

from dataclasses import dataclass
from enum import StrEnum

from flask import request, url_for

from contracts.caller import Role
from gateway.browser import browser_session


class Desk(StrEnum):
    """A part of the agents' counter: what it is called on their first page, in the order it stands there."""

    FAMILIES = "Familles"
    CHILDREN = "Activités des enfants"
    MONEY = "Factures et paiements"
    REQUESTS = "Démarches"
    TOWN = "Réglages et droits"

    @property
    def anchor(self) -> str:
        """Its heading's id on the first page."""
        return self.name.lower()


@dataclass(frozen=True)
class Entry:
    """One link of a menu. `endpoint`: the full name, `citizen.invoices.show`."""

    label: str
    endpoint: str
    order: int
    role: Role | None = None
    desk: Desk | None = None
    """The part of the agents' counter that it belongs to."""
    hint: str = ""
    """One sentence under the entry on the agents’ first page."""
    also: tuple[str, ...] = ()
    """Blueprints whose pages belong to it without an entry of their own: `citizen.week`."""

    @property
    def is_current(self) -> bool:
        """The page shown belongs to the entry's module, or to one that it speaks for."""
        return (request.endpoint or "").rpartition(".")[0] in (self.endpoint.rpartition(".")[0], *self.also)

    @property
    def href(self) -> str:
        """Its address."""
        return url_for(self.endpoint)


class Menus:
    """The menus of the application, by package."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}

    def add(self, package: str, entries: list[Entry]) -> None:
        """Takes the entries a module declares."""
        self._entries.setdefault(package, []).extend(entries)

    def of(self, package: str) -> list[Entry]:
        """The entries that whoever is signed in may use, in their order; of two for one page, the first."""
        signed_in = browser_session.current()
        roles = signed_in.roles if signed_in else frozenset()
        entries = [
            entry for entry in self._entries.get(package, []) if entry.role is None or entry.role in roles
        ]
        once: dict[str, Entry] = {}
        for entry in sorted(entries, key=lambda entry: (entry.order, entry.label)):
            once.setdefault(entry.endpoint, entry)
        return list(once.values())

    def desks(self) -> list[tuple[Desk, list[Entry]]]:
        """The agents' entries by the part of the counter, in order; parts without any are left out."""
        entries = self.of("staff")
        groups = [(desk, [entry for entry in entries if entry.desk is desk]) for desk in Desk]
        return [(desk, group) for desk, group in groups if group]

    @staticmethod
    def tabs() -> list[tuple[str, str, bool]]:
        """The four tabs of the leaflet: (label, address, current)."""
        signed_in = browser_session.current()
        home = "/"
        if signed_in is not None:
            home = "/agents/" if signed_in.is_agent else "/mon-espace/"
        here = request.path
        tabs = [
            ("Mon accueil", home),
            ("Actualités", "/actualites"),
            ("Activités", "/activites"),
            ("Infos pratiques", "/infos-pratiques"),
        ]
        return [(label, href, _within(here, href)) for label, href in tabs]


def _within(here: str, href: str) -> bool:
    return here == href or (len(href) > 1 and here.startswith(href.rstrip("/") + "/"))
