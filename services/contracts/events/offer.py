"""What enrolment tells of the offer: places, school years, activities."""

from datetime import date

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class PlaceUpdated(Event):
    """A school or a leisure centre."""

    name = "place.updated"
    told_by = "enrolment"

    place_code: str
    place_name: str
    kind: str = "school"
    city: str = ""


class SchoolHolidays(View):
    """Days on end without school; `summer`: those between two school years. A bridge is one too, of a few days."""

    holiday_name: str
    first: date
    last: date
    summer: bool = False


class PublicHoliday(View):
    """A public holiday of metropolitan France."""

    day: date
    holiday_name: str


class SchoolYearUpdated(Event):
    """A school year of the town's zone: everything between the holidays is term, but for public holidays."""

    name = "school_year.updated"
    told_by = "enrolment"

    label: str = Field(description="2026-2027")
    first: date
    last: date
    holidays: list[SchoolHolidays] = Field(description="In order; each begins in this school year")
    public_holidays: list[PublicHoliday]


class ActivityUpdated(Event):
    """An activity of the town's offer, as billing and kitchens need to call it."""

    name = "activity.updated"
    told_by = "enrolment"

    activity_code: str
    activity_name: str
    unit: str = Field(description="What one booking is called on an invoice: « repas », « demi-journée »")
    child_care: bool = Field(description="Counts for the child-care tax credit (food does not)")
    retired: bool = Field(default=False, description="Takes nobody new; what is enrolled and booked stays")
