"""A log is imported case by case: whole or not at all, once, and again from where it stopped."""

import csv
import gzip
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.cases.domain.events import CaseImported, StepRecorded
from chalicelib.eventlog.ports import verify
from chalicelib.importing.cases import Problem, case_id
from chalicelib.importing.files import import_log
from chalicelib.importing.files.event_logs import BadLog
from chalicelib.importing.files.import_log import REPORTED, Progress, Summary, run_import
from chalicelib.importing.mapping import Mapping
from chalicelib.importing.rows import key_of
from chalicelib.kernel import yaml_file
from chalicelib.kernel.actor import Channel
from chalicelib.kernel.yaml_file import BadYaml
from tests.importing.givens import TOLD, everything, into, stored, values, write

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
RECEIPT = ROOT.parent / "shared" / "data" / "receipt.csv.gz"
HEADER = ",".join(values())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "events.db", synchronous="OFF")
    yield opened
    opened.close()


@pytest.fixture
def mapped(tmp_path: Path) -> Path:
    """The mapping in a file: JSON is YAML."""
    path = tmp_path / "mapping.yaml"
    path.write_text(json.dumps(TOLD, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def imported(store: SqliteStore, mapped: Path, tmp_path: Path) -> Any:
    def run(path: Path, **how: Any) -> Summary:
        summary = run_import(into(store), path, mapped, data=tmp_path, **how)
        assert not list((tmp_path / "imports").iterdir())
        return summary

    return run


def counted(summary: Summary) -> tuple[int, int, int, int, int]:
    return summary.cases, summary.rows, summary.events, summary.skipped, summary.already


def a_log(cases: int) -> list[dict[str, str]]:
    """Three rows a case, those of one case far apart."""
    hours = ((9, "Received"), (10, "Check"), (11, "Decide"))
    return [
        values(case=f"k-{n}", hour=hour, activity=activity, case_end="2026-02-11 12:00:00+08:00")
        for hour, activity in hours
        for n in range(cases)
    ]


# What comes of a log


def test_scattered_rows_come_together_in_their_case(imported, store, tmp_path):
    summary = imported(write(tmp_path / "log.csv", a_log(20)))
    assert counted(summary) == (20, 60, 100, 0, 0)
    assert summary.problems == ()
    stream = f"case-{case_id('old-system', 'k-7')}"
    assert [event.source for event in stored(store, stream)] == [
        "log.csv k-7",
        "log.csv#9 t-9",
        "log.csv#29 t-10",
        "log.csv#49 t-11",
        "log.csv k-7",
    ]


def test_every_row_is_one_event(imported, store, tmp_path):
    imported(write(tmp_path / "log.csv", a_log(20)))
    sources = [source for events in everything(store).values() for *_, source, _ in events]
    lines = [source.split()[0] for source in sources if "#" in source]
    assert sorted(lines) == sorted(f"log.csv#{line}" for line in range(2, 62))


def test_the_same_file_again_adds_nothing(imported, store, tmp_path):
    path = write(tmp_path / "log.csv", a_log(20))
    imported(path)
    before = everything(store)
    assert counted(imported(path)) == (20, 60, 0, 0, 60)
    assert everything(store) == before


def test_a_longer_log_adds_its_new_rows(imported, store, tmp_path):
    imported(write(tmp_path / "log.csv", a_log(20)[:40]))
    summary = imported(write(tmp_path / "later.csv", a_log(22)))
    assert counted(summary) == (22, 66, 30, 0, 40)
    assert {len(store.load(one).commits) for one in everything(store)} == {1, 2}
    for stream in everything(store):
        verify(store.load(stream))


def test_a_reference_that_the_file_has_twice_is_one_event(imported, tmp_path):
    told = a_log(5)
    summary = imported(write(tmp_path / "log.csv", [*told, *told[:3]]))
    assert counted(summary) == (5, 18, 25, 0, 0)
    assert summary.repeated == 3


def test_three_payments_within_a_second_are_three_events_in_whichever_file(
    imported, store, tmp_path
):
    """Issue G, 5.1: what looks alike is the n-th of its like, also in a longer log."""
    paid = values(case="k-1", reference="", case_end="2026-02-11 12:00:00+08:00")
    assert counted(imported(write(tmp_path / "one.csv", [paid]))) == (1, 1, 3, 0, 0)
    assert counted(imported(write(tmp_path / "log.csv", [paid] * 3))) == (1, 3, 2, 0, 1)
    assert counted(imported(write(tmp_path / "log.csv", [paid] * 3))) == (1, 3, 0, 0, 3)
    ((_, events),) = everything(store).items()
    assert len({key_of(one[4]) for one in events if "#" in one[4]}) == 3
    assert len(events) == 5


def test_a_start_is_no_row_too_many(imported, tmp_path):
    told = [values(hour=9, transition="start", reference="a"), values(hour=11, reference="a")]
    summary = imported(write(tmp_path / "log.csv", told))
    assert counted(summary) == (1, 2, 2, 0, 0)
    assert (summary.started, summary.refused, summary.problem_count) == (1, 0, 0)


def test_a_packed_log_is_the_same_log(imported, tmp_path):
    plain = write(tmp_path / "log.csv", a_log(5))
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    imported(plain)
    assert counted(imported(packed)) == (5, 15, 0, 0, 15)


def as_xes(told: Sequence[dict[str, str]]) -> str:
    """The same rows as traces; those of a case in the order of the file."""
    cases: dict[str, list[dict[str, str]]] = {}
    for row in told:
        cases.setdefault(row["case:id"], []).append(row)
    traces = "".join(
        f"<trace>{_attributes(rows[0], of_case=True)}"
        + "".join(f"\n<event>{_attributes(row, of_case=False)}</event>" for row in rows)
        + "</trace>"
        for rows in cases.values()
    )
    return f'<log xmlns="http://www.xes-standard.org/">{traces}</log>'


def _attributes(row: dict[str, str], *, of_case: bool) -> str:
    return "".join(
        f"<string key={quoteattr(column.removeprefix('case:'))} value={quoteattr(text)}/>"
        for column, text in row.items()
        if column.startswith("case:") is of_case
    )


def test_a_log_in_xes_becomes_the_events_that_it_becomes_in_csv(imported, store, mapped, tmp_path):
    told = [*a_log(6), values(case="k-9", reference=""), values(case="k-9", transition="start")]
    imported(write(tmp_path / "log.csv", told))
    xes = tmp_path / "log.xes"
    xes.write_text(as_xes(told), encoding="utf-8")
    with_xes = SqliteStore(tmp_path / "xes.db", synchronous="OFF")
    summary = run_import(into(with_xes), xes, mapped, data=tmp_path)
    assert counted(summary) == (7, 20, 32, 0, 0)
    assert _unsourced(with_xes) == _unsourced(store)
    with_xes.close()
    assert counted(imported(xes)) == (7, 20, 0, 0, 19)


def _unsourced(store: SqliteStore) -> dict[str, list[tuple[Any, ...]]]:
    return {
        stream: [(*told, key_of(source), data) for *told, source, data in events]
        for stream, events in everything(store).items()
    }


def test_progress_is_that_of_the_file_and_then_that_of_its_cases(imported, tmp_path):
    path = write(tmp_path / "log.csv", a_log(1000))
    made: list[Progress] = []
    imported(path, progress=made.append)
    size = path.stat().st_size
    read = [one.done for one in made if one.phase == "reading"]
    assert read == sorted(read)
    assert len(read) > 2
    assert read[-1] == size
    assert {one.total for one in made if one.phase == "reading"} == {size}
    assert [one for one in made if one.phase == "importing"] == [
        Progress("importing", done, 1000) for done in range(1, 1001)
    ]


# What does not go in


def test_a_case_with_a_row_that_cannot_be_mapped_is_not_imported_and_others_are(
    imported, store, tmp_path
):
    told = a_log(5)
    told[7] |= {"concept:name": "Ponder"}
    told[12] |= {"time:timestamp": "soon"}
    summary = imported(write(tmp_path / "log.csv", told))
    assert counted(summary) == (5, 15, 20, 3, 0)
    assert summary.problems == (
        Problem(9, "k-2", "activity 'Ponder' is not in the mapping's activities"),
        Problem(14, "k-2", "time:timestamp: 'soon' is no time"),
    )
    assert f"case-{case_id('old-system', 'k-2')}" not in everything(store)


def test_a_case_that_was_refused_is_imported_once_its_row_is_mended(imported, store, tmp_path):
    told = a_log(5)
    imported(write(tmp_path / "log.csv", [*told[:14], told[14] | {"org:resource": ""}]))
    assert counted(imported(write(tmp_path / "log.csv", told))) == (5, 15, 5, 0, 12)
    assert len(everything(store)) == 5


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("k-3,Check", "2 fields instead of 15"),
        ("a,comma too many," + HEADER.replace("case:id", "k-3"), "17 fields instead of 15"),
        ('k-3,"Check"s', "',' expected after '\"'; is a quote left open?"),
    ],
)
def test_a_line_that_cannot_be_read_refuses_the_case_that_it_may_belong_to(
    imported, store, tmp_path, broken, reason
):
    path = write(tmp_path / "log.csv", a_log(5))
    path.write_text(f"{path.read_text()}{broken}\n")
    summary = imported(path)
    assert counted(summary) == (5, 16, 20, 4, 0)
    assert summary.problems == (
        Problem(17, "k-3", reason),
        Problem(5, "k-3", "line 17 cannot be read, and may be one of this case"),
    )
    assert len(everything(store)) == 4


