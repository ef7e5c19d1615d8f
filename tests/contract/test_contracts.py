"""events/: what was published is forever, and says what the code does."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError, create_model
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from typer.testing import CliRunner

from chalicelib import cli
from chalicelib.cases import domain as case
from chalicelib.cases.domain.commands import RefuseAcceptance
from chalicelib.cases.domain.events import CaseAccepted, CaseTransferred, CertificateIssued
from chalicelib.cases.domain.state import LEADS_TO
from chalicelib.certificates.domain.commands import Cancel
from chalicelib.cli import contracts as command
from chalicelib.contract import contracts, view_rows
from chalicelib.contract.docstrings import meaning, sentences, term
from chalicelib.contract.events import event_schema, event_types, phases, published
from chalicelib.eventlog.codec import codec, decode
from chalicelib.eventlog.envelope import Recorded
from chalicelib.eventlog.views.port import Projection, Row
from chalicelib.kernel.base import Frozen
from chalicelib.submissions.projections import open_cases

from ..serving.keeping import again, commit_of, decoded
from ..stories.cases import ROOT, told
from .asyncapi_rules import ASYNCAPI, dangling

EVENTS = ROOT / "events"


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


EXAMPLES = {path: read(path) for path in sorted(EVENTS.glob("*/*.example.json"))}


@lru_cache
def retrieve(uri: str) -> Resource[Any]:
    """The file under events/ that a relative reference of asyncapi.json names."""
    return Resource.from_contents(read(EVENTS / uri), default_specification=DRAFT202012)


REGISTRY: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]  # attrs' alias


def errors(schema: dict[str, Any], value: object) -> list[str]:
    checker = Draft202012Validator.FORMAT_CHECKER
    validator = Draft202012Validator(schema, registry=REGISTRY, format_checker=checker)
    return [error.message for error in validator.iter_errors(value)]


def schema_of(event: dict[str, Any]) -> dict[str, Any]:
    category = event["stream"].partition("-")[0]
    return read(EVENTS / category / f"{event['type']}.v{event['schema']}.schema.json")


@pytest.fixture(scope="module")
def happened(tmp_path_factory: pytest.TempPathFactory) -> list[Recorded]:
    """Every event of every story."""
    return told(tmp_path_factory.mktemp("stories"))


def test_the_published_files_are_those_that_the_code_makes():
    assert contracts.differences(ROOT) == [], "run: make contracts"


def test_nothing_that_was_published_is_gone_and_every_type_has_an_example():
    assert contracts.gaps(ROOT) == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_read_kept_and_published_again_as_it_was(path: Path):
    example = EXAMPLES[path]
    one = decoded(example)
    assert again(one) == published(one)
    current = {event.name: event.schema for event in event_types()}
    if example["schema"] == current[example["type"]]:  # an older one comes in today's schema
        assert published(one) == example


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_fits_its_schema_and_the_envelope(path: Path):
    example = EXAMPLES[path]
    assert path.name == f"{example['type']}.v{example['schema']}.example.json"
    assert errors(schema_of(example), example["data"]) == []
    assert errors(read(EVENTS / "envelope.schema.json"), example) == []


@pytest.mark.parametrize("path", sorted(EVENTS.rglob("*.schema.json")), ids=lambda path: path.name)
def test_a_schema_keeps_the_rules_of_json_schema(path: Path):
    Draft202012Validator.check_schema(read(path))


def test_whatever_happens_fits_what_is_published(happened: list[Recorded]):
    envelope = read(EVENTS / "envelope.schema.json")
    for one in happened:
        event = published(one)
        assert errors(envelope, event) == []
        assert errors(schema_of(event), event["data"]) == [], event["type"]


def test_every_event_type_happens_in_the_stories(happened: list[Recorded]):
    assert {one.type for one in happened} == {event.name for event in event_types()}


def test_an_event_leads_to_the_state_that_is_published(happened: list[Recorded]):
    leads_to: dict[str, set[str]] = defaultdict(set)
    states: dict[str, case.State] = {}
    for one in happened:
        if one.stream.startswith("case-"):
            before = states.get(one.stream, case.initial)
            after = states[one.stream] = case.evolve(before, one.data)  # type: ignore[arg-type]
            leads_to[one.type] |= {_name(after)} - {_name(before)}
    told_of = {kind.__name__: {state.__name__.lower()} for kind, state in LEADS_TO.items()}
    assert {name: states for name, states in leads_to.items() if states} == told_of


def _name(state: case.State) -> str:
    return type(state).__name__.lower()


def test_no_event_type_stands_under_two_phases():
    every = [kind.__name__ for phase in phases() for kind in phase.kinds]
    assert sorted(every) == sorted(event.name for event in event_types())


def test_the_meaning_of_an_event_is_its_docstring_without_the_term():
    kind = CaseTransferred
    assert (term(kind), meaning(kind)) == (
        "转办 / 转报",
        "From now on `to_department` in `to_division` is responsible.",
    )


def test_what_a_docstring_leaves_out_is_told_so():
    assert meaning(CertificateIssued).endswith("`valid_until` left out means without end.")


def test_a_summary_does_not_end_within_the_number_of_an_article():
    assert sentences(RefuseAcceptance) == (
        "不予受理: refuse to accept the case.",
        "Within the five days of art. 32.",
    )
    assert sentences(Cancel)[1] == ""


# What a mistake would look like


def mutated(**fields: Any) -> type[Frozen]:
    """CaseAccepted, as somebody might change it without a thought."""
    return create_model("CaseAccepted", __base__=Frozen, type=(str, "CaseAccepted"), **fields)


def accepted() -> dict[str, Any]:
    return read(EVENTS / "case" / "CaseAccepted.v1.example.json")


FIELDS = {name: (field.annotation, field) for name, field in CaseAccepted.model_fields.items()}
ON, DOCUMENT = FIELDS["on"], FIELDS["document"]


def test_an_unchanged_type_reads_its_example():
    one = decode(codec([mutated(on=ON, document=DOCUMENT)]), commit_of(accepted()))[0]
    assert published(one) == accepted()


def test_removing_a_field_from_an_event_fails():
    with pytest.raises(ValidationError, match="document"):
        decode(codec([mutated(on=ON)]), commit_of(accepted()))


def test_adding_a_field_that_must_be_there_fails():
    with pytest.raises(ValidationError, match="office"):
        decode(codec([mutated(on=ON, document=DOCUMENT, office=(str, ...))]), commit_of(accepted()))


def test_adding_a_field_that_is_written_from_now_on_shows():
    kind = mutated(on=ON, document=DOCUMENT, office=(str, "hall"))
    assert published(decode(codec([kind]), commit_of(accepted()))[0]) != accepted()


# Personal data


def marked(schema: Any) -> Iterator[str]:
    """The names of the fields that are marked as personal data."""
    if isinstance(schema, dict):
        for name, one in schema.get("properties", {}).items():
            if one.get("x-personal-data"):
                yield name
        for one in schema.values():
            yield from marked(one)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("CaseSubmitted", {"name", "id_number", "phone", "form", "title"}),
        ("MistakeCorrected", {"was", "now"}),
        ("ResultDelivered", {"recipient"}),
        ("CaseRated", {"comment"}),
        ("CaseAccepted", set()),
    ],
)
def test_personal_data_is_marked(name: str, fields: set[str]):
    event = next(event for event in event_types() if event.name == name)
    assert set(marked(event_schema(event))) == fields


# The envelope and AsyncAPI


def test_the_envelope_is_what_every_reader_gets():
    assert list(read(EVENTS / "envelope.schema.json")["properties"]) == list(Recorded._fields)


def test_asyncapi_keeps_the_rules_of_asyncapi():
    document = read(EVENTS / "asyncapi.json")
    assert errors(ASYNCAPI, document) == []
    assert dangling(document) == []


def test_asyncapi_refuses_what_does_not_keep_them():
    document = read(EVENTS / "asyncapi.json")
    document["operations"]["publish"]["channel"]["$ref"] = "#/channels/other"
    document["channels"]["log"]["adress"] = "typo"
    assert dangling(document) == ["#/channels/other"]
    assert len(errors(ASYNCAPI, document)) == 1


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_fits_the_message_of_its_type_and_no_other(path: Path):
    example = published(decoded(EXAMPLES[path]))
    messages = read(EVENTS / "asyncapi.json")["components"]["messages"]
    fitting = [name for name, one in messages.items() if not errors(one["payload"], example)]
    assert fitting == [f"{example['type']}.v{example['schema']}"]


def test_what_asyncapi_points_to_is_there():
    for message in read(EVENTS / "asyncapi.json")["components"]["messages"].values():
        assert (EVENTS / message["externalDocs"]["url"]).is_file()


# The command


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the contract consists of, for the command to work on."""
    for name in ("events", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    made = (contracts.OPENAPI, view_rows.FILE)
    for name in ("app.py", "pyproject.toml", *made):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    return tmp_path


def run(*options: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["contracts", *options], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def test_the_check_passes_where_nothing_was_changed(repository: Path):
    assert run("--check") == (0, "The published contract is current.\n")


def test_the_check_names_a_file_that_differs_and_says_what_to_do(repository: Path):
    path = repository / "events" / "case" / "CaseAccepted.v1.schema.json"
    path.write_text(path.read_text().replace("integer", "number").replace("受理", "接受"))
    code, said = run("--check")
    assert code == 1
    assert "events/case/CaseAccepted.v1.schema.json is not what the code says" in said
    assert "make contracts" in said


def test_the_command_makes_a_file_anew(repository: Path):
    path = repository / "events" / "asyncapi.json"
    before = path.read_text()
    path.unlink()
    assert run()[0] == 0
    assert path.read_text() == before


def test_the_command_never_touches_an_example(repository: Path):
    path = repository / "events" / "case" / "CaseAccepted.v1.example.json"
    path.write_text("{}")
    run()
    assert path.read_text() == "{}"


def test_a_missing_example_is_reported_and_not_made_up(repository: Path):
    path = repository / "events" / "case" / "CaseAccepted.v1.example.json"
    path.unlink()
    code, said = run()
    assert code == 1
    assert "events/case/CaseAccepted.v1.example.json is missing" in said
    assert not path.exists()


def test_a_type_that_was_given_up_is_reported(repository: Path):
    (repository / "events" / "case" / "CaseLost.v1.example.json").write_text("{}")
    code, said = run("--check")
    assert code == 1
    assert "events/case/CaseLost.v1.example.json belongs to no event type" in said


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_rows_that_changed_under_their_signature_are_not_recorded(
    options: list[str], repository: Path, monkeypatch: pytest.MonkeyPatch
):
    before = (repository / view_rows.FILE).read_text()
    monkeypatch.setattr(open_cases, "PROJECTION", _changed(open_cases.PROJECTION))
    code, said = run(*options)
    assert code == 1
    assert "rows of open_cases changed: raise its signature\n" in said
    assert (repository / view_rows.FILE).read_text() == before


def test_rows_that_changed_with_their_signature_are_recorded(
    repository: Path, monkeypatch: pytest.MonkeyPatch
):
    changed = _changed(open_cases.PROJECTION)._replace(signature="2")
    monkeypatch.setattr(open_cases, "PROJECTION", changed)
    code, said = run("--check")
    assert code == 1
    assert f"{view_rows.FILE} is not what the code says\n" in said
    assert run()[0] == 0
    assert run("--check") == (0, "The published contract is current.\n")


def _changed(view: Projection) -> Projection:
    """With a field more."""

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        after = view.evolve(row, event)
        return None if after is None else {**after, "added": True}

    return view._replace(evolve=evolve)


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_the_code_of_a_reason_is_not_given_up_unnoticed(options: list[str], repository: Path):
    page = repository / contracts.REASON_TABLE
    published = page.read_text().replace("| `accepted-already` |", "| `accepted-before` |", 1)
    page.write_text(published)
    code, said = run(*options)
    assert code == 1
    assert "nothing gives the reasons accepted-before any more" in said
    assert page.read_text() == published


def test_a_document_without_a_place_for_its_table_is_reported(repository: Path):
    (repository / "docs" / "events.md").write_text("# Events\n")
    code, said = run()
    assert code == 1
    assert "no place for the table" in said


def test_outside_the_repository_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(command, "ROOT", tmp_path)
    code, said = run("--check")
    assert code == 1
    assert "has no app.py, pyproject.toml, events, docs" in said
