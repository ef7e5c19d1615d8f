"""Event logs in files: CSV, XES (IEEE 1849-2016) and Excel workbooks, read row by row."""

import gzip
import io
import os
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..mapping import Mapping
from ..rows import LogRow
from . import csv_log, xes_log, xlsx_log
from .log_errors import NotALog

if TYPE_CHECKING:
    Content = io.BufferedReader[Any]  # which is generic only where types are checked

GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
MARKUP = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
SNIFFED = 4096
_FORMATS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xes": "xes", ".xml": "xes"}


class BadLog(Exception):
    """The file cannot be read as an event log, as a whole; nothing of it is imported."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {reason}")


class EventLog(NamedTuple):
    """`size` is that of the file in bytes, `read` how many of them have been read."""

    rows: Iterator[LogRow]
    size: int
    read: Callable[[], int]


@contextmanager
def opened(path: Path, mapping: Mapping) -> Iterator[EventLog]:
    """
    Its rows, with the columns that the mapping names. This, and taking a row, raises BadLog.

    A row that cannot be read is a row with a problem.
    """
    try:
        raw = path.open("rb", buffering=0)
    except OSError as error:
        raise BadLog(path, f"cannot be opened: {error.strerror}") from error
    with raw:
        size = os.fstat(raw.fileno()).st_size
        with closing(_rows(path, raw, mapping)) as rows:
            # Whoever has read a file to its end closes it.
            yield EventLog(rows, size, lambda: size if raw.closed else raw.tell())


def _rows(path: Path, raw: io.FileIO, mapping: Mapping) -> Generator[LogRow]:
    try:
        with io.BufferedReader(raw) as packed, _unpacked(packed) as content:
            yield from _of_format(path, content, mapping)
    except NotALog as error:
        raise BadLog(path, str(error), error.line) from error
    except EOFError as error:
        reason = "the compressed file ends too early; copy or download it again"
        raise BadLog(path, reason) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BadLog(path, f"the compressed file is damaged: {error}") from error


def _unpacked(packed: "Content") -> "Content":
    if packed.peek(2)[:2] == GZIP:
        return io.BufferedReader(gzip.GzipFile(fileobj=packed))
    return packed


def _of_format(path: Path, content: "Content", mapping: Mapping) -> Iterator[LogRow]:
    head = content.peek(SNIFFED)
    if not head.strip():
        raise NotALog("the file is empty")
    if head.startswith(ZIP):
        return _of_archive(path, content, mapping)
    if head.startswith(OLD_WORKBOOK):
        raise NotALog("an old Excel workbook (.xls): save it as .xlsx, or as CSV")
    if _format(path, head) == "xes":
        return xes_log.rows(content, mapping)
    return csv_log.rows(content, mapping)


def _of_archive(path: Path, content: "Content", mapping: Mapping) -> Iterator[LogRow]:
    if path.suffix.lower() not in WORKBOOKS:
        raise NotALog("a zip archive; unpack it, or pack the log with gzip")
    return xlsx_log.rows(content, mapping)


def _format(path: Path, head: bytes) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    named = _FORMATS.get(suffixes[-1]) if suffixes else None
    return named or ("xes" if head.lstrip().startswith(MARKUP) else "csv")
