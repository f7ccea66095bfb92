"""Enrolment: the municipal departments that requests are handled by, and their agents."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Question, View


class DepartmentView(View):
    """A municipal department. `agents`: {id: name}."""

    code: str
    name: str
    email: str = ""
    system: str = ""
    agents: dict[UUID, str] = Field(default_factory=dict)
    version: int = 1


class ListDepartments(Question[list[DepartmentView]]):
    """Every department, by name, with its agents. Agents of `administration`, the installation."""


class DefineDepartment(Command[DepartmentView]):
    """Makes a department, or changes it. `version` 0: it is new. Raises DepartmentChanged, DepartmentExists.

    Agents of `administration`, the installation.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    version: int
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
    email: str = Field(default="", max_length=320)
    system: str = Field(default="", max_length=80)
    agents: dict[UUID, str]


class DepartmentChanged(Conflict):
    """Another administrator has changed the department meanwhile."""

    code = "department_changed"


class DepartmentExists(Invalid):
    """There is a department of that name, or of that code."""

    code = "department_exists"
