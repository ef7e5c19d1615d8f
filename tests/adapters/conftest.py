"""Where the contract suites run. A new adapter adds one fixture and its name."""

import sqlite3
from contextlib import closing

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.local.files import FileBlobs
from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.watching.watch import ObservedStore
from chalicelib.eventlog.telemetry import Silent

from .. import cloud
from .commits import Place
from .dynamodb.aws_log import sequenced
from .dynamodb.edge import TABLE, Edge, emulated

STORES = ["sqlite", "observed_sqlite", "dynamodb"]
BLOBS = ["files", "s3"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.db"


@pytest.fixture
def sql(path):
    """Runs statements on the file behind the store's back."""

    def run(*statements):
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            # Constraints bind who means well.
            db.execute("PRAGMA ignore_check_constraints = ON")
            for statement in statements:
                db.execute(statement)

    return run


@pytest.fixture
def sqlite(path):
    with closing(SqliteStore(path)) as store:
        yield Place(store, store)


@pytest.fixture
def observed_sqlite(sqlite):
    return sqlite._replace(store=ObservedStore(sqlite.store, Silent()))


@pytest.fixture
def dynamodb():
    with emulated() as client:
        Edge(client)
        log, settle = sequenced(client, TABLE)
        yield Place(DynamoStore(client, TABLE), log, settle)


@pytest.fixture
def files(tmp_path):
    return FileBlobs(tmp_path / "documents")


@pytest.fixture
def s3():
    with mock_aws():
        yield S3Blobs(cloud.client("s3"), cloud.bucket())


@pytest.fixture(params=STORES)
def place(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def store(place):
    return place.store


@pytest.fixture
def log(place):
    return place.log


@pytest.fixture(params=BLOBS)
def blobs(request):
    return request.getfixturevalue(request.param)
