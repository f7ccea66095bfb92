"""The facts as other systems read of them: JSON Schemas, an AsyncAPI document, a page of Markdown.

All of it is derived from `contracts.events`. The schemas under docs/schemas are what has been published; a test holds
today's classes against them with `breaks`.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from contracts import events as facts
from contracts import orders as order_matters
from contracts.envelope import CONTENT_TYPE, EXCHANGE, Envelope
from contracts.events.event import Event
from contracts.orders.order import EXCHANGE as ORDERS
from contracts.orders.order import Order

Schema = dict[str, Any]
Told = type[Event] | type[Order]


def event_name(event: Told) -> str:
    """`booking.made.v1`: routing key and version."""
    return f"{event.name}.v{event.version}"


def events() -> list[type[Event]]:
    """Every fact, by teller and name."""
    for module in iter_modules(facts.__path__):
        import_module(f"{facts.__name__}.{module.name}")
    return sorted(Event.registry.values(), key=lambda event: (event.told_by, event.name, event.version))


def orders() -> list[type[Order]]:
    """Every order that other systems may give, by who obeys and name."""
    for module in iter_modules(order_matters.__path__):
        import_module(f"{order_matters.__name__}.{module.name}")
    return sorted(Order.registry.values(), key=lambda order: (order.obeyed_by, order.name, order.version))


def find_event(name: str) -> Told | None:
    """The fact or the order called `booking.made.v1`, if there is one."""
    known: list[Told] = [*events(), *orders()]
    return next((event for event in known if event_name(event) == name), None)


def schema(event: Told) -> Schema:
    """JSON Schema (2020-12) of the `data` of a fact or an order."""
    described = event.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"/api/schemas/{event_name(event)}.json",
        **described,
    }


def asyncapi(version: str) -> Schema:
    """The AsyncAPI 3.0 document: one channel per fact and per order, on their topic exchanges, envelope included."""
    envelope = Envelope.model_json_schema(mode="serialization")
    channels, operations, messages = {}, {}, {}
    told: list[Told] = [*events(), *orders()]
    for event in told:
        name = event_name(event)
        is_order = issubclass(event, Order)
        exchange = ORDERS if is_order else EXCHANGE
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
                "amqp": {"is": "routingKey", "exchange": {"name": exchange, "type": "topic", "durable": True}}
            },
        }
        operations[f"{'obey' if is_order else 'tell'}-{name}"] = {
            "action": "receive" if is_order else "send",
            "channel": {"$ref": f"#/channels/{name}"},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Espace Citoyens: the facts, and the orders of other systems",
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
    lines += [
        "# The orders",
        "",
        f"What other municipal systems may order, on the topic exchange `{ORDERS}`, in the same envelope. The broker",
        "says who sends (`user_id`); see `deploy/subscriber`.",
        "",
    ]
    for order in orders():
        lines += [
            f"## {order.name}",
            "",
            _first_line(order),
            "",
            f"Type `{order.event_type()}`, obeyed by `{order.obeyed_by}`; schema "
            f"`docs/schemas/orders/{event_name(order)}.json`.",
            "",
        ]
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


def _first_line(event: Told) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]


def _type_name(content: Schema) -> str:
    if "anyOf" in content:
        return " or ".join(_type_name(one) for one in content["anyOf"])
    if "$ref" in content:
        return str(content["$ref"]).rpartition("/")[2]
    if content.get("type") == "array":
        return f"list of {_type_name(content.get('items', {}))}"
    return str(content.get("format") or content.get("type", "any"))
