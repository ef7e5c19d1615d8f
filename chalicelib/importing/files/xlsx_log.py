"""
Event logs in Excel workbooks (.xlsx, ECMA-376): the first sheet, whose first row names the columns.

A cell that is a date is read as one, whatever it is shown as; so is a number in a column of times.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from ..mapping import Mapping
from ..rows import LogRow
from .csv_log import columns_of
from .log_errors import NotALog

# What a workbook may be once it is unpacked: a few kilobytes can be made to unpack to terabytes.
MOST_BYTES: Final = 4 << 30


def rows(content: BinaryIO, mapping: Mapping) -> Iterator[LogRow]:
    """Raises NotALog."""
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:  # pragma: no cover - it comes with the embedded extra
        raise NotALog("to read workbooks, install openpyxl; or save the sheet as CSV") from error
    try:
        _check_size(content)
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise NotALog(f"no workbook that can be read: {error}; save it as .xlsx, or CSV") from error
    yield from _rows(sheet.iter_rows(values_only=True), mapping, book.epoch)


def _check_size(content: BinaryIO) -> None:
    with zipfile.ZipFile(content) as packed:
        if sum(one.file_size for one in packed.infolist()) > MOST_BYTES:
            raise NotALog(f"the workbook unpacks to more than {MOST_BYTES:,} bytes")
    content.seek(0)


def _rows(table: Iterator[Sequence[Any]], mapping: Mapping, epoch: datetime) -> Iterator[LogRow]:
    columns = columns_of([_text(one) for one in next(table, ())], mapping)
    places = [(column, columns.index(column)) for column in mapping.named_columns]
    for line, cells in enumerate(table, start=2):
        if all(cell is None for cell in cells):
            continue
        values = {column: _cell(cells, at, column, mapping, epoch) for column, at in places}
        yield LogRow(line, values)


def _cell(cells: Sequence[Any], at: int, column: str, mapping: Mapping, epoch: datetime) -> str:
    value = cells[at] if at < len(cells) else None
    if column in mapping.time_columns and _is_number(value):
        from openpyxl.utils.datetime import from_excel

        value = from_excel(value, epoch)
    if isinstance(value, datetime | date) and mapping.time_format is not None:
        return value.strftime(mapping.time_format)
    return _text(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case _:
            return str(value)
