"""What another system's developers read: the schemas of the facts and the AsyncAPI document."""

from importlib.metadata import PackageNotFoundError, version

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

from contracts import catalogue

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/asyncapi.json")
def asyncapi() -> ResponseReturnValue:
    """Every fact, its channel and its schema."""
    try:
        release = version("espace-citoyens")
    except PackageNotFoundError:  # run from the source tree
        release = "source"
    return jsonify(catalogue.asyncapi(release))


@blueprint.get("/schemas/<name>.json")
def schema(name: str) -> ResponseReturnValue:
    """The schema that `dataschema` of a fact names: `booking.made.v1`."""
    event = catalogue.find_event(name)
    if event is None:
        abort(404)
    return jsonify(catalogue.schema(event))
