"""Every event type there is, in one codec."""

from ..domain import (
    account,
    calendar_stream,
    case,
    certificate,
    claim,
    consumer,
    document,
    duty,
    entity,
    item,
    mandate,
    serial,
    showing,
)
from .codec import Codec, codec

STREAMS = {
    case.CATEGORY: case.EVENTS,
    item.CATEGORY: item.EVENTS,
    calendar_stream.CATEGORY: calendar_stream.EVENTS,
    serial.CATEGORY: serial.EVENTS,
    consumer.CATEGORY: consumer.EVENTS,
    duty.CATEGORY: duty.EVENTS,
    document.CATEGORY: document.EVENTS,
    account.CATEGORY: account.EVENTS,
    claim.CATEGORY: claim.EVENTS,
    entity.CATEGORY: entity.EVENTS,
    mandate.CATEGORY: mandate.EVENTS,
    certificate.CATEGORY: certificate.EVENTS,
    showing.CATEGORY: showing.EVENTS,
}

CODEC: Codec = codec(kind for events in STREAMS.values() for kind in events)
