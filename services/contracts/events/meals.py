"""What enrolment tells the kitchens."""

from datetime import date

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class MealsOfPlace(View):
    """The meals of a place: diet → meals to cook. A lunch box is not one."""

    place_code: str
    place_name: str
    counts: dict[str, int] = Field(description="`usual`, `without_pork`, `without_meat`, `vegetarian`")
    lunch_boxes: int = 0


class MealsCounted(Event):
    """The meals that a kitchen cooks on a day, once its bookings have closed; again when a late change alters them.

    The subject is the kitchen and the day; a later version supersedes. Foods that some children avoid are not told: so
    small a number points at a child. The kitchen reads them on its page.
    """

    name = "meals.counted"
    told_by = "enrolment"

    kitchen_code: str
    kitchen_name: str
    day: date
    total: int = Field(description="Meals to cook, all diets and places")
    places: list[MealsOfPlace]
