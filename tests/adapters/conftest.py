"""Where the contract suites run. A new adapter adds one fixture and its name."""

import sqlite3
from contextlib import closing

import pytest

from chalicelib.adapters.files import FileBlobs
from chalicelib.adapters.sqlite_store import SqliteStore

from .commits import Place

STORES = ["sqlite"]
BLOBS = ["files"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.db"


@pytest.fixture
def sql(path):
    """Runs statements on the file behind the store's back."""

    def run(*statements):
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)

    return run


@pytest.fixture
def sqlite(path):
    with closing(SqliteStore(path)) as store:
        yield Place(store, store)


@pytest.fixture
def files(tmp_path):
    return FileBlobs(tmp_path / "documents")


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
