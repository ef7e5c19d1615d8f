"""The trigger of the sequencer: records of the events' table in, what must come again out."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from ..eventlog.sequencing.plan import Arrival
from ..eventlog.sequencing.ports import Sequencer
from ..eventlog.sequencing.sequencer import Unfinished, sequence

logger = logging.getLogger(__name__)

Event = dict[str, Any]
Parse = Callable[[Event], Sequence[Arrival]]


def on_records(sequencer: Sequencer, parse: Parse, event: Event) -> Event:
    """
    A partial batch response: Lambda sends everything again from the record that it names. What was
    done behind that record is then a duplicate.
    """
    try:
        sequence(sequencer, parse(event))
    except Unfinished as unfinished:
        logger.exception("the batch comes again from record %s on", unfinished.record)
        return {"batchItemFailures": [{"itemIdentifier": unfinished.record}]}
    return {"batchItemFailures": []}
