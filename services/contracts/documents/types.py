"""Kinds of documents, and how long one of a kind usually serves."""

from enum import StrEnum

from pydantic import Field

from contracts.documents.sealed import TypeCode
from contracts.messages import Command, Question, View
from contracts.serving import Reach


class Validity(StrEnum):
    """Until when a document of a type usually serves."""

    NONE = "none"
    SCHOOL_YEAR = "school_year"  # to the coming 31 August
    CIVIL_YEAR = "civil_year"  # to the coming 31 December
    TWELVE_MONTHS = "twelve_months"
    THREE_MONTHS = "three_months"


class DocumentTypeView(View):
    """A kind of supporting document. `hint`: what the parent is told about it."""

    code: str
    name: str
    hint: str = ""
    validity: Validity = Validity.NONE
    serves: Reach = Field(
        default=Reach.CHILD, description="Of whom one speaks: for them it need not be given again"
    )


class ListDocumentTypes(Question[list[DocumentTypeView]]):
    """The kinds of documents, in the order pages list them. Anybody may ask."""


class DefineDocumentType(Command[DocumentTypeView]):
    """Makes or changes a kind of document. Agents of `administration`, the installation."""

    type_code: TypeCode
    name: str = Field(min_length=2, max_length=80)
    hint: str = Field(default="", max_length=200)
    validity: Validity = Validity.NONE
    position: int = Field(default=100, ge=0, le=1000, description="Lower comes first")
    serves: Reach = Field(
        default=Reach.CHILD, description="Of whom one speaks: for them it need not be given again"
    )
