"""`banjian serve` as a newcomer starts it: the guided case, a second start, what goes wrong."""

import json
import shutil
import sqlite3
import subprocess

import pytest

from tests.system.running import BANJIAN, ROOT, Running, client, running, token


def banjian(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BANJIAN, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        env={
            "COLUMNS": "200",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        },
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """What a service leaves that ran the guided case and was stopped."""
    directory = tmp_path_factory.mktemp("guided") / "var"
    with running(directory, "--demo") as service:
        service.wait_for("Serving; Ctrl-C stops it")
        assert service.stop() == 0
    directory.with_name("output").write_text("".join(service.output), encoding="utf-8")
    return directory


def which(data) -> str:
    output = data.with_name("output").read_text(encoding="utf-8")
    number: str = output.split("banjian case show ")[1].split()[0]
    return number


def test_the_guided_case_goes_from_submission_to_rating(data):
    output = data.with_name("output").read_text(encoding="utf-8")
    for event in (
        "CaseSubmitted",
        "SupplementRequested",
        "SupplementSubmitted",
        "CaseAccepted",
        "CaseSuspended",
        "CaseResumed",
        "CaseTransferred",
        "CaseGranted",
        "CertificateIssued",
        "ResultDelivered",
        "15 Rating",
    ):
        assert event in output
    assert "23 items published" in output


def test_the_due_date_moves_when_the_case_resumes(data):
    rows = json.loads(banjian("case", "replay", which(data), "--json", "--data", data).stdout)
    due = {row["event"]: row["due"] for row in rows}
    assert due["CaseAccepted"]
    assert due["CaseSuspended"] == ""
    assert due["CaseResumed"] > due["CaseAccepted"]


def test_a_second_start_goes_on_with_the_data_it_has(data):
    with running(data, "--demo") as service:
        service.wait_for("The guided case is there already")
        with client(service.url, token(data, "agent")) as http:
            listed = http.get("/cases?as=company").json()["items"]
        assert [row["number"] for row in listed] == [which(data)]


def test_what_is_shown_of_a_case_explains_its_due_date_and_its_chain(data):
    shown = banjian("case", "show", which(data), "--data", data).stdout
    assert "hash chain whole" in shown
    assert "到期日" in shown


def test_the_log_is_whole_and_an_edit_of_its_file_is_found(data, tmp_path):
    assert banjian("verify", "--data", data).returncode == 0
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    with sqlite3.connect(copy / "events.db") as db:
        edited = "CAST(replace(CAST(body AS TEXT), 'reason', 'raeson') AS BLOB)"
        db.execute(f"UPDATE commits SET body = {edited}")  # noqa: S608 - a constant
    db.close()
    found = banjian("verify", "--data", copy)
    assert found.returncode == 1
    assert "not whole" in found.stdout


def test_every_view_equals_one_that_is_folded_anew(data):
    assert banjian("views", "check", "--data", data).returncode == 0
    rebuilt = banjian("views", "rebuild", "all", "--data", data)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert banjian("views", "check", "--data", data).returncode == 0


def test_consumers_tell_where_they_are(data):
    told = json.loads(banjian("consumers", "--json", "--data", data).stdout)
    assert {one["name"] for one in told} >= {"work_list", "certificates", "process_library"}
    assert all((one["lag"], one["parked"]) == (0, 0) for one in told)
    assert "took every event" in banjian("consumers", "parked", "work_list", "--data", data).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("case", "show", "none"), "there is no case none"),
        (("views", "rebuild", "none"), "The views are"),
        (("consumers", "retry", "none"), "They are"),
        (("consumers", "skip", "work_list", "7", "--why", "x"), "nothing parked"),
        (("token", "--as", "nobody"), "nobody is called"),
        (("items", "publish", "/none.yaml", "--drafted-by", "wei", "--by", "li"), "none.yaml"),
        (("calendar", "import", "/none.yaml"), "cannot be read"),
        (("import-log", "/none.csv", "--mapping", "/none.yaml"), "none.yaml"),
    ],
)
def test_a_mistake_is_told_in_words_and_without_a_traceback(data, arguments, said):
    done = banjian(*arguments, "--data", data)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_where_there_is_no_data_the_commands_say_how_to_make_some(tmp_path):
    done = banjian("views", "list", "--data", tmp_path / "nothing")
    assert done.returncode == 1
    assert "banjian serve" in done.stderr


def test_a_port_that_is_taken_is_told(data, tmp_path):
    with running(tmp_path / "one") as service:
        port = service.url.rpartition(":")[2]
        done = banjian("serve", "--data", tmp_path / "two", "--port", port)
    assert done.returncode == 1
    assert "--port" in done.stderr


def test_fresh_deletes_banjian_data_and_nothing_else(tmp_path):
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("precious", encoding="utf-8")
    done = banjian("serve", "--data", other, "--fresh")
    assert done.returncode == 1
    assert (other / "thesis.txt").exists()
    data = tmp_path / "var"
    for _ in range(2):
        service = Running(data, "--fresh")
        with client(service.url, token(data, "citizen")) as http:
            assert http.get("/cases").json() == {"items": [], "next": None}
        assert service.stop() == 0


def test_a_calendar_year_is_published_once_and_makes_due_dates_certain(data, tmp_path):
    year = tmp_path / "2027.yaml"
    year.write_text(
        "year: 2027\nsource: invented for this test\nholidays: [2027-01-01]\n", encoding="utf-8"
    )
    first = banjian("calendar", "import", year, "--data", data)
    assert "holds through 2027-12-31" in first.stdout, first.stderr
    assert "nothing changed" in banjian("calendar", "import", year, "--data", data).stdout
    assert "2027" in banjian("calendar", "show", "--data", data).stdout
    gap = tmp_path / "2030.yaml"
    gap.write_text("year: 2030\nsource: x\nholidays: [2030-01-01]\n", encoding="utf-8")
    refused = banjian("calendar", "import", gap, "--data", data)
    assert refused.returncode == 1
    assert "2028" in refused.stderr


def test_an_item_is_suspended_and_takes_new_cases_again(data):
    code = json.loads(banjian("items", "list", "--json", "--data", data).stdout)[0]["code"]
    assert banjian("items", "suspend", code, "--why", "系统升级", "--data", data).returncode == 0
    assert banjian("items", "resume", code, "--data", data).returncode == 0
    missing = banjian("items", "retire", "none", "--why", "x", "--data", data)
    assert (missing.returncode, "Traceback" in missing.stderr) == (1, False)
    assert "there is no such item" in missing.stderr


def test_a_file_with_mistakes_publishes_nothing_and_names_each_line(data, tmp_path):
    broken = tmp_path / "item.yaml"
    broken.write_text("code: 1\nname: x\nnonsense: 1\n", encoding="utf-8")
    done = banjian("items", "publish", broken, "--drafted-by", "wei", "--by", "li", "--data", data)
    assert done.returncode == 1
    assert "item.yaml:3" in done.stderr
