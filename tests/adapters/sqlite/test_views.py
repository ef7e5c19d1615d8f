"""What only SqliteViews can be asked."""

import re
import sqlite3

import pytest

from chalicelib.adapters.sqlite import views_tables as sqlite_views_tables
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog.views.port import Batch, ViewsDamaged, ViewsError

from ..test_views import START, fill, put


@pytest.fixture
def sqlite(tmp_path):
    views = SqliteViews(str(tmp_path / "views.db"))
    yield views
    views.close()


def test_a_deep_page_is_read_from_the_index_without_sorting(tmp_path):
    SqliteViews(str(tmp_path / "views.db")).close()
    with sqlite3.connect(tmp_path / "views.db") as db:
        for sql, values in (
            (sqlite_views_tables.ASCENDING, ("v", "i", "p", "s", "k", b"", 10)),
            (sqlite_views_tables.DESCENDING, ("v", "i", "p", "s", "k", "", 10)),
        ):
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            assert "TEMP B-TREE" not in plan
            assert re.search(r"part=\? AND .*\(sort,key\)[<>]\(\?,\?\)", plan)
    db.close()


def test_a_file_that_is_no_database_is_named_in_the_error(tmp_path):
    path = tmp_path / "views.db"
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(ViewsDamaged, match=r"views\.db is damaged .*file is not a database"):
        SqliteViews(str(path))


def test_a_failed_write_leaves_nothing_behind(sqlite):
    work = sqlite.create("work", "1")
    broken = put("case-2", 1)._replace(key=b"\xff")
    with pytest.raises(ViewsError):
        sqlite.commit(work, Batch(START, 1, [put("case-1", 1), broken]))
    assert sqlite.get("work", "case-1") is None
    fill(sqlite, work, put("case-1", 1))
    assert sqlite.get("work", "case-1") == {"case": "case-1"}
