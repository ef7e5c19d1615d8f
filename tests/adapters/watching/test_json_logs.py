"""What is logged is one JSON object a line, and tells of nobody."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from chalicelib.adapters.watching import json_logs
from chalicelib.adapters.watching.json_logs import telling
from chalicelib.codes.numbers import check_credit_code
from chalicelib.codes.parties import Applicant
from chalicelib.eventlog.ports import Conflict

NAME, ID_NUMBER, PHONE = "欧阳建国", "44080219500101123X", "13800138000"
OURS = logging.getLogger("chalicelib.eventlog.consumers")
LIBRARY = logging.getLogger("botocore.endpoint")


@pytest.fixture
def lines():
    """What the process logs, parsed; the loggers are put back afterwards."""
    loggers = [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    stream = StringIO()
    json_logs.install(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for one, handlers, level, propagate in before:
        one.handlers[:] = handlers
        one.setLevel(level)
        one.propagate = propagate


def logged(mistake):
    try:
        mistake()
    except Exception:  # noqa: BLE001 - whatever it is, it is logged
        OURS.exception("it failed")
    else:
        pytest.fail("it was no mistake")


def losing_a_race():
    raise Conflict("case-1", 3)


def test_a_line_says_when_how_bad_who_and_what(lines):
    OURS.warning("%s waits for a rebuild", "work_list")
    (line,) = lines()
    assert datetime.now(UTC) - datetime.fromisoformat(line.pop("time")) < timedelta(minutes=1)
    assert line == {
        "level": "WARNING",
        "logger": "chalicelib.eventlog.consumers",
        "message": "work_list waits for a rebuild",
    }


def test_a_message_of_several_lines_is_one_line(lines):
    OURS.info("one\ntwo")
    (line,) = lines()
    assert line["message"] == "one\ntwo"


def test_a_line_says_which_request_it_belongs_to(lines):
    with telling(request_id="r-1", function="work_list"), telling(stream="case-1", consumer=""):
        OURS.info("within")
    OURS.info("after")
    within, after = lines()
    told = {name: within.get(name) for name in ("request_id", "function", "stream", "consumer")}
    assert told == {
        "request_id": "r-1",
        "function": "work_list",
        "stream": "case-1",
        "consumer": None,
    }
    assert "request_id" not in after


def test_a_request_is_forgotten_when_it_fails(lines):
    with pytest.raises(ValueError, match="no"), telling(request_id="r-1"):
        raise ValueError("no")
    OURS.info("after")
    assert "request_id" not in lines()[0]


def test_an_exception_is_its_kind_and_place(lines):
    logged(lambda: int("no"))
    (line,) = lines()
    assert line["error"]["kind"] == "ValueError"
    assert line["error"]["where"].startswith("test_json_logs.py:")
    assert "message" not in line["error"]


def test_the_message_of_an_exception_of_ours_is_kept(lines):
    logged(losing_a_race)
    assert lines()[0]["error"]["message"] == str(Conflict("case-1", 3))


# Their messages quote what somebody typed.
MISTAKES = (
    lambda: Applicant.model_validate({"name": NAME, "id_number": {"no": ID_NUMBER}}),
    lambda: check_credit_code(ID_NUMBER),
    lambda: int(NAME),
    lambda: {NAME: 1}[PHONE],
)


def test_names_and_numbers_of_people_are_never_logged(lines):
    for mistake in MISTAKES:
        logged(mistake)
    logging.getLogger("banjian").error("Caught exception for path %s", f"/people/{ID_NUMBER}")
    LIBRARY.warning("sending %s", {"name": NAME})
    LIBRARY.warning(f"sending {PHONE}")
    assert len(lines()) == 7
    text = json.dumps(lines(), ensure_ascii=False)
    assert not [one for one in (NAME, ID_NUMBER, PHONE) if one in text]


def test_where_a_library_said_something_is_told(lines):
    LIBRARY.error("the body was %s", {"name": NAME})
    assert lines()[0]["where"].startswith("test_json_logs.py:")


def test_a_message_that_does_not_fit_its_arguments_is_told_without_them():
    fields = {"name": "chalicelib.x", "msg": "%d events", "args": (NAME,), "levelname": "INFO"}
    line = json_logs.JsonLines().format(logging.makeLogRecord(fields))
    assert json.loads(line)["message"] == "%d events"
    assert NAME not in line


def test_chatter_of_libraries_is_left_out(lines):
    LIBRARY.info("retrying")
    OURS.info("kept")
    OURS.debug("left out")
    assert [line["message"] for line in lines()] == ["kept"]


def test_handlers_that_were_there_before_write_nothing():
    script = """
import logging, sys
from chalice.app import Chalice
from chalicelib.adapters.watching import json_logs
logging.basicConfig(stream=sys.stderr, format="before %(message)s")
app = Chalice("banjian")
json_logs.install(sys.stdout)
app.log.error("now")
logging.getLogger("chalicelib").warning("then")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stderr == b""
    loggers = [json.loads(line)["logger"] for line in done.stdout.splitlines()]
    assert loggers == ["banjian", "chalicelib"]
