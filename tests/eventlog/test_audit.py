"""The auditor's check, on logs that were never in a store."""

from chalicelib.eventlog.audit import PAGE, SHOWN, Fault, Report, Seal, check
from chalicelib.eventlog.ports import CommandId, Commit, History


class Pages:
    """A Log over a list."""

    def __init__(self, commits: list[Commit]) -> None:
        self._commits = commits

    def read(self, after: int, limit: int, /) -> list[Commit]:
        return [one for one in self._commits if one.last_position > after][:limit]

    def head(self) -> int:
        return self._commits[-1].last_position if self._commits else 0

    def place(self, stream: str, version: int, /) -> int | None:
        for one in self._commits:
            if one.stream == stream and one.version <= version <= one.last_version:
                return one.last_position - one.last_version + version
        return None


def a_log(number: int, streams: int = 3) -> list[Commit]:
    histories = [History(f"case-{n}") for n in range(streams)]
    log: list[Commit] = []
    position = 1
    for n in range(number):
        history = histories[n % streams]
        commit = history.following(CommandId(f"command-{n}", b""), 1 + n % 2, b'{"n":%d}' % n)
        histories[n % streams] = History(history.stream, (*history.commits, commit))
        log.append(commit._replace(position=position))
        position += commit.length
    return log


def test_an_empty_log_is_clean():
    report = check(Pages([]))
    assert report.clean
    assert report == Report(0, 0, 0, 0, (), Seal(0, report.seal.digest))


def test_a_whole_log_is_clean_over_many_pages():
    number = 2 * PAGE + 10
    report = check(Pages(a_log(number)))
    assert (report.clean, report.commits, report.streams) == (True, number, 3)
    assert report.events == report.seal.position == number * 3 // 2


def test_a_fault_names_its_place():
    log = a_log(6)
    log[4] = log[4]._replace(body=b"{}")
    assert check(Pages(log)).faults == (
        Fault(
            7,
            "case-1",
            3,
            "its hash does not follow from its content and the commit before it in its stream",
        ),
    )


def test_one_fault_does_not_hide_the_next():
    log = a_log(9)
    log[1] = log[1]._replace(body=b"{}")
    log[5] = log[5]._replace(body=b"{}")
    del log[7]
    assert [fault.position for fault in check(Pages(log)).faults] == [2, 8, 13]


def test_faults_are_counted_and_only_the_first_ones_kept():
    log = [one._replace(body=b"{}") for one in a_log(SHOWN + 50, streams=1)]
    report = check(Pages(log))
    assert (report.found, len(report.faults)) == (SHOWN + 50, SHOWN)


def test_progress_comes_to_the_end_of_the_log():
    told: list[tuple[int, int]] = []
    check(Pages(a_log(2 * PAGE + 10)), progress=lambda at, head: told.append((at, head)))
    assert told == sorted(told)
    assert [len(told), told[-1]] == [3, (3 * PAGE + 15, 3 * PAGE + 15)]


def test_what_is_appended_during_a_check_is_left_to_the_next_one():
    log = a_log(PAGE + 1)
    pages = Pages(log[:-1])
    sealed = check(Pages(log[:-1])).seal
    report = check(pages, progress=lambda _at, _head: pages._commits.append(log[-1]))
    assert (report.commits, report.seal) == (PAGE, sealed)


def test_a_seal_is_of_one_log_only():
    seal = check(Pages(a_log(5))).seal
    assert check(Pages(a_log(9)), seal).clean
    others = [one._replace(hash=bytes(32)) for one in a_log(9)[:5]]
    found = check(Pages(others), seal).faults[-1].what
    assert found == "something up to here is not what was sealed"


def test_a_log_shorter_than_its_seal_is_cut_off():
    seal = check(Pages(a_log(9))).seal
    (fault,) = check(Pages(a_log(5)), seal).faults
    assert fault == Fault(8, "", 0, "the log ends here, and once reached 13")
