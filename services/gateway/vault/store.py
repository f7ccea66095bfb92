"""Where sealed objects go to and come from, and the grants that let one of them out."""

from typing import cast

from flask import current_app

from chassis.database import engine_for
from chassis.objects import Objects
from gateway.vault.grants import DatabaseGrants, Grants
from gateway.wiring import settings

_OBJECTS = "espace.vault.objects"
_GRANTS = "espace.vault.grants"
_CONNECTIONS = 2  # a grant is one row written and one taken


def objects() -> Objects:
    """The object store of the running application."""
    if _OBJECTS not in current_app.extensions:
        current_app.extensions[_OBJECTS] = Objects(settings())
    return cast("Objects", current_app.extensions[_OBJECTS])


def grants() -> Grants:
    """The grants of the running application."""
    if _GRANTS not in current_app.extensions:
        engine = engine_for(settings().need("database_url"), _CONNECTIONS)
        current_app.extensions[_GRANTS] = DatabaseGrants(engine)
    return cast("Grants", current_app.extensions[_GRANTS])


def use_objects(objects: Objects) -> None:
    """Gives the application its object store, where it has no other settings of the site."""
    current_app.extensions[_OBJECTS] = objects


def use(objects: Objects, grants: Grants) -> None:
    """Puts other ones in their place, in tests."""
    current_app.extensions.update({_OBJECTS: objects, _GRANTS: grants})
