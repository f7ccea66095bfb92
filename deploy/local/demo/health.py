"""Plates and care of the demonstration's children: something for the kitchen to cook by, and one child with a PAI."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.accounts.families import ChildView
from contracts.accounts.health import Allergen, Care, Diet, HealthChanged, SetCare, SetDiet
from contracts.caller import SYSTEM, Caller
from contracts.messages import Question

A = TypeVar("A")
PLATES: Sequence[tuple[Diet, list[Allergen], bool]] = (
    (Diet.WITHOUT_PORK, [], False),
    (Diet.USUAL, [Allergen.PEANUTS, Allergen.NUTS], False),
    (Diet.VEGETARIAN, [], False),
    (Diet.WITHOUT_MEAT, [Allergen.EGGS], False),
    (Diet.USUAL, [Allergen.MILK, Allergen.GLUTEN], True),
)
EVERY = 4
"""One child in so many is not served the usual plate."""


class Services(Protocol):
    """`chassis.client.Services`, or a double."""

    def ask(self, question: Question[A], caller: Caller) -> A: ...


def load(services: Services, children: Sequence[ChildView], today: date) -> None:
    """Loading again changes nothing, nor what somebody has changed since."""
    by_id = {child.child_id: child for child in children}
    chosen = sorted(by_id.values(), key=lambda child: (child.last_name, child.first_name, child.birth_date))[
        ::EVERY
    ]
    for place, child in enumerate(chosen):
        diet, avoided, lunch_box = PLATES[place % len(PLATES)]
        order = SetDiet(
            command_id=_key("diet", child.child_id),
            child_id=child.child_id,
            version=0,
            diet=diet,
            avoided=avoided,
            lunch_box=lunch_box,
        )
        _try(services, order)
    if len(chosen) > 1:
        _try(services, _care_of(chosen[1], today))


def _care_of(child: ChildView, today: date) -> SetCare:
    year = today.year if today.month >= 9 else today.year - 1
    care = Care(
        allergies="Allergie à l’arachide et aux fruits à coque",
        emergency="Gonflement du visage ou gêne pour respirer : stylo d’adrénaline dans la cuisse, puis appeler le 15.",
        treatment="Deux stylos d’adrénaline dans la trousse rouge du bureau de la direction",
        doctor="Dre Estelle Fontanarosa",
        doctor_phone="04 75 00 12 34",
        has_pai=True,
        pai_from=date(year, 9, 1),
        pai_until=date(year + 1, 8, 31),
    )
    return SetCare(command_id=_key("care", child.child_id), child_id=child.child_id, version=0, care=care)


def _try(services: Services, order: SetDiet | SetCare) -> None:
    try:
        services.ask(order, SYSTEM)
    except HealthChanged:
        return


def _key(what: str, child_id: UUID) -> UUID:
    return uuid5(NAMESPACE_URL, f"demonstration:health:{what}:{child_id}")
