"""材料删除: the file of what was discarded goes, if whoever discarded it got no further."""

from functools import partial

from ...eventlog.codec import facts
from ...eventlog.consumers import Subscriber
from ...eventlog.envelope import Recorded
from ...eventlog.transact import read
from ...platform.platform import Platform
from ..application import discarding
from ..application.documents import decider
from ..domain import document

EVENTS = frozenset({document.DocumentDiscarded})


def on_event(platform: Platform, event: Recorded) -> None:
    """Again is harmless: what was handed in since lies at another place."""
    history, state = read(platform.store, decider(platform), event.stream)
    for one in facts(platform.codec, history.commits):
        if isinstance(one, document.DocumentReceived) and one.generation < state.generation:
            discarding.clear(platform, one.owner, one.sha256, one.generation)


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("discarded_documents", partial(on_event, platform), events=EVENTS)