def test_a_row_that_names_no_case_is_told(imported, tmp_path):
    told = [*a_log(2), values(case=" "), values(case="EMPTY")]
    summary = imported(write(tmp_path / "log.csv", told))
    assert counted(summary) == (2, 8, 10, 2, 0)
    assert [(one.line, one.case, one.reason, one.effect) for one in summary.problems] == [
        (8, None, "the row names no case", "row skipped"),
        (9, None, "the row names no case", "row skipped"),
    ]


def test_a_transition_that_is_no_step_is_told(imported, tmp_path):
    told = [*a_log(2), values(case="k-0", reference="t", transition="withdraw")]
    summary = imported(write(tmp_path / "log.csv", told))
    assert counted(summary) == (2, 7, 10, 0, 0)
    assert (summary.started, summary.refused) == (1, 0)
    assert [(one.line, one.case, one.effect) for one in summary.problems] == [
        (8, "k-0", "no step of its own")
    ]


def test_a_case_too_long_or_too_large_for_a_commit_is_taken_in_several(imported, store, tmp_path):
    long = [values(case="long", reference=f"t-{n}") for n in range(2001)]
    large = [values(case="large", reference=f"{n:140d}".replace(" ", "x")) for n in range(1000)]
    summary = imported(write(tmp_path / "log.csv", [*a_log(2), *long, *large]))
    assert counted(summary) == (4, 3007, 3013, 0, 0)
    assert sorted(len(store.load(one).commits) for one in everything(store)) == [1, 1, 3, 5]


