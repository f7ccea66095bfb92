"""Puts parked facts back into the queue, once what kept them from being applied is mended."""

import pika

from chassis import topology
from chassis.settings import Settings


def replay(service: str, settings: Settings) -> int:
    """Moves every parked fact of `service` to its main queue, confirmed one by one. Returns how many.

    `enrolment.orders`: the parked orders of enrolment instead.
    """
    name, _, kind = service.partition(".")
    queues = topology.Queues(name, kind=kind or "events")
    connection = pika.BlockingConnection(pika.URLParameters(settings.need("amqp_url")))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        waiting = channel.queue_declare(queues.parked, passive=True).method.message_count
        moved = 0
        for _ in range(waiting):
            method, properties, body = channel.basic_get(queues.parked)
            if method is None or properties is None or body is None:
                break
            properties.headers = {}
            channel.basic_publish("", queues.main, body, properties, mandatory=True)
            channel.basic_ack(method.delivery_tag)
            moved += 1
        return moved
    finally:
        connection.close()
