"""Who plays in the story. All made up; the families are those of tests/fixtures/onde/jacquemart-*.csv."""

import unicodedata
from dataclasses import dataclass

from contracts.caller import Role

PASSWORD = "cerise-tambour-girouette"
SCHOOL = ("0261001A", "École Saint-Nicolas")
SECOND_SCHOOL = ("0261002B", "École des Ors")
THIRD_SCHOOL = ("0261003C", "École de la Martinette")


@dataclass(frozen=True)
class Person:
    """An adult: a parent, or an agent when there are roles."""

    title: str
    first_name: str
    last_name: str
    roles: frozenset[Role] = frozenset()

    @property
    def email(self) -> str:
        plain = unicodedata.normalize("NFKD", f"{self.first_name}.{self.last_name}".lower())
        return "".join(sign for sign in plain if sign.isascii()) + "@exemple.test"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


FILES_AGENT = Person("Mme", "Odile", "Garnier", frozenset({Role.FAMILY_FILES, Role.REQUESTS}))
SCHOOL_AGENT = Person("M.", "Karim", "Belhadj", frozenset({Role.ATTENDANCE}))
BILLING_AGENT = Person("Mme", "Hélène", "Vasseur", frozenset({Role.BILLING}))
MANAGER = Person("Mme", "Monique", "Chatelard", frozenset({Role.ADMINISTRATION}))
HEALTH_AGENT = Person("M.", "Thomas", "Ribeiro", frozenset({Role.HEALTH}))
KITCHEN_AGENT = Person("Mme", "Sylvie", "Manoukian", frozenset({Role.KITCHEN}))
AGENTS = (FILES_AGENT, SCHOOL_AGENT, BILLING_AGENT, MANAGER, HEALTH_AGENT, KITCHEN_AGENT)

AMANDINE = Person("Mme", "Amandine", "Arnoux")  # one family, two children: Marius and Achille
VINCENT = Person("M.", "Vincent", "Arnoux")
NICOLAS = Person("M.", "Nicolas", "Escoffet")  # another family: Léonie
TYPHAINE = Person("Mme", "Typhaine", "Ollivero")  # a third family: Jeanne, Éloïse
PARENTS = (AMANDINE, VINCENT, NICOLAS, TYPHAINE)