def test_a_case_of_too_many_rows_is_told_and_others_are_imported(imported, tmp_path, monkeypatch):
    monkeypatch.setattr(import_log, "MOST_ROWS", 5)
    long = [values(case="long", reference=f"t-{n}") for n in range(6)]
    summary = imported(write(tmp_path / "log.csv", [*a_log(2), *long]))
    assert counted(summary) == (3, 12, 10, 6, 0)
    assert summary.refused == 1
    assert "6 rows in one case" in summary.problems[0].reason


def test_what_a_later_log_tells_otherwise_is_told(imported, tmp_path):
    imported(write(tmp_path / "log.csv", a_log(2)))
    told = [row | {"case:responsible": "Zhao"} for row in a_log(2)]
    summary = imported(write(tmp_path / "later.csv", told))
    assert counted(summary) == (2, 6, 0, 0, 6)
    assert [(one.case, one.effect) for one in summary.problems] == [
        ("k-0", "kept as imported before"),
        ("k-1", "kept as imported before"),
    ]


def test_the_report_has_every_problem_and_the_summary_the_first_of_them(imported, tmp_path):
    told = [values(case=f"k-{n}", activity="Ponder") for n in range(REPORTED + 200)]
    report = tmp_path / "problems.jsonl"
    summary = imported(write(tmp_path / "log.csv", told), report=report)
    assert (summary.problem_count, len(summary.problems)) == (REPORTED + 200, REPORTED)
    lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert [line["line"] for line in lines] == list(range(2, REPORTED + 202))
    assert lines[0] == {
        "line": 2,
        "case": "k-0",
        "reason": "activity 'Ponder' is not in the mapping's activities",
        "effect": "case refused",
    }
    assert json.loads(summary.model_dump_json())["problems"] == lines[:REPORTED]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        HEADER.replace("org:group", "group").encode() + b"\n",
        gzip.compress(b"\n".join([HEADER.encode(), b"x" * 99]))[:-9],
        HEADER.encode() + b"\n" + b"x" * (1 << 20),
    ],
    ids=["empty", "another column", "cut", "endless line"],
)
def test_of_a_file_that_is_no_log_nothing_is_imported(imported, store, tmp_path, content):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(BadLog, match=r"log\.csv"):
        imported(path)
    assert everything(store) == {}
    assert not list((tmp_path / "imports").iterdir())


