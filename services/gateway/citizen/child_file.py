"""« Fiche de l’enfant »: what the town knows of a child, and the ways to each matter of theirs.

A matter with pages of its own (health, custody, consents) offers its way in from its own module:

    child_file.offer(child_file.Way("Santé", "Allergies, régime, PAI.", 20,
                                    lambda family_id, child_id: url_for("citizen.health.show", child_id=child_id)))
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template

from contracts.accounts.changes import SubjectKind
from contracts.accounts.families import ChildView
from gateway.citizen.home_file import open_home
from gateway.family import change_words

blueprint = Blueprint("child_file", __name__, url_prefix="/famille/<uuid:family_id>/enfants")


@dataclass(frozen=True)
class Way:
    """A way to a page about the child. `text`: one sentence on what is found there; `fits`: for which children."""

    label: str
    text: str
    order: int
    href: Callable[[UUID, UUID], str]
    fits: Callable[[ChildView], bool] = lambda _: True


_ways: list[Way] = []


def offer(way: Way) -> None:
    """Puts a way on every child's page, in its order."""
    _ways.append(way)


@blueprint.get("/<uuid:child_id>")
def show(family_id: UUID, child_id: UUID) -> str:
    """Civil status, school, insurance, contacts, and the ways further."""
    home = open_home(family_id)
    child, record = home.child(child_id)
    ways = [
        (way.label, way.text, way.href(family_id, child_id))
        for way in sorted(_ways, key=lambda way: way.order)
        if way.fits(child)
    ]
    return render_template(
        "citizen/child_file.html",
        home=home,
        child=child,
        record=record,
        insurance=home.insurance(child_id),
        contacts=[contact for contact in home.record.contacts if child_id in contact.child_ids],
        awaiting=home.awaiting(SubjectKind.CHILD, child_id),
        ways=ways,
        words=change_words,
    )
