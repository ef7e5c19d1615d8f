"""What every table of the registry must do, in SQLite and in DynamoDB."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.registry import DynamoRegistry
from chalicelib.adapters.sqlite.registry import SqliteRegistry
from chalicelib.codes.parties import EntityStatus, IdKind
from chalicelib.kernel.keyed import Keyring
from chalicelib.people.application.registry_load import BadRegistryFile, check, load
from chalicelib.people.application.registry_table import (
    Edition,
    Library,
    RegistryTable,
    TableRegistry,
)
from chalicelib.platform.registry import Match, NoRegistry, RegistryUnavailable
from tests import cloud

KEYS = Keyring(b"k" * 32)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ZHANG, WANG = "440802195503071232", "440811199008150034"
PEOPLE = f"name,id_number\n张三,{ZHANG}\n王五,{WANG}\n"
COMPANY = "91440800MA0EXAMP1A"
COMPANIES = (
    "credit_code,name,kind,status,representative_name,representative_id_number\n"
    f"{COMPANY},湛江示例建设有限公司,company,active,张三,{ZHANG}\n"
)


@pytest.fixture(params=["sqlite", "dynamodb"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RegistryTable]:
    if request.param == "sqlite":
        yield SqliteRegistry(tmp_path / "registry.db")
        return
    with mock_aws():
        cloud.table("views")
        yield DynamoRegistry(cloud.client("dynamodb"), "views")


@pytest.fixture
def registry(table: RegistryTable) -> TableRegistry:
    return TableRegistry(table, KEYS)


def loaded(table: RegistryTable, path: Path, text: str, library: Library) -> Any:
    path.write_text(text, encoding="utf-8")
    return load(table, KEYS, check(path, library, TODAY), NOW)


def matched(registry: TableRegistry, name: str, number: str = ZHANG) -> Match:
    return registry.match(IdKind.RESIDENT_ID, number, name).match


# The port


def test_nothing_is_live_before_it_is_activated(table: RegistryTable) -> None:
    table.put("people-a", [("key", "value")], 1)
    assert table.live(Library.PEOPLE) is None
    edition = Edition(Library.PEOPLE, "people-a", 1, NOW)
    table.activate(edition)
    assert table.live(Library.PEOPLE) == edition
    assert table.live(Library.COMPANIES) is None


def test_rows_are_found_in_their_own_edition_only(table: RegistryTable) -> None:
    table.put("people-a", [("key", "one")], 1)
    table.put("people-b", [("key", "two")], 1)
    assert (table.get("people-a", "key"), table.get("people-b", "key")) == ("one", "two")
    assert table.get("people-a", "another") is None


def test_the_same_rows_again_are_harmless_and_the_last_value_of_a_key_counts(
    table: RegistryTable,
) -> None:
    table.put("people-a", [("key", "one"), ("key", "two")], 2)
    table.put("people-a", [("key", "two")], 2)
    assert (table.get("people-a", "key"), table.done("people-a")) == ("two", 2)


def test_it_is_known_how_many_rows_are_in(table: RegistryTable) -> None:
    assert table.done("people-a") == 0
    table.put("people-a", [(f"key-{n}", "v") for n in range(60)], 60)
    assert table.done("people-a") == 60
    assert table.get("people-a", "key-59") == "v"


def test_forgetting_leaves_what_is_kept_and_other_libraries(table: RegistryTable) -> None:
    for edition in ("people-a", "people-b", "companies-a"):
        table.put(edition, [("key", edition)], 1)
    table.forget(Library.PEOPLE, frozenset({"people-b"}))
    assert [table.get(one, "key") for one in ("people-a", "people-b", "companies-a")] == [
        None,
        "people-b",
        "companies-a",
    ]
    assert (table.done("people-a"), table.done("people-b")) == (0, 1)


# The registry on it


def test_a_name_matches_its_id_however_both_are_written(
    registry: TableRegistry, tmp_path: Path
) -> None:
    text = PEOPLE + "阿依古丽·买买提,650102199203034025\n"
    loaded(registry.table, tmp_path / "p.csv", text, Library.PEOPLE)
    assert matched(registry, "张三") is Match.MATCH
    assert matched(registry, " 张 三 ", "４４０８０２１９５５０３０７１２３２") is Match.MATCH
    assert matched(registry, "张三", "440802550307123") is Match.MATCH
    assert matched(registry, "阿依古丽•买买提", "650102199203034025") is Match.MATCH
    assert matched(registry, "张四") is Match.MISMATCH
    assert matched(registry, "王五") is Match.MISMATCH
    assert matched(registry, "张三", "440803198802120452") is Match.UNKNOWN
    assert registry.match(IdKind.PASSPORT, ZHANG, "张三").match is Match.UNKNOWN


@pytest.mark.parametrize(
    ("registered", "typed"),
    [("王\ue863", "王\u4dae"), ("\u2ee2三", "马三"), ("王\u4dae", "王\ue863")],
)
def test_a_registry_that_writes_a_character_as_cards_once_did_knows_who_it_is(
    table: RegistryTable, registry: TableRegistry, tmp_path: Path, registered: str, typed: str
) -> None:
    """GB 18030-2005's private-use points and radicals: what is typed is kept as the character."""
    people = f"name,id_number\n{registered},{ZHANG}\n"
    loaded(table, tmp_path / "people.csv", people, Library.PEOPLE)
    assert matched(registry, typed) is Match.MATCH
    assert matched(registry, "王五") is Match.MISMATCH


