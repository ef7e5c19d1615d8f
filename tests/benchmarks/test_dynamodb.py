"""The figures that the README quotes of DynamoDB: what can be promised of them is promised here."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from benchmarks.dynamodb import (
    TABLE,
    commands,
    create_table,
    emulator,
    measured,
    metered,
    sequenced,
)
from benchmarks.dynamodb_costs import (
    DESIGNS,
    EVENTS,
    LAYOUTS,
    costs,
    dollars,
    plain_case,
    readme_table,
    sequencing_write_units,
)
from chalicelib.eventlog.ports import CommandId, Conflict
from tests.adapters.dynamodb.edge import emulated

OURS, TIP, DEFLATED_TIP, TRANSACTION = DESIGNS


def name(of):
    return of.name


@pytest.fixture(scope="module")
def counting():
    """An emulator that counts bytes, which moto does not."""
    with emulator() as client:
        create_table(client)
        yield client


def test_a_command_is_two_calls_and_a_commit_one_write_unit():
    """moto reports one unit for whatever is put; `commands` asserts what the rules say as well."""
    with emulated() as client:
        create_table(client)
        figures = commands(client, cases=2)
    assert (figures["calls_per_command"], figures["wcu_per_commit"]) == (2, 1)
    assert 700 < figures["item_bytes"] <= 1024


def test_an_emulator_that_counts_bytes_reports_one_write_unit(counting):
    assert commands(counting, cases=1)["wcu_per_commit"] == 1
    answer = counting.put_item(
        TableName=TABLE,
        Item={"stream": {"S": "case-1"}, "version": {"N": "1"}, "b": {"B": bytes(1100)}},
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 2


def test_a_commit_costs_at_most_what_was_promised_with_its_place_in_the_log(counting):
    found = sequenced(counting, segments=2)
    assert found <= 3.2
    assert found == pytest.approx(1 + sequencing_write_units())


def test_a_write_whose_units_are_not_told_is_not_taken_for_free(counting):
    put = {
        "TableName": TABLE,
        "Item": {"stream": {"S": "case-2"}, "version": {"N": "1"}},
        "ConditionExpression": "attribute_not_exists(version)",
    }
    with metered(counting) as meter:
        counting.put_item(**put)
        assert meter.write_units == 1
        with pytest.raises(ValueError, match="does not say what it took"):
            counting.put_item(**put)


@pytest.mark.parametrize(("layout", "design"), [*zip(LAYOUTS, DESIGNS, strict=True)], ids=name)
def test_what_a_design_takes_is_what_the_tables_rest_on(counting, layout, design):
    found = measured(counting, layout)
    assert (found.writes, found.reads) == (design.writes, design.reads)
    # Another zlib may deflate a little better.
    assert found.stored == pytest.approx(design.stored, rel=0.02)


@pytest.mark.parametrize("layout", LAYOUTS, ids=name)
def test_every_design_that_is_compared_refuses_a_writer_that_is_late(counting, layout):
    first, second, *_ = plain_case(f"case-late-{layout.name}")
    layout.write(counting, TABLE, [first])
    layout.write(counting, TABLE, [first, second])
    late = second._replace(command=CommandId("somebody-else", bytes(32)))
    with pytest.raises((Conflict, ClientError), match=r"no longer|ConditionalCheckFailed"):
        layout.write(counting, TABLE, [first, late])


def test_the_case_has_the_events_that_the_costs_are_of():
    case = plain_case("case-1")
    assert len(case) == EVENTS
    assert [commit.version for commit in case] == list(range(1, EVENTS + 1))


@pytest.mark.parametrize("other", DESIGNS[1:], ids=name)
def test_a_commit_in_one_item_is_the_cheapest_to_write(other):
    assert sum(OURS.writes) < sum(other.writes)
    assert dollars(OURS)["writes"] == pytest.approx(5.625)


@pytest.mark.parametrize("other", [TIP, TRANSACTION], ids=name)
def test_a_commit_in_one_item_is_cheaper_in_all(other):
    assert sum(dollars(OURS).values()) < sum(dollars(other).values())


def test_a_deflated_tip_is_dearer_to_write_and_saves_more_than_that_in_a_year_of_storage():
    saved = {part: dollars(OURS)[part] - cost for part, cost in dollars(DEFLATED_TIP).items()}
    assert {part for part, cost in saved.items() if cost > 0} == {
        "table storage for a year",
        "reads",
    }
    assert sum(saved.values()) > 0


def test_the_units_that_were_measured_of_the_log_are_paid_for():
    assert dollars(OURS, 3.0)["sequencing"] == pytest.approx(8e6 * 3.0 * 0.625e-6)
    found = costs(OURS, 3.0)
    assert found.writes_and_log == pytest.approx(5.625 + 15)
    assert found.total == pytest.approx(sum(dollars(OURS, 3.0).values()))


def test_the_table_has_a_line_for_every_design():
    assert (
        readme_table([OURS], 3.0)
        .splitlines()[-1]
        .startswith("| commit per item | 9 | $5.63 | $20.63 | $")
    )
    assert len(readme_table(DESIGNS, 3.0).splitlines()) == 2 + len(DESIGNS)


def test_the_readme_has_the_table_that_the_code_computes():
    readme = Path(__file__).parents[2] / "README.md"
    assert readme_table(DESIGNS, sequencing_write_units()) in readme.read_text(encoding="utf-8")
