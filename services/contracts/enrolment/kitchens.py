"""Enrolment: meals to cook, by kitchen and diet. Numbers only: no child, no reason."""

from datetime import date
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from contracts.enrolment.offer import PlaceView
from contracts.enrolment.values import Code
from contracts.messages import Command, Question, View


class KitchenView(View):
    """A kitchen and the places it cooks for."""

    code: str
    name: str
    place_codes: list[str]


class MealLine(View):
    """The meals of a place. `counts`: diet → meals to cook; a lunch box is not one."""

    kitchen_code: str
    kitchen_name: str
    place_code: str
    place_name: str
    counts: dict[str, int]
    lunch_boxes: int = 0
    avoided: dict[str, int] = Field(
        default_factory=dict,
        description="Allergen → children who must not be served it; for the kitchen alone",
    )

    @property
    def total(self) -> int:
        """Meals to cook."""
        return sum(self.counts.values())


class MealDay(View):
    """A day's meals. They are final from `closes_at` on: nobody books or cancels online any more."""

    day: date
    closes_at: AwareDatetime
    is_final: bool
    lines: list[MealLine]
    at_closing: int | None = Field(
        default=None, description="Meals when the bookings closed, before late changes; None: not told yet"
    )


class MealsView(View):
    """The meals of a period; days without any are not there."""

    kitchens: list[KitchenView] = Field(description="All that there are, whatever was asked")
    days: list[MealDay]


class Meals(Question[MealsView]):
    """Meals of a period of at most 31 days, of one kitchen or all. Agents of `kitchen`."""

    first: date
    last: date
    kitchen_code: Code | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 <= (self.last - self.first).days <= 31:
            raise ValueError("period_out_of_order")
        return self


class NextMeals(Question[MealsView]):
    """The next day after today that has meals. Agents of `kitchen`."""

    kitchen_code: Code | None = None


class DefineKitchen(Command[KitchenView]):
    """Makes or changes a kitchen: these places are cooked for by it, and by no other. `administration`.

    A place that no kitchen cooks for is its own.
    """

    code: Code
    name: str = Field(min_length=2, max_length=80)
    place_codes: list[Code] = Field(default_factory=list, max_length=200)


class KitchensView(View):
    """The kitchens, and every place there is."""

    kitchens: list[KitchenView]
    places: list[PlaceView]


class ListKitchens(Question[KitchensView]):
    """The kitchens. Agents of `administration`."""