def test_a_company_is_told_with_its_status_and_representative(
    registry: TableRegistry, tmp_path: Path
) -> None:
    loaded(registry.table, tmp_path / "c.csv", COMPANIES, Library.COMPANIES)
    found = registry.company(COMPANY)
    assert found is not None
    assert (found.name, found.status) == ("湛江示例建设有限公司", EntityStatus.ACTIVE)
    assert found.representative == KEYS.keyed("person", "resident_id", ZHANG).hex()[:26]
    assert registry.company("91440800MA0EXAMP2D") is None


def test_a_registry_that_was_never_loaded_decides_nothing(registry: TableRegistry) -> None:
    with pytest.raises(RegistryUnavailable, match="banjian registry load"):
        matched(registry, "张三")
    with pytest.raises(RegistryUnavailable):
        registry.company(COMPANY)
    with pytest.raises(RegistryUnavailable):
        NoRegistry().company(COMPANY)
    with pytest.raises(RegistryUnavailable):
        NoRegistry().match(IdKind.RESIDENT_ID, ZHANG, "张三")


def test_a_second_load_takes_the_place_of_the_first(
    registry: TableRegistry, tmp_path: Path
) -> None:
    loaded(registry.table, tmp_path / "1.csv", PEOPLE, Library.PEOPLE)
    renamed = PEOPLE.replace("张三", "张三丰").replace(f"王五,{WANG}\n", "")
    assert loaded(registry.table, tmp_path / "2.csv", renamed, Library.PEOPLE).changed
    assert matched(registry, "张三丰") is Match.MATCH
    assert matched(registry, "王五", WANG) is Match.UNKNOWN
    assert loaded(registry.table, tmp_path / "1.csv", PEOPLE, Library.PEOPLE).changed
    assert matched(registry, "王五", WANG) is Match.MATCH


def test_the_same_file_again_changes_nothing(registry: TableRegistry, tmp_path: Path) -> None:
    first = loaded(registry.table, tmp_path / "p.csv", PEOPLE, Library.PEOPLE)
    again = loaded(registry.table, tmp_path / "another name.csv", PEOPLE, Library.PEOPLE)
    assert (first.changed, again.changed, again.edition) == (True, False, first.edition)


