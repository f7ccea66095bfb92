"""Kitchens, what children are served, and the counts that were told."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base


class Kitchen(Base):
    """Cooks for several places."""

    __tablename__ = "kitchen"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class KitchenPlace(Base):
    """A place is cooked for by one kitchen. Without a row, it is its own."""

    __tablename__ = "kitchen_place"

    place_code: Mapped[str] = mapped_column(ForeignKey("place.code"), primary_key=True)
    kitchen_code: Mapped[str] = mapped_column(ForeignKey("kitchen.code"), index=True)


class ChildDiet(Base):
    """What a child is served, from `diet.updated`: codes, never why."""

    __tablename__ = "child_diet"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    diet: Mapped[str] = mapped_column(String(30))
    avoided: Mapped[list[str]] = mapped_column(
        ARRAY(String(30)), comment="Regulation (EU) 1169/2011, annex II"
    )
    lunch_box: Mapped[bool] = mapped_column(comment="The family provides the meal")


class ToldMeals(Base):
    """The counts of a kitchen and day, as they were last told."""

    __tablename__ = "told_meals"

    kitchen_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="MealsCounted, whole")
    version: Mapped[int] = mapped_column(Integer, default=1)
    first_total: Mapped[int] = mapped_column(comment="Meals when the bookings closed")
