"""What a log holds."""

from collections.abc import Iterator

from chalicelib.eventlog.ports import Commit, Log


def commits(log: Log) -> Iterator[Commit]:
    after = 0
    while page := log.read(after, 1000):
        yield from page
        after = page[-1].last_position


def streams(log: Log, prefix: str) -> list[str]:
    """Names of streams, each once, in order."""
    return sorted({one.stream for one in commits(log) if one.stream.startswith(prefix)})
