"""
Event logs in CSV: the first line names the columns.

A record that cannot be read may belong to any case that its text mentions: `mentions` has them.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from ..mapping import Mapping
from ..rows import LogRow
from .encodings import guess
from .log_errors import NotALog

LONGEST_LINE = 1 << 20  # characters
SHOWN = 20


class Record(NamedTuple):
    """`problem` says what is wrong with it; `text` is all of it, as it was read."""

    line: int
    fields: Sequence[str]
    text: str
    problem: str | None = None


def rows(content: BinaryIO, mapping: Mapping) -> Iterator[LogRow]:
    """Raises NotALog if it has not the columns that the mapping names."""
    # A spreadsheet's UTF-8 begins with a mark that is no part of the first column's name.
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    # The bytes that do not fit are kept, so that they spoil one record and not the file.
    with io.TextIOWrapper(content, encoding, errors="surrogateescape", newline="") as text:
        records = _records(_Lines(text), mapping.delimiter)
        columns = _header(next(records, None), mapping)
        places = [(column, columns.index(column)) for column in mapping.named_columns]
        for record in records:
            problem = _problem(record, len(columns), mapping.encoding)
            if problem is not None:
                yield LogRow(record.line, {}, problem, _mentions(record.text, mapping.delimiter))
            elif record.fields:  # an empty line is nobody's row
                yield LogRow(record.line, {column: record.fields[at] for column, at in places})


class _Lines:
    """The lines of a text, of which it keeps those since `begin`."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._number = 0
        self.kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) == LONGEST_LINE:
            reason = f"a line of more than {LONGEST_LINE:,} characters: is this a CSV file?"
            raise NotALog(reason, self._number)
        self.kept.append(line)
        return line

    def begin(self) -> int:
        """The number of the line that comes next."""
        self.kept.clear()
        return self._number + 1


def _records(lines: _Lines, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # the reader goes on with the next line
            yield Record(line, (), "".join(lines.kept), f"{error}; is a quote left open?")
        else:
            yield Record(line, fields, "".join(lines.kept))


def _header(header: Record | None, mapping: Mapping) -> list[str]:
    if header is None or not header.text.strip():
        raise NotALog("the file is empty")
    if header.problem or _undecoded(header.text) or "\0" in header.text:
        reason = header.problem or _other_encoding(header.text, mapping.encoding)
        raise NotALog(f"the names of the columns cannot be read: {reason}", header.line)
    return columns_of(header.fields, mapping)


def columns_of(names: Sequence[str], mapping: Mapping) -> list[str]:
    """The columns, of which each that the mapping names is there once. Raises NotALog."""
    columns = [column.strip() for column in names]
    count = Counter(columns)
    for column in mapping.named_columns:
        if count[column] != 1:
            what = "two columns are" if count[column] else "no column is"
            listed = ", ".join(columns[:SHOWN]) + (", …" if len(columns) > SHOWN else "")
            raise NotALog(f"{what} named {column!r}, as the mapping has it; there are: {listed}")
    return columns


def _problem(record: Record, columns: int, encoding: str) -> str | None:
    if _undecoded(record.text):
        byte = _undecoded(record.text)
        return f"{byte} is in no text in {encoding}: {_other_encoding(record.text, encoding)}"
    if record.fields and len(record.fields) != columns and not record.problem:
        return f"{len(record.fields)} fields instead of {columns}"
    return record.problem


def _other_encoding(text: str, encoding: str) -> str:
    """What to write into the mapping, guessed from text of which some bytes did not fit."""
    found = guess(text.encode(encoding, "surrogateescape"))
    if found is None or found == encoding:
        return f"not {encoding}; say the mapping's `encoding`"
    return f"not {encoding}, it looks like {found}: write `encoding: {found}` into the mapping"


def _undecoded(text: str) -> str | None:
    """The first byte of `text` that could not be decoded."""
    if text.isascii():
        return None
    found = re.search("[\udc80-\udcff]", text)
    return None if found is None else f"byte 0x{ord(found[0]) - 0xDC00:02x}"


def _mentions(text: str, delimiter: str) -> tuple[str, ...]:
    parts = re.split(f'[{re.escape(delimiter)}"\r\n]', text)
    mentioned = (part.strip() for part in parts)
    return tuple({part for part in mentioned if part and not _undecoded(part)})
