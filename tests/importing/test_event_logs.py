"""Event logs are read row by row, from CSV and XES; what cannot be read is told by line."""

import gzip
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from chalicelib.importing.files.event_logs import BadLog, opened
from chalicelib.importing.mapping import Mapping
from chalicelib.importing.rows import LogRow

MAPPING = Mapping.model_validate(
    {
        "source": "s",
        "division": "449900",
        "item": {"code": "i", "name": "i"},
        "columns": {"case": "case:concept:name", "activity": "concept:name", "time": "time"},
        "defaults": {"person": "p", "channel": "web", "department": "d"},
        "activities": {},
    }
)
CSV = """\
concept:name,time,case:concept:name,comment
Check,2026-02-10,k-1,fine
Decide,2026-02-11,k-2,"so, so"
"""
XES = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <global scope="trace"><string key="concept:name" value="__INVALID__"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="the whole log"/>
  <trace>
    <string key="concept:name" value="k-1"/>
    <event>
      <string key="concept:name" value="Check"/>
      <date key="time" value="2026-02-10"/>
    </event>
  </trace>
  <trace>
    <string key="concept:name" value="k-2"/>
    <event><string key="concept:name" value="Decide"/><date key="time" value="2026-02-11"/></event>
  </trace>
</log>
"""
TOLD = [
    {"case:concept:name": "k-1", "concept:name": "Check", "time": "2026-02-10"},
    {"case:concept:name": "k-2", "concept:name": "Decide", "time": "2026-02-11"},
]


def also(*columns: str, **otherwise: object) -> Mapping:
    """MAPPING with more columns of the case."""
    names = ("channel", "responsible", "group", "start", "end")
    case = dict(zip(names, columns, strict=False))
    told = MAPPING.model_dump(exclude_unset=True) | {"case": case} | otherwise
    return Mapping.model_validate(told)


def read(path: Path, content: str | bytes, mapping: Mapping = MAPPING) -> list[LogRow]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with opened(path, mapping) as log:
        return list(log.rows)


def told(rows: list[LogRow]) -> list[dict[str, str]]:
    return [dict(row.values) for row in rows]


def wrong(path: Path, content: str | bytes, mapping: Mapping = MAPPING) -> str:
    with pytest.raises(BadLog) as found:
        read(path, content, mapping)
    return str(found.value).removeprefix(str(path))


@pytest.fixture
def csv(tmp_path):
    return tmp_path / "log.csv"


@pytest.fixture
def xes(tmp_path):
    return tmp_path / "log.xes"


# Both


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("log.csv", CSV.encode()),
        ("log.CSV.GZ", gzip.compress(CSV.encode())),
        ("log.csv", gzip.compress(CSV.encode())),
        ("log", b"\xef\xbb\xbf" + CSV.encode()),
        ("log.xes", XES.encode()),
        ("log.xes.gz", gzip.compress(XES.encode())),
        ("log.xml", XES.encode("utf-8-sig")),
        ("log", XES.encode()),
        ("log.dat", gzip.compress(XES.encode())),
        ("log.xes", XES.replace("UTF-8", "UTF-16").encode("utf-16")),
    ],
    ids=range(10),
)
def test_a_log_is_read_whatever_it_is_packed_in(tmp_path, name, content):
    assert told(read(tmp_path / name, content)) == TOLD


def test_reading_tells_how_far_it_is_in_the_packed_file(tmp_path):
    lines = "".join(f"Check,2026-02-10,k-{n},{n * n * n}\n" for n in range(200_000))
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress((CSV + lines).encode()))
    with opened(path, MAPPING) as log:
        assert log.size == path.stat().st_size
        seen = [log.read() for _ in log.rows]
        assert log.read() == log.size
    assert 0 < seen[1000] < log.size
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ": the file is empty"),
        (b" \n", ": the file is empty"),
        (gzip.compress(b""), ": the file is empty"),
        (b"PK\x03\x04" + bytes(40), ": a zip archive; unpack it, or pack the log with gzip"),
        (gzip.compress(CSV.encode())[:-12], ": the compressed file ends too early"),
        (gzip.compress(CSV.encode())[:12] + bytes(40), ": the compressed file is damaged"),
    ],
    ids=["nothing", "blank", "packed", "zip", "cut", "damaged"],
)
@pytest.mark.parametrize("name", ["log.csv", "log.xes", "log"])
def test_a_file_that_is_no_log_is_told_as_a_whole(tmp_path, name, content, reason):
    assert wrong(tmp_path / name, content).startswith(reason)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with (
        pytest.raises(BadLog, match="cannot be opened: No such file"),
        opened(tmp_path / "none.csv", MAPPING),
    ):
        pass
    with pytest.raises(BadLog, match="cannot be opened: Is a directory"), opened(tmp_path, MAPPING):
        pass


# CSV


def test_the_line_of_a_row_is_the_first_of_its_record(csv):
    head, body = CSV.split("\n", 1)
    assert [row.line for row in read(csv, CSV)] == [2, 3]
    broken = f'{head}\n"Check\n",2026-02-10,k-1,"two\r\nlines"\n\n{body}'
    rows = read(csv, broken)
    assert [row.line for row in rows] == [2, 6, 7]
    assert rows[0].values["concept:name"] == "Check\n"


def test_a_file_of_column_names_alone_has_no_rows(csv):
    assert read(csv, CSV.splitlines()[0]) == []


def test_a_column_that_is_not_there_is_told_with_those_that_are(csv):
    assert wrong(csv, "a,b\n1,2\n") == (
        ": no column is named 'case:concept:name', as the mapping has it; there are: a, b"
    )
    assert "two columns are named 'time'" in wrong(csv, CSV.replace("comment", "time"))


def test_another_delimiter_and_encoding_are_the_mappings(csv):
    other = also(delimiter=";", encoding="gb18030")
    content = CSV.replace(",", ";").replace("k-1", "办件甲").encode("gb18030")
    assert read(csv, content, other)[0].values["case:concept:name"] == "办件甲"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Check,2026-02-10,k-1", "3 fields instead of 4"),
        ("Check,2026-02-10,k-1,a,b", "5 fields instead of 4"),
        ('Check,2026-02-10,k-1,"a"b', "',' expected after '\"'; is a quote left open?"),
    ],
)
def test_a_row_that_cannot_be_read_spoils_no_other(csv, row, reason):
    head, body = CSV.split("\n", 1)
    broken, *others = read(csv, f"{head}\n{row}\n{body}")
    assert (broken.line, broken.problem) == (2, reason)
    assert "k-1" in broken.mentions
    assert told(others) == TOLD


def test_a_row_in_another_encoding_spoils_no_other(csv):
    head, body = CSV.split("\n", 1)
    row = "核对,2026-02-10,k-1,\n".encode("gb18030")
    broken, *others = read(csv, f"{head}\n".encode() + row + body.encode())
    assert broken.problem == (
        "byte 0xba is in no text in utf-8: not utf-8, it looks like gb18030: "
        "write `encoding: gb18030` into the mapping"
    )
    assert set(broken.mentions) == {"2026-02-10", "k-1"}
    assert told(others) == TOLD


def test_a_file_in_another_encoding_is_told_when_its_columns_cannot_be_read(csv):
    assert "cannot be read: not utf-8" in wrong(csv, CSV.replace("comment", "意见").encode("gbk"))
    assert "cannot be read: not utf-8" in wrong(csv, CSV.encode("utf-16"))
    assert "cannot be read: not utf-8" in wrong(csv, CSV.encode("utf-16-le"))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("utf-8", "gb18030"),
        ("utf-8", "cp1252"),
        ("utf-8", "utf-16"),
        ("ascii", "utf-8"),
    ],
)
def test_a_wrong_encoding_is_guessed_at(csv, said, written):
    word = "résumé" if written == "cp1252" else "备注"
    other = MAPPING.model_copy(update={"encoding": said})
    with pytest.raises(BadLog, match=f"it looks like {written}: write `encoding: {written}`"):
        read(csv, CSV.replace("comment", word).encode(written), other)


# Workbooks


def workbook(path: Path, table: Sequence[list[Any]], *, epoch: datetime | None = None) -> Path:
    book = openpyxl.Workbook()
    if epoch is not None:
        book.epoch = epoch
    for row in table:
        book.worksheets[0].append(row)
    book.save(path)
    return path


# A spreadsheet knows no time zones.
AT = datetime(2026, 2, 10, 9, 30)  # noqa: DTZ001
SHEET: list[list[Any]] = [
    ["concept:name", "time", "case:concept:name", "comment"],
    ["核对", AT, "k-1", None],
    ["Check", 46063.395833333336, 12, "a, b"],
    [None, None, None, None],
    ["Check", "2026-02-10 10:00:00", 12.5],
]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_a_workbook_is_read_as_its_sheet_is_seen(tmp_path, epoch):
    sheet = [list(row) for row in SHEET]
    sheet[2][1] = to_excel(AT, epoch or CALENDAR_WINDOWS_1900)
    path = workbook(tmp_path / "log.xlsx", sheet, epoch=epoch)
    with opened(path, MAPPING) as log:
        rows = list(log.rows)
    assert [row.line for row in rows] == [2, 3, 5]
    assert [row.values["time"] for row in rows] == [
        "2026-02-10 09:30:00",
        "2026-02-10 09:30:00",
        "2026-02-10 10:00:00",
    ]
    assert [row.values["case:concept:name"] for row in rows] == ["k-1", "12", "12.5"]


def test_a_workbook_without_the_columns_is_told(tmp_path):
    path = workbook(tmp_path / "log.xlsx", [["a", "b"], [1, 2]])
    with pytest.raises(BadLog, match="no column is named"), opened(path, MAPPING) as log:
        list(log.rows)


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(40), b"PK\x03\x04"])
def test_what_only_looks_like_a_workbook_is_told(tmp_path, content):
    assert "no workbook that can be read" in wrong(tmp_path / "log.xlsx", content)


def test_an_old_workbook_is_told_what_to_do(tmp_path):
    told = wrong(tmp_path / "log.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "save it as .xlsx" in told


def test_a_quote_left_open_may_hide_any_case_that_it_swallows(csv):
    head, body = CSV.split("\n", 1)
    (broken,) = read(
        csv, f'{head}\nCheck,2026-02-10,k-0,"never closed\n{body.replace(chr(34), "")}'
    )
    assert broken.line == 2
    assert {"k-0", "k-1", "k-2"} <= set(broken.mentions)


def test_an_endless_line_is_no_csv(csv):
    assert "is this a CSV file?" in wrong(csv, CSV + "x" * 3_000_000)


@given(st.binary(max_size=300) | st.text(st.sampled_from('k1,"\n\r\0é'), max_size=60))
def test_whatever_a_csv_file_holds_its_rows_are_read_or_told(tmp_path_factory, content):
    raw = content.encode() if isinstance(content, str) else content
    rows = read(tmp_path_factory.getbasetemp() / "any.csv", CSV.encode() + raw)
    assert told(rows[:1]) == TOLD[:1]
    for row in rows:
        assert row.problem or len(row.values) == 3


# XES


def test_the_line_of_a_row_is_that_of_its_event(xes):
    assert [row.line for row in read(xes, XES)] == [10, 17]


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://www.xes-standard.org/"'])
def test_a_log_may_do_without_the_standards_namespace(xes, namespace):
    bare = XES.replace(' xmlns="http://www.xes-standard.org/"', namespace)
    assert told(read(xes, bare)) == TOLD


def test_a_log_may_give_the_namespace_a_prefix(xes):
    prefixed = XES.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    prefixed = prefixed.replace("xmlns=", "xmlns:x=")
    assert told(read(xes, prefixed)) == TOLD


def test_every_type_of_attribute_is_read(xes):
    typed = XES.replace(
        '<string key="concept:name" value="k-1"/>',
        """<string key="concept:name" value="k-1"/>
        <int key="n" value="7"><float key="inner" value="0.5"/></int>
        <boolean key="b" value="true"/><id key="u" value="0e8a"/>
        <list key="l"><values>
          <string key="a" value="one"/><string key="a" value="two"/>
        </values></list>""",
    )
    wanted = also("case:n", "case:n/inner", "case:b", "case:u", "case:l")
    first = read(xes, typed, wanted)[0].values
    assert [first[f"case:{key}"] for key in ("n", "n/inner", "b", "u", "l")] == [
        "7",
        "0.5",
        "true",
        "0e8a",
        "one, two",
    ]


def test_the_attributes_of_a_trace_may_follow_its_events(xes):
    behind = XES.replace('<string key="concept:name" value="k-1"/>', "").replace(
        "</trace>", '<string key="concept:name" value="k-1"/></trace>', 1
    )
    assert told(read(xes, behind)) == TOLD


def test_a_trace_longer_than_is_held_back_is_read_whole(xes):
    event = '<event><string key="concept:name" value="Check"/></event>\n'
    rows = read(xes, XES.replace("<event>", event * 5000 + "<event>", 1))
    assert len(rows) == 5002
    assert {row.values["case:concept:name"] for row in rows[:-1]} == {"k-1"}


def test_a_trace_without_events_is_told(xes):
    empty = '<trace><string key="concept:name" value="k-0"/></trace>'
    first, *others = read(xes, XES.replace("<trace>", f"{empty}<trace>", 1))
    assert (first.line, first.mentions) == (8, ("k-0",))
    assert first.problem == "the trace has no events: there is nothing of it to import"
    assert told(others) == TOLD


def test_an_event_outside_of_every_trace_has_no_case(xes):
    loose = '<event><string key="concept:name" value="Check"/></event></log>'
    *_, last = read(xes, XES.replace("</log>", loose))
    assert dict(last.values) == {"concept:name": "Check"}


BOMB = """<?xml version="1.0"?>
<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<log><trace><string key="concept:name" value="&b;"/></trace></log>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<log><trace><string key="concept:name" value="k"/>&a;</trace></log>"""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB, ": entities and external references are refused"),
        (OUTSIDE, ": entities and external references are refused"),
        (XES[:-20], ":17: no XML: unclosed token"),
        (XES.replace("</trace>", "", 1), ":19: no XML: mismatched tag"),
        (CSV, ":1: no XML: syntax error"),
        ("<html><body/></html>", ":1: no XES log: it begins with <html>"),
        (XES.replace("UTF-8", "GB18030"), ": multi-byte encodings are not supported"),
    ],
)
def test_what_is_no_xes_is_told(xes, content, reason):
    assert wrong(xes, content).startswith(reason)


@given(st.binary(max_size=60), st.integers(0, len(XES)), st.integers(0, 40))
def test_whatever_an_xes_file_holds_its_rows_are_read_or_it_is_told(
    tmp_path_factory, spoiled, at, without
):
    raw = XES.encode()
    path = tmp_path_factory.getbasetemp() / "any.xes"
    with suppress(BadLog):
        rows = read(path, raw[:at] + spoiled + raw[at + without :])
        assert [row.line for row in rows] == sorted(row.line for row in rows)