def test_of_xes_that_breaks_off_nothing_is_imported(imported, store, tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(as_xes(a_log(3000))[:-100])
    with pytest.raises(BadLog, match="no XML"):
        imported(path)
    assert everything(store) == {}


def test_a_failing_store_ends_the_import(store, mapped, tmp_path):
    class Full:
        load = store.load

        def append(self, *_: object) -> None:
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        run_import(into(Full()), write(tmp_path / "log.csv", a_log(200)), mapped, data=tmp_path)
    assert not list((tmp_path / "imports").iterdir())


# Interrupted, and at the same time


def process(data: Path, log: Path, mapped: Path, *kill: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.importing.import_process"]
    return subprocess.Popen(
        [*command, str(data), str(log), str(mapped), *kill],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("kill", [("reading", "1"), ("importing", "1"), ("importing", "170")])
def test_an_import_that_was_killed_goes_on_as_if_it_had_not_been(
    imported, store, mapped, tmp_path, kill
):
    phase, done = kill
    path = write(tmp_path / "log.csv", a_log(300))
    imported(path)
    data = tmp_path / "killed"
    data.mkdir()
    killed = process(data, path, mapped, phase, done)
    assert killed.communicate()[0] == ""
    assert killed.returncode == -9
    assert list((data / "imports").iterdir())
    again = SqliteStore(data / "events.db")
    before = len(everything(again))
    assert before == 0 if phase == "reading" else int(done) <= before < 300
    summary = run_import(into(again), path, mapped, data=data)
    assert counted(summary) == (300, 900, 1500 - 5 * before, 0, 3 * before)
    assert everything(again) == everything(store)
    assert not list((data / "imports").iterdir())
    again.close()


def test_two_imports_of_one_log_at_once_import_it_once(imported, store, mapped, tmp_path):
    path = write(tmp_path / "log.csv", a_log(300))
    imported(path)
    data = tmp_path / "both"
    data.mkdir()
    both = [process(data, path, mapped) for _ in range(2)]
    summaries = [json.loads(one.communicate()[0]) for one in both]
    assert sum(one["events"] for one in summaries) == 1500
    assert sum(one["already"] for one in summaries) == 900
    with_both = SqliteStore(data / "events.db")
    assert everything(with_both) == everything(store)
    with_both.close()


# The mapping in its file


def test_what_is_wrong_with_a_mapping_is_told_by_file_and_line(tmp_path):
    path = tmp_path / "m.yaml"
    text = (EXAMPLES / "receipt-mapping.yaml").read_text("utf-8")
    path.write_text(text.replace("Desk: window", "Desk: widow"), encoding="utf-8")
    line = text[: text.index("Desk: window")].count("\n") + 1
    with pytest.raises(BadYaml, match=rf"m\.yaml:{line}: channels\.Desk: Input should be"):
        yaml_file.read(path, Mapping)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ": the file is empty"),
        ("a: [1\nb: 2\n", ":2: not YAML: "),
        ("source: x\nsource: y\n", ":2: 'source' is there twice"),
        ("- source\n", ":1: Input should be"),
        ("source: s\ncolumns:\n  case: c\n  when: t\n", ":4: columns.when: Extra inputs"),
        ("source: s\ncolumns:\n  case: c\n", ":2: columns.time: Field required"),
        ("&a [*a]", ":1: not YAML: found unconstructable recursive node"),
        ("[" * 3000, ": nested too deeply"),
    ],
)
def test_a_file_that_is_no_mapping_is_told(tmp_path, text, told):
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadYaml) as found:
        yaml_file.read(path, Mapping)
    assert f"{path}{told}" in str(found.value)


