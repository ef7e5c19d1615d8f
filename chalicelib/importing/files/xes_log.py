"""
Event logs in XES (IEEE 1849-2016).

An event's attributes are named by their keys, those of its trace by `case:` and their keys. An
attribute within another is named `outer/inner`; a list has its values one after the other.
Extensions, globals and classifiers tell nothing of an event.
"""

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO
from xml.sax import SAXParseException
from xml.sax.expatreader import ExpatLocator
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from ..mapping import Mapping
from ..rows import LogRow
from .log_errors import NotALog

PLAIN = frozenset({"string", "date", "int", "float", "boolean", "id"})
LISTS = frozenset({"list", "container"})
CHUNK = 64 << 10
# The attributes of a trace come before its events, says the standard. A log that does not keep to
# it is read all the same, as long as its traces are not longer than this.
HELD = 2000


def rows(content: BinaryIO, mapping: Mapping) -> Iterator[LogRow]:
    """Raises NotALog."""
    handler = _Handler(frozenset(mapping.named_columns), mapping.columns.case)
    # Entities are refused: a few lines of them can grow to gigabytes, or read other files.
    parser = create_parser()
    handler.setDocumentLocator(ExpatLocator(parser))
    parser.setContentHandler(handler)
    try:
        while chunk := content.read(CHUNK):
            parser.feed(chunk)
            yield from handler.taken()
        parser.close()
    except DefusedXmlException as error:
        raise NotALog("entities and external references are refused") from error
    except SAXParseException as error:
        raise NotALog(f"no XML: {error.getMessage()}", error.getLineNumber()) from error
    except ValueError as error:  # of expat, for an encoding that it does not have
        raise NotALog(f"{error}; write the file anew in UTF-8") from error
    yield from handler.taken()


class _Handler(ContentHandler):
    def __init__(self, wanted: frozenset[str], case: str) -> None:
        super().__init__()
        self._locator: Locator  # which `feed`, unlike `parse`, leaves to us to set
        self._wanted, self._case = wanted, case
        self._depth = 0
        self._trace: dict[str, str] | None = None
        self._event: dict[str, str] | None = None
        self._trace_line = self._event_line = 0
        self._held: deque[tuple[int, dict[str, str]]] = deque()
        self._ready: deque[LogRow] = deque()
        self._events = 0  # of the trace
        self._outer: list[tuple[str, bool]] = []  # attributes around this place; is it a list?

    def taken(self) -> Iterator[LogRow]:
        while self._ready:
            yield self._ready.popleft()

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        tag = _local(name)
        if not self._depth and tag != "log":
            raise NotALog(f"no XES log: it begins with <{name}>", self._line)
        self._depth += 1
        if tag == "trace":
            self._trace, self._trace_line, self._events = {}, self._line, 0
        elif tag == "event":
            self._event, self._event_line = {}, self._line
        elif tag in PLAIN or tag in LISTS:
            self._attribute(attrs.get("key", ""), attrs.get("value"))
            self._outer.append((attrs.get("key", ""), tag in LISTS))

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        tag = _local(name)
        self._depth -= 1
        if tag in PLAIN or tag in LISTS:
            self._outer.pop()
        elif tag == "event" and self._event is not None:
            self._end_event(self._event)
        elif tag == "trace":
            self._end_trace()

    def _attribute(self, key: str, value: str | None) -> None:
        told = self._event if self._event is not None else self._trace
        if told is None or value is None:
            return
        outer = [key for key, _ in self._outer]
        if self._outer and self._outer[-1][1]:
            full = "/".join(outer)
            value = f"{told[full]}, {value}" if full in told else value
        else:
            full = "/".join((*outer, key))
        prefix = "case:" if told is self._trace else ""
        if prefix + full in self._wanted:
            told[full] = value

    def _end_event(self, event: dict[str, str]) -> None:
        self._event = None
        self._events += 1
        self._held.append((self._event_line, event))
        if self._trace is None or len(self._held) >= HELD:
            self._release()

    def _end_trace(self) -> None:
        self._release()
        if not self._events:
            reason = "the trace has no events: there is nothing of it to import"
            mentions = (self._of_case().get(self._case, ""),)
            self._ready.append(LogRow(self._trace_line, {}, reason, mentions))
        self._trace = None

    def _release(self) -> None:
        case = self._of_case()
        while self._held:
            line, event = self._held.popleft()
            self._ready.append(LogRow(line, {**event, **case}))

    def _of_case(self) -> dict[str, str]:
        return {f"case:{key}": value for key, value in (self._trace or {}).items()}

    @property
    def _line(self) -> int:
        return self._locator.getLineNumber() or 0


def _local(name: str) -> str:
    return name.rpartition(":")[2]
