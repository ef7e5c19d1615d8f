"""A failure over and over is few lines, and its count is told."""

import logging
from itertools import count

from chalicelib.adapters.watching.seldom import EVERY, KINDS, Seldom
from chalicelib.eventlog.ports import Full

numbers = count()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(line: int = 1, error: Exception | None = None, level: int = logging.ERROR):
    fields = {"name": "chalicelib.x", "lineno": line, "levelno": level, "msg": str(next(numbers))}
    made = logging.makeLogRecord(fields)
    made.exc_info = None if error is None else (type(error), error, None)
    return made


def suppressed(one: logging.LogRecord) -> int:
    found: int = vars(one)["suppressed"]
    return found


def caused(number: int) -> Full:
    made = Full("no room")
    made.__cause__ = OSError(number, "x")
    return made


def test_the_first_is_told_and_the_next_says_how_many_were_not():
    clock = Clock()
    seldom = Seldom(clock)
    told = [one for _ in range(789) if seldom.filter(one := record(error=caused(28)))]
    assert len(told) == 1
    clock.now = EVERY
    later = record(error=caused(28))
    assert seldom.filter(later)
    assert suppressed(later) == 788


def test_when_it_stops_the_last_one_is_told_with_the_count():
    clock = Clock()
    seldom = Seldom(clock)
    made = [record() for _ in range(10)]
    assert [seldom.filter(one) for one in made] == [True, *[False] * 9]
    assert seldom.overdue() == []
    clock.now = EVERY
    (last,) = seldom.overdue()
    assert (last, suppressed(last)) == (made[-1], 8)
    assert seldom.filter(last)  # it goes the usual way
    assert seldom.overdue() == []


def test_another_cause_another_line_and_another_exception_are_told_at_once():
    seldom = Seldom(Clock())
    assert seldom.filter(record(error=caused(28)))
    assert seldom.filter(record(error=caused(30)))
    assert seldom.filter(record(error=ValueError()))
    assert seldom.filter(record(line=2, error=caused(28)))
    assert not seldom.filter(record(error=caused(28)))


def test_what_is_no_failure_always_goes_through():
    seldom = Seldom(Clock())
    assert all(seldom.filter(record(level=logging.INFO)) for _ in range(5))


def test_what_is_remembered_is_bounded():
    seldom = Seldom(Clock())
    for line in range(3 * KINDS):
        seldom.filter(record(line=line))
    assert len(seldom._seen) == KINDS


def test_at_the_end_everything_is_told():
    seldom = Seldom(Clock())
    for _ in range(3):
        seldom.filter(record())
    assert [suppressed(one) for one in seldom.overdue(everything=True)] == [1]
