"""How a fact travels: CloudEvents 1.0, structured JSON in the body (there is no binding for AMQP 0-9-1).

`aggregateversion` grows with each change of the `subject`: a listener that keeps copies drops the older ones.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from contracts.messages import View

TYPE_PREFIX = "fr.espace-citoyens."
CONTENT_TYPE = "application/cloudevents+json"
EXCHANGE = "espace.events"


class Envelope(View):
    """A CloudEvent with two extensions, `correlationid` and `aggregateversion`."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    correlationid: str = ""
    aggregateversion: int = 1
    data: dict[str, Any]

    @property
    def occurred_at(self) -> datetime:
        """When the fact became true, by the clock of its teller."""
        return self.time
