"""Enrolment: « déjà fourni »: what the town was given before, given again with something that waits for a document."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.enrolment.enrolments import GivenView
from contracts.messages import Command, Question, View


class Takes(StrEnum):
    """What may take such a document by itself; a démarche and an absence take it as they are sent."""

    ENROLMENT = "enrolment"
    FAMILY = "family"


class GivenForFamilyView(View):
    """Of the kinds asked for, what the household gave with something else and has not given to its file."""

    given: list[GivenView]


class GivenForFamily(Question[GivenForFamilyView]):
    """What the family's file need not be given anew. Guardians of the family; NotFound for anybody else."""

    family_id: UUID
    document_types: list[str] = Field(max_length=20)


class GiveAgain(Command[bool]):
    """Gives a document of this kind again, as it was before: to an enrolment that asks for it, to a family's file.

    False when nothing serves any more, or it is there: what is lacking is asked for. Guardians of the child, of the
    family; NotFound for anybody else.
    """

    subject_kind: Takes
    subject_id: UUID
    document_type: str = Field(max_length=60)