def test_aliases_of_a_mapping_are_looked_at_once(tmp_path):
    path = tmp_path / "m.yaml"
    laughs = "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 30))
    path.write_text(f"a0: &a0 [x]\n{laughs}")
    with pytest.raises(BadYaml, match="a29: Extra inputs"):
        yaml_file.read(path, Mapping)


def test_values_of_a_mapping_need_no_quotes(tmp_path):
    path = tmp_path / "m.yaml"
    text = (EXAMPLES / "xes-mapping.yaml").read_text("utf-8").replace('"449900"', "449900")
    path.write_text(text.replace("activities: {}", "activities: {No: {}, 01: {}}"), "utf-8")
    read = yaml_file.read(path, Mapping)
    assert (read.division, list(read.activities)) == ("449900", ["No", "01"])


# The example mappings, and the real log


def test_the_example_for_xes_imports_a_log_of_the_standards_extensions(store, tmp_path):
    path = tmp_path / "log.xes"
    path.write_text(
        """<log><trace><string key="concept:name" value="7"/>
        <event><string key="concept:name" value="Register"/>
        <date key="time:timestamp" value="2026-01-12T09:00:00+08:00"/></event>
        </trace></log>"""
    )
    summary = run_import(into(store), path, EXAMPLES / "xes-mapping.yaml", data=tmp_path)
    assert counted(summary) == (1, 1, 2, 0, 0)


@pytest.mark.skipif(not RECEIPT.exists(), reason=f"the real log is not at {RECEIPT}")
def test_the_real_log_is_imported_row_for_row(store, tmp_path):
    mapping = EXAMPLES / "receipt-mapping.yaml"
    summary = run_import(into(store), RECEIPT, mapping, data=tmp_path)
    told = _receipt()
    ended = {row["case:concept:name"] for row in told.values() if row["case:enddate"]}
    assert counted(summary) == (1434, 8577, 1434 + 8577 + len(ended), 0, 0)

    events = everything(store)
    found = Counter(source for one in events.values() for *_, source, _ in one if "#" in source)
    assert found == Counter(told.keys())
    people, groups = set(), set()
    for one in events.values():
        first = one[0][-1]
        assert isinstance(first, CaseImported)
        for _, at, actor, channel, source, data in one:
            if source not in told:
                continue
            row = told[source]
            assert at == datetime.fromisoformat(row["time:timestamp"]).isoformat()
            assert channel is _CHANNELS[row["case:channel"]]
            assert actor.account == row["org:resource"]
            assert actor.department == _department(row["org:group"], first)
            if isinstance(data, StepRecorded):
                assert (data.handler, data.step) == (row["org:resource"], row["concept:instance"])
            assert first.reference == row["case:concept:name"]
            assert first.responsible == row["case:responsible"]
            assert first.deadline == datetime.fromisoformat(row["case:deadline"])
            assert one[0][1] == datetime.fromisoformat(row["case:startdate"]).isoformat()
            people.add(actor.account)
            groups.add(row["org:group"])
    assert (len(people), len(groups)) == (48, 10)

    again = run_import(into(store), RECEIPT, mapping, data=tmp_path)
    assert counted(again) == (1434, 8577, 0, 0, 8577)
    assert everything(store) == events


_CHANNELS = {
    "Internet": Channel.WEB,
    "Desk": Channel.WINDOW,
    "Post": Channel.POST,
    "e-mail": Channel.EMAIL,
    "Intern": Channel.INTERNAL,
}


def _department(group: str, case: CaseImported) -> str:
    if group == "EMPTY":
        return case.department
    return f"449900-{group.lower().replace(' ', '-')}"


def _receipt() -> dict[str, dict[str, str]]:
    """Every row by the source that its event must have."""
    text = io.StringIO(gzip.decompress(RECEIPT.read_bytes()).decode())
    return {
        f"receipt.csv.gz#{line} {row['concept:instance']}": row
        for line, row in enumerate(csv.DictReader(text), start=2)
    }
