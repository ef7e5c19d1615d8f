"""Every event type there is, in one codec."""

from ..domain import calendar_stream, case, consumer, item, serial
from .codec import Codec, codec

STREAMS = {
    case.CATEGORY: case.EVENTS,
    item.CATEGORY: item.EVENTS,
    calendar_stream.CATEGORY: calendar_stream.EVENTS,
    serial.CATEGORY: serial.EVENTS,
    consumer.CATEGORY: consumer.EVENTS,
}

CODEC: Codec = codec(kind for events in STREAMS.values() for kind in events)
