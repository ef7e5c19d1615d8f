"""Every event type there is, in one codec."""

from .cases import domain as case
from .certificates.domain import certificate, showing
from .clock import calendar_stream
from .codes import serial
from .documents.domain import document
from .eventlog import skipping as consumer
from .eventlog.codec import Codec, codec
from .items.domain import item
from .people.domain import account, claim, entity, mandate
from .platform import duty

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
