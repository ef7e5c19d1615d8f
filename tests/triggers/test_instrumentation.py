"""Lambda handlers are watched, and their failures say nothing of anybody."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from chalicelib.eventlog.ports import Unavailable
from chalicelib.triggers.instrumentation import HandlerFailed, observed

EVENT = SimpleNamespace(context=SimpleNamespace(aws_request_id="r-1"))


class Watching:
    """Keeps the spans, and what left them."""

    def __init__(self):
        self.spans = []

    @contextmanager
    def span(self, name, /, **annotations):
        left = None
        try:
            yield
        except Exception as error:
            left = type(error)
            raise
        finally:
            self.spans.append((name, annotations, left))

    def count(self, metric, value=1, /, **dimensions):
        pass


@pytest.fixture
def watching():
    return Watching()


def failing(error):
    def handler(_event):
        raise error

    return handler


def test_an_invocation_is_a_span_that_names_it(watching):
    handler = observed(lambda: watching, "work_list", lambda event: event, consumer="work_list")
    assert handler(EVENT) is EVENT
    annotations = {"function": "work_list", "request_id": "r-1", "consumer": "work_list"}
    assert watching.spans == [("work_list", annotations, None)]


def test_a_handler_is_called_like_its_function(watching):
    assert observed(lambda: watching, "work_list", print).__name__ == "work_list"


def test_an_event_without_a_context_is_handled(watching):
    assert observed(lambda: watching, "heal", lambda _: "done")({}) == "done"


def test_telemetry_is_made_late():
    observed(lambda: pytest.fail("made at import"), "heal", lambda _: None)


def test_a_failure_is_logged_and_raised_again_without_its_words(watching, caplog):
    handler = observed(
        lambda: watching, "work_list", failing(ValueError("张三 44080219500101123X"))
    )
    with pytest.raises(
        HandlerFailed, match=r"^ValueError at test_instrumentation.py:\d+$"
    ) as raised:
        handler(EVENT)
    assert (raised.value.__cause__, raised.value.__suppress_context__) == (None, True)
    assert watching.spans[0][2] is ValueError
    assert [record.message for record in caplog.records] == ["the handler failed"]


def test_a_failure_of_the_store_keeps_its_words(watching):
    handler = observed(lambda: watching, "work_list", failing(Unavailable("no table events")))
    with pytest.raises(HandlerFailed, match=r"^Unavailable at .*: no table events$"):
        handler(EVENT)
