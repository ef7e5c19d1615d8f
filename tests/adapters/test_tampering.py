"""What was changed in the store is refused by `load`, and named by the audit; in every store."""

import sqlite3
from contextlib import closing

import pytest

from chalicelib.adapters.dynamodb.items import to_item
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.auditing.reconciling import reconcile
from chalicelib.eventlog.ports import CommandId, Damaged, History, chained

from .commits import add
from .dynamodb.aws_log import sequenced
from .dynamodb.edge import TABLE, emulated

STREAM = "case-1"
ITEM = {"stream": {"S": STREAM}}


class Sqlite:
    """The store, and somebody with the file in his hands."""

    def __init__(self, path):
        self.path = path
        self.store = self.log = SqliteStore(path)

    def settle(self):
        pass

    def sql(self, statement, *values):
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("PRAGMA ignore_check_constraints = ON")
            assert db.execute(statement, values).rowcount >= 1

    def overwrite(self, version):
        self.sql(
            "UPDATE commits SET body = x'5b5d' WHERE stream = ? AND version = ?", STREAM, version
        )

    def add(self, commit):
        position = self.sql_position()
        self.sql(
            "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(position, commit.stream, commit.version, commit.length, *commit.command),
            *(commit.hash, commit.body),
        )

    def sql_position(self):
        """Where the log is not read."""
        return 0


class Dynamo:
    """The table, and a role that may put items."""

    def __init__(self, client):
        self.client = client
        self.store = DynamoStore(client, TABLE)
        self.log, self.settle = sequenced(client, TABLE)

    def key(self, version):
        return {**ITEM, "version": {"N": str(version)}}

    def overwrite(self, version):
        self.client.update_item(
            TableName=TABLE,
            Key=self.key(version),
            UpdateExpression="SET b = :b",
            ExpressionAttributeValues={":b": {"B": b"[]"}},
        )

    def add(self, commit):
        self.client.put_item(TableName=TABLE, Item=to_item(commit))

    def remove(self, version):
        self.client.delete_item(TableName=TABLE, Key=self.key(version))

    def empty(self, version):
        self.client.put_item(TableName=TABLE, Item=self.key(version))


@pytest.fixture
def sqlite_place(path):
    place = Sqlite(path)
    yield place
    place.store.close()


@pytest.fixture
def dynamo_place():
    with emulated() as client:
        yield Dynamo(client)


@pytest.fixture(params=["sqlite_place", "dynamo_place"])
def place(request):
    made = request.getfixturevalue(request.param)
    for n in range(4):
        add(made.store, STREAM, f"command-{n}", length=1 + n % 2, body=b'{"n":%d}' % n)
        add(made.store, "case-2", f"command-{n}")
    made.settle()
    return made


def found(place, after=0):
    return [
        (one.kind, one.stream, one.version)
        for one in reconcile(place.store, place.log, after, at_once=1).findings
    ]


def forged(history, **other):
    """What comes next, as who knows the hashes makes it."""
    return history.following(CommandId("forged", b"f"), 1, b'{"forged":1}')._replace(**other)


def test_an_untouched_store_has_no_findings(place):
    report = reconcile(place.store, place.log, at_once=1)
    assert report.clean
    assert (report.events, report.streams, report.until) == (10, 2, place.log.head())


def test_load_refuses_what_was_overwritten(place):
    place.overwrite(2)
    with pytest.raises(Damaged, match=r"case-1 was altered at version 2"):
        place.store.load(STREAM)


def test_load_refuses_what_is_new_and_was_overwritten_though_it_knows_the_rest(place):
    known = place.store.load("case-1")
    add(place.store, STREAM, "command-5")
    place.overwrite(known.version + 1)
    with pytest.raises(Damaged):
        place.store.load(STREAM, known)


def test_load_refuses_a_commit_of_no_events_or_fewer(place):
    history = place.store.load(STREAM)
    following = forged(history)
    negative = following._replace(length=-3)
    place.add(negative._replace(hash=chained(history.hash, negative)))
    with pytest.raises(Damaged):
        place.store.load(STREAM)


def test_what_was_overwritten_is_named(place):
    place.overwrite(2)
    kinds = found(place)
    # SQLite has one row for both: there it is the chain that tells.
    assert ("overwritten", STREAM, 2) in kinds


def test_what_was_added_below_the_first_version_is_named(place):
    place.add(forged(History(STREAM), version=0))
    assert ("added" in {kind for kind, *_ in found(place)}) or ("emptied", STREAM, 0) in found(
        place
    )


def test_the_next_time_goes_on_where_this_one_ended(place):
    until = reconcile(place.store, place.log, at_once=1).until
    assert reconcile(place.store, place.log, until, at_once=1).events == 0
    add(place.store, "case-3", "submit", length=2)
    place.settle()
    again = reconcile(place.store, place.log, until, at_once=1)
    assert (again.events, again.streams, again.clean) == (2, 1, True)


def test_an_older_item_of_a_stream_that_has_something_new_is_found(place):
    until = reconcile(place.store, place.log, at_once=1).until
    add(place.store, STREAM, "later")
    place.settle()
    place.overwrite(2)  # while nobody listens to the table's stream
    assert found(place, until) == [("overwritten", STREAM, 2)]


@pytest.mark.parametrize("version", [1, 2, 5])
def test_an_item_that_was_removed_is_named(dynamo_place, version):
    place = dynamo_place
    for n in range(4):
        add(place.store, STREAM, f"command-{n}", length=1 + n % 2)
    place.settle()
    place.remove(version)
    assert found(place) == [("removed", STREAM, version)]


def test_an_item_that_was_emptied_is_named_and_refused(dynamo_place):
    place = dynamo_place
    for n in range(3):
        add(place.store, STREAM, f"command-{n}")
    place.settle()
    place.empty(2)
    assert found(place) == [("emptied", STREAM, 2)]
    with pytest.raises(Damaged):
        place.store.load(STREAM)


def test_what_the_sequencer_has_yet_to_take_is_no_finding(dynamo_place):
    place = dynamo_place
    add(place.store, STREAM, "one")
    place.settle()
    add(place.store, STREAM, "two")
    assert found(place) == []


def test_an_item_that_does_not_continue_its_stream_is_named(dynamo_place):
    place = dynamo_place
    history = place.store.load(STREAM)
    add(place.store, STREAM, "one")
    place.settle()
    place.add(forged(history, version=2))
    assert found(place) == [("overwritten", STREAM, 2)]


def test_what_lies_at_position_0_is_in_no_log_and_not_loaded(sqlite_place):
    """CaseGranted in a denied case: a right hash, and a place where the log is not read."""
    place = sqlite_place
    add(place.store, STREAM, "one")
    place.add(forged(place.store.load(STREAM)))
    with pytest.raises(Damaged):
        place.store.load(STREAM)
    assert found(place) == [("emptied", STREAM, 2)]