class Breaking:
    """The table, which breaks at the `at`-th put."""

    def __init__(self, table: RegistryTable, at: int) -> None:
        self.table, self.left, self.puts = table, at, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def put(self, edition: str, rows: Any, done: int) -> None:
        self.left -= 1
        if not self.left:
            raise RegistryUnavailable("the table is gone")
        self.puts += 1
        self.table.put(edition, rows, done)


def test_a_load_that_breaks_off_leaves_what_was_live_and_goes_on(
    registry: TableRegistry, tmp_path: Path
) -> None:
    table = registry.table
    loaded(table, tmp_path / "1.csv", PEOPLE, Library.PEOPLE)
    many = tmp_path / "2.csv"
    rows = [f"P{n:04d}名,passport,E{n:08d}" for n in range(1200)]
    many.write_text("name,id_kind,id_number\n" + "\n".join(rows), encoding="utf-8")
    checked = check(many, Library.PEOPLE, TODAY)
    with pytest.raises(RegistryUnavailable):
        load(Breaking(table, 2), KEYS, checked, NOW)
    assert matched(registry, "张三") is Match.MATCH
    rest = Breaking(table, 99)
    done = load(rest, KEYS, checked, NOW)
    assert (done.resumed, rest.puts) == (500, 2)
    assert registry.match(IdKind.PASSPORT, "E00000001", "P0001名").match is Match.MATCH
    assert registry.match(IdKind.PASSPORT, "E00001199", "P1199名").match is Match.MATCH
    assert matched(registry, "张三") is Match.UNKNOWN


def test_what_broke_off_and_is_not_wanted_any_more_is_deleted(
    registry: TableRegistry, tmp_path: Path
) -> None:
    table = registry.table
    table.put("people-broken", [("key", "value")], 1)
    loaded(table, tmp_path / "1.csv", PEOPLE, Library.PEOPLE)
    assert table.get("people-broken", "key") is None


def test_a_file_that_changes_while_it_is_loaded_is_not_loaded(
    registry: TableRegistry, tmp_path: Path
) -> None:
    path = tmp_path / "1.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    checked = check(path, Library.PEOPLE, TODAY)
    path.write_text(PEOPLE.replace("张三", "张四"), encoding="utf-8")
    with pytest.raises(BadRegistryFile, match="changed while"):
        load(registry.table, KEYS, checked, NOW)
    assert registry.table.live(Library.PEOPLE) is None
    loaded(registry.table, path, PEOPLE, Library.PEOPLE)
    assert matched(registry, "张三") is Match.MATCH


# What is kept


def test_the_file_holds_no_name_and_no_id_of_a_person(tmp_path: Path) -> None:
    table = SqliteRegistry(tmp_path / "registry.db")
    loaded(table, tmp_path / "p.csv", PEOPLE, Library.PEOPLE)
    loaded(table, tmp_path / "c.csv", COMPANIES, Library.COMPANIES)
    kept = b"".join(one.read_bytes() for one in tmp_path.glob("registry.db*"))
    for secret in (ZHANG, WANG, "张三", "王五"):
        assert secret.encode() not in kept
    assert "湛江示例建设有限公司".encode() in kept  # a company is public


def test_another_secret_finds_nobody(tmp_path: Path) -> None:
    table = SqliteRegistry(tmp_path / "registry.db")
    loaded(table, tmp_path / "p.csv", PEOPLE, Library.PEOPLE)
    other = TableRegistry(table, Keyring(b"o" * 32))
    assert other.match(IdKind.RESIDENT_ID, ZHANG, "张三").match is Match.UNKNOWN


def test_what_sqlite_cannot_do_is_told_as_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(RegistryUnavailable, match=r"registry\.db"):
        SqliteRegistry(path).live(Library.PEOPLE)


