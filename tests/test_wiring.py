"""What the subjects' wirings name is there, is used, and has its line in app.py."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from chalice.app import Chalice

import app
from chalicelib import subjects
from chalicelib.bootstrap.codec import CODEC
from chalicelib.bootstrap.consuming import consumers, group
from chalicelib.cases.http import documents
from chalicelib.cases.wiring import MEDIA_TYPES
from chalicelib.subjects import FOUNDATION, SUBJECTS, entries, for_readers, function_of, load
from chalicelib.submissions.http.commands import COMMANDS
from chalicelib.triggers.functions import rate
from chalicelib.web.docs import PARTS

from .office import Office

PACKAGE = Path(subjects.__file__).parent


def test_every_wiring_is_that_of_a_subject():
    wired = {path.parent.name for path in PACKAGE.glob("*/wiring.py")}
    assert wired == {*FOUNDATION, *SUBJECTS}


@pytest.mark.parametrize("subject", [*FOUNDATION, *SUBJECTS])
def test_a_wiring_imports_nothing(subject: str):
    tree = ast.parse((PACKAGE / subject / "wiring.py").read_text(encoding="utf-8"))
    assert not [one for one in ast.walk(tree) if isinstance(one, ast.Import | ast.ImportFrom)]


def test_no_wiring_costs_an_import():
    script = (
        "import sys; from chalicelib.subjects import entries; entries('ROUTES');"
        "print([m for m in sys.modules if m.startswith(('chalicelib.', 'pydantic', 'boto'))"
        " and not m.endswith('.wiring') and m.count('.') > 1])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert found.stdout == b"[]\n"


def test_a_type_of_event_has_one_name_in_all_categories():
    every = [name for one in CODEC.categories.values() for name in one.types]
    assert len(every) == len(set(every)) == len(CODEC.types)


def test_streams_are_called_by_their_category():
    for category, types in entries("EVENTS"):
        assert load(types.replace(":EVENTS", ":CATEGORY")) == category


def test_every_consumer_names_the_events_that_it_is_for(office: Office):
    for one in consumers(office.platform):
        assert one.events is not None, one.name
        assert one.events <= set(CODEC.types.values()), one.name


def test_app_py_has_one_line_for_each_function():
    wired = {function_of(one) for one in (*entries("CONSUMERS"), *entries("SCHEDULES"))}
    engine = {"sequence", "rebuild_step", "heal", "sweep", "reconcile"}
    triggers = {one.name for one in app.app.event_sources}
    assert triggers == wired | engine
    assert triggers <= vars(app).keys()  # AWS finds a function by its name


def test_a_wake_up_makes_the_consumers_of_its_function_alone(office: Office):
    assert [one.name for one in group(office.platform, "open_cases")] == ["open_cases"]
    with pytest.raises(KeyError):
        group(office.platform, "nobody")


def test_a_function_serves_all_of_its_group(office: Office, monkeypatch: pytest.MonkeyPatch):
    lines = [
        ("powers", "people.projections.representation:PROJECTION", ("PROJECT",), "lists"),
        ("open_cases", "submissions.projections.open_cases:PROJECTION", ("PROJECT",), "lists"),
    ]
    monkeypatch.setattr("chalicelib.bootstrap.consuming.entries", lambda _: lines)
    assert [one.name for one in group(office.platform, "lists")] == ["powers", "open_cases"]


def test_a_consumer_that_the_wiring_calls_otherwise_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    lines = [("duties", "people.projections.representation:PROJECTION", ("PROJECT",))]
    monkeypatch.setattr("chalicelib.bootstrap.consuming.entries", lambda _: lines)
    with pytest.raises(ValueError, match="is called powers, and duties in the wiring"):
        consumers(office.platform)


def test_a_schedule_runs_as_often_as_it_says():
    assert rate("timers") == "rate(5 minutes)"
    with pytest.raises(ValueError, match="the schedules of nothing run every"):
        rate("nothing")


def test_every_command_to_a_case_has_a_route():
    routed = {handler.partition(":")[2] for _, _, handler, *_ in entries("ROUTES")}
    assert {one.__name__ for one in COMMANDS} <= routed


def test_no_two_routes_are_one():
    every = [(method, path) for method, path, *_ in entries("ROUTES")]
    assert len(every) == len(set(every))


def test_no_two_wirings_describe_one_parameter_or_tag():
    for table in ("PARAMETERS", "TAGS"):
        names = [name for name, *_ in entries(table)]
        assert len(names) == len(set(names)), table


def test_readers_get_all_that_is_wired_with_cases_first_and_the_service_last():
    for table in ("PHASES", "TAGS", "PARAMETERS"):
        assert sorted(map(str, for_readers(table))) == sorted(map(str, entries(table)))
    tags = [tag for tag, _ in for_readers("TAGS")]
    assert (tags[0], tags[-1]) == ("cases", "service")


def test_the_page_has_the_parts_that_the_wiring_says():
    (parts,) = [schema["enum"] for name, _, schema in entries("PARAMETERS") if name == "file"]
    assert parts == sorted(PARTS)


def test_documents_are_taken_as_the_wiring_says():
    assert MEDIA_TYPES == documents.MEDIA_TYPES


def test_every_route_stands_in_chalice_as_it_is_wired():
    assert isinstance(app.app, Chalice)
    there = {(method, path) for path, methods in app.app.routes.items() for method in methods}
    assert there == {(method, path) for method, path, *_ in entries("ROUTES")}
