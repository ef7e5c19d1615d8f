"""The trigger of the sequencer: records of the events' table in, what must come again out."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..eventlog.sequencing.plan import Arrival
from ..eventlog.sequencing.ports import Sequencer
from ..eventlog.sequencing.sequencer import Unfinished, Unreadable, sequence
from ..eventlog.telemetry import Silent, Telemetry

logger = logging.getLogger(__name__)

SILENT: Final = Silent()

Event = dict[str, Any]
Parse = Callable[[Event], Sequence[Arrival]]


def on_records(
    sequencer: Sequencer, parse: Parse, event: Event, telemetry: Telemetry = SILENT
) -> Event:
    """
    A partial batch response: Lambda sends everything again from the record that it names. What was
    done behind that record is then a duplicate.
    """
    try:
        sequence(sequencer, parse(event))
    except Unreadable as release:
        # Not raised: Lambda would halve the batch, again and again, down to single records.
        logger.error("%s", release)  # noqa: TRY400 - a trace says nothing here
        telemetry.count("Unreadable", 1, Consumer="sequence")
        return {"batchItemFailures": [{"itemIdentifier": release.record}]}
    except Unfinished as unfinished:
        logger.exception("the batch comes again from record %s on", unfinished.record)
        return {"batchItemFailures": [{"itemIdentifier": unfinished.record}]}
    return {"batchItemFailures": []}