def test_a_row_is_whole_or_not_there(tmp_path: Path) -> None:
    """A process that dies between rows and progress has neither."""
    table = SqliteRegistry(tmp_path / "registry.db")
    table.put("people-a", [("key", "value")], 1)
    with pytest.raises(RegistryUnavailable):
        table.put("people-a", [("other", "value"), ("bad", None)], 3)  # type: ignore[list-item]
    assert (table.get("people-a", "other"), table.done("people-a")) == (None, 1)


def test_what_dynamodb_refuses_is_told_as_unavailable() -> None:
    with mock_aws(), pytest.raises(RegistryUnavailable, match="registry's table"):
        DynamoRegistry(cloud.client("dynamodb"), "missing").live(Library.PEOPLE)


def test_sqlite_is_the_version_that_the_table_needs() -> None:
    assert sqlite3.sqlite_version_info >= (3, 37)  # STRICT


# Bad files


BAD = [
    (Library.PEOPLE, "name\n张三\n", 1, "lacks id_number"),
    (Library.PEOPLE, "name,id_number,phone\n张三,1,2\n", 1, "phone"),
    (Library.PEOPLE, "name,name,id_number\na,b,c\n", 1, "twice"),
    (Library.PEOPLE, f"name,id_number\n,{ZHANG}\n", 2, "name is empty"),
    (Library.PEOPLE, "name,id_number\n张三,440802195503071233\n", 2, "last character"),
    (Library.PEOPLE, f"name,id_number\n张三,{ZHANG},more\n", 2, "more or fewer"),
    (Library.PEOPLE, f"name,id_number\n张三,{ZHANG}\n\n李四\n", 4, "more or fewer"),
    (Library.PEOPLE, f"name,id_number\n张三,{ZHANG}\n张三,440802550307123\n", 3, "in line 2"),
    (Library.PEOPLE, f"name,id_kind,id_number\n张三,credit,{ZHANG}\n", 2, "is none of"),
    (Library.PEOPLE, 'name,id_number\n"张三,1\n', 2, "no CSV"),
    (Library.COMPANIES, COMPANIES.replace("active", "alive"), 2, "is none of"),
    (Library.COMPANIES, COMPANIES.replace("P1A", "P1B"), 2, "check character"),
    (Library.COMPANIES, COMPANIES.replace(",company,", ",natural_person,"), 2, "no legal entity"),
    (Library.COMPANIES, COMPANIES.replace(f",{ZHANG}", ","), 2, "0 characters"),
]


@pytest.mark.parametrize(("library", "text", "line", "said"), BAD)
def test_a_bad_line_is_told_with_its_number_and_nothing_is_loaded(
    tmp_path: Path, library: Library, text: str, line: int, said: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadRegistryFile, match=said) as caught:
        check(path, library, TODAY)
    assert [number for number, _ in caught.value.lines] == [line]
    assert ZHANG not in str(caught.value)


def test_a_file_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes(PEOPLE.encode("gbk"))
    with pytest.raises(BadRegistryFile, match=r"gbk\.csv:2: is not UTF-8"):
        check(path, Library.PEOPLE, TODAY)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_bytes(b"\xef\xbb\xbf" + PEOPLE.encode())
    assert check(path, Library.PEOPLE, TODAY).rows == 2


def test_of_many_bad_lines_the_first_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("name,id_number\n" + "张三,1234\n" * 30, encoding="utf-8")
    with pytest.raises(BadRegistryFile, match="and 10 more") as caught:
        check(path, Library.PEOPLE, TODAY)
    assert len(caught.value.lines) == 20


def test_the_examples_load(tmp_path: Path) -> None:
    examples = Path(__file__).resolve().parents[2] / "examples" / "registry"
    registry = TableRegistry(SqliteRegistry(tmp_path / "registry.db"), KEYS)
    for library in Library:
        checked = check(examples / f"{library}.csv", library, TODAY)
        assert load(registry.table, KEYS, checked, NOW).changed
        assert not checked.warnings
    assert matched(registry, "张三") is Match.MATCH
