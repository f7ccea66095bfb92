"""The facts as other systems read of them: JSON Schemas, an AsyncAPI document, a page of Markdown.

All of it is derived from `contracts.events`. The schemas under docs/schemas are what has been published; a test holds
today's classes against them with `breaks`.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from contracts import events as facts
from contracts.envelope import CONTENT_TYPE, EXCHANGE, Envelope
from contracts.events.event import Event

Schema = dict[str, Any]


def event_name(event: type[Event]) -> str:
    """`booking.made.v1`: routing key and version."""
    return f"{event.name}.v{event.version}"


def events() -> list[type[Event]]:
    """Every fact, by teller and name."""
    for module in iter_modules(facts.__path__):
        import_module(f"{facts.__name__}.{module.name}")
    return sorted(Event.registry.values(), key=lambda event: (event.told_by, event.name, event.version))


def find_event(name: str) -> type[Event] | None:
    """The fact called `booking.made.v1`, if there is one."""
    return next((event for event in events() if event_name(event) == name), None)


def schema(event: type[Event]) -> Schema:
    """JSON Schema (2020-12) of the `data` of a fact."""
    described = event.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/api/schemas/{event_name(event)}.json",
        **described,
    }


def asyncapi(version: str) -> Schema:
    """The AsyncAPI 3.0 document: one channel per fact on the topic exchange, envelope included."""
    envelope = Envelope.model_json_schema(mode="serialization")
    channels, operations, messages = {}, {}, {}
    for event in events():
        name = event_name(event)
        messages[name] = {
            "name": event.event_type(),
            "title": event.name,
            "summary": _first_line(event),
            "contentType": CONTENT_TYPE,
            "payload": {
                "allOf": [
                    envelope,
                    {"properties": {"type": {"const": event.event_type()}, "data": schema(event)}},
                ]
            },
        }
        channels[name] = {
            "address": event.name,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {
                "amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}}
            },
        }
        operations[f"tell-{name}"] = {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Espace Citoyens: the facts",
            "version": version,
            "description": "CloudEvents 1.0, structured JSON, on a topic exchange of RabbitMQ.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def markdown(listeners: dict[str, list[str]]) -> str:
    """docs/events.md. `listeners`: event type → services that subscribe to it."""
    lines = [
        "# The facts",
        "",
        "Generated from `services/contracts/events/` by `./espace docs`; do not edit.",
        "",
        f"Every fact is a CloudEvent (JSON, `{CONTENT_TYPE}`) on the durable topic exchange",
        f"`{EXCHANGE}`; its name is the routing key. It is told at least once: know it again by its `id`. Where it",
        "describes the state of its `subject`, drop one whose `aggregateversion` is lower than the last you",
        "applied. A published version is only ever extended with optional fields. Amounts are euro cents.",
        "Schemas: `docs/schemas/`, served at `/api/schemas/`; AsyncAPI at `/api/asyncapi.json`.",
        "",
    ]
    for event in events():
        heard = (
            ", ".join(f"`{name}`" for name in sorted(listeners.get(event.event_type(), [])))
            or "other systems"
        )
        lines += [
            f"## {event.name}",
            "",
            _first_line(event),
            "",
            f"Type `{event.event_type()}`, told by `{event.told_by}`, heard by {heard}.",
            "",
            "| field | type | |",
            "|---|---|---|",
        ]
        described = schema(event)
        required = set(described.get("required", []))
        for field, content in described.get("properties", {}).items():
            note = content.get("description", "") + ("" if field in required else " *(optional)*")
            lines.append(f"| `{field}` | {_type_name(content)} | {note.strip()} |")
        lines.append("")
    return "\n".join(lines)


def breaks(published: Schema, today: Schema) -> list[str]:
    """What a listener written for `published` would stumble over in `today`; empty when nothing."""
    return _compare(published, today, published.get("$defs", {}), today.get("$defs", {}), "data")


def _compare(old: Schema, new: Schema, old_defs: Schema, new_defs: Schema, place: str) -> list[str]:
    old, new = _resolve(old, old_defs), _resolve(new, new_defs)
    found = []
    for keyword in ("type", "format", "const"):
        if old.get(keyword) != new.get(keyword):
            found.append(f"{place}: {keyword} was {old.get(keyword)}, is {new.get(keyword)}")
    if "enum" in old and not set(new.get("enum", [])) >= set(old["enum"]):
        found.append(f"{place}: lost some of {old['enum']}")
    for field, content in old.get("properties", {}).items():
        if field not in new.get("properties", {}):
            found.append(f"{place}.{field}: gone")
        else:
            found += _compare(content, new["properties"][field], old_defs, new_defs, f"{place}.{field}")
    for field in set(old.get("required", [])) - set(new.get("required", [])):
        found.append(f"{place}.{field}: no longer always there")
    if "items" in old:
        found += _compare(old["items"], new.get("items", {}), old_defs, new_defs, f"{place}[]")
    before = [_resolve(one, old_defs) for one in old.get("anyOf", [])]
    after = [_resolve(one, new_defs) for one in new.get("anyOf", [])]
    if [one.get("type") for one in before] != [one.get("type") for one in after]:
        found.append(f"{place}: kinds were {before}, are {after}")
    return found


def _resolve(part: Schema, definitions: Schema) -> Schema:
    reference = part.get("$ref", "")
    resolved: Schema = definitions[reference.rpartition("/")[2]] if reference else part
    return resolved


def _first_line(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]


def _type_name(content: Schema) -> str:
    if "anyOf" in content:
        return " or ".join(_type_name(one) for one in content["anyOf"])
    if "$ref" in content:
        return str(content["$ref"]).rpartition("/")[2]
    if content.get("type") == "array":
        return f"list of {_type_name(content.get('items', {}))}"
    return str(content.get("format") or content.get("type", "any"))
