"""The figures that the README quotes of DynamoDB: what can be promised of them is promised here."""

import pytest

from benchmarks.dynamodb import commands, create_table, emulator
from benchmarks.dynamodb_costs import DESIGNS, dollars, sequencing_write_units
from tests.adapters.dynamodb_edge import emulated


def test_a_command_is_two_calls_and_a_commit_one_write_unit():
    """moto reports one unit for whatever is put; `commands` asserts what the rules say as well."""
    with emulated() as client:
        create_table(client)
        figures = commands(client, cases=2)
    assert (figures["calls_per_command"], figures["wcu_per_commit"]) == (2, 1)
    assert 700 < figures["item_bytes"] <= 1024


def test_an_emulator_that_counts_bytes_reports_one_write_unit():
    with emulator() as client:
        create_table(client)
        assert commands(client, cases=1)["wcu_per_commit"] == 1
        answer = client.put_item(
            TableName="banjian-benchmark-events",
            Item={"stream": {"S": "case-1"}, "version": {"N": "1"}, "b": {"B": bytes(1100)}},
            ReturnConsumedCapacity="TOTAL",
        )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 2


def test_the_log_adds_at_most_what_was_promised():
    assert 1 + sequencing_write_units() <= 3.2


@pytest.mark.parametrize("other", DESIGNS[1:], ids=lambda design: design.name)
def test_a_commit_in_one_item_is_the_cheapest_to_write(other):
    ours = DESIGNS[0]
    assert sum(ours.writes) < sum(other.writes)
    assert sum(dollars(ours).values()) < sum(dollars(other).values())
    assert dollars(ours)["writes"] == pytest.approx(5.0)
