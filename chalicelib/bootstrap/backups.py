"""What is backed up and restored: see `banjian backup`."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from ..adapters.backup import making, restoring
from ..adapters.backup.making import Made, Progress
from ..adapters.backup.manifest import Manifest
from ..certificates.application.document_names import named
from ..clock.calendar import legal_day
from ..codes import serial
from ..eventlog.audit import Report, check
from ..eventlog.consumers import Subscriber, all_parked
from ..eventlog.moving.moving import Prefix, commits, recorded_at
from ..eventlog.ports import Commit, Damaged
from ..eventlog.views.port import Batch, Failure, Parked, Views
from ..kernel.errors import Invalid
from ..platform.platform import Platform
from ..platform.serials import Serials
from .consuming import consumers
from .directory import embedded

# Receipts that were given after the backup have numbers that its log does not know of.
PASSED_OVER: Final = 10_000


class Restored(NamedTuple):
    """
    `aside` is where lies what was there before; `passed_over` how many divisions' days begin with a
    new block of numbers; `missing` how many documents the log names and the backup has not: given
    up before it was made, or lost.
    """

    manifest: Manifest
    aside: Path | None
    passed_over: int
    missing: int


def back_up(data: Path, to: Path, progress: Progress) -> Made:
    """
    While the service runs. Raises StoreError, OSError; Misplaced for data that does not belong
    together, of which a backup would be none.
    """
    platform = embedded(data)
    try:
        platform.belonging.check()
        standing = json.dumps(list(_standing(platform)), default=str).encode()
        return making.make(data, to, platform.belonging.log_id, standing, progress)
    finally:
        platform.close()


def restore(backup: Path, data: Path, progress: Progress) -> Restored:
    """
    In the place of what is in `data`, which is set aside. Raises Damaged for a backup that is not
    what was backed up, Unfit for one that lies in `data`, or around it, Unavailable where a service
    runs, OSError; then nothing has changed.
    """
    making.check_apart(data, backup)
    manifest = restoring.checked(backup, progress)
    with restoring.under_way(data) as building:
        restoring.fill(building, backup, manifest, progress)
        passed_over, missing = _proved(building, manifest, progress)
        aside = restoring.take_over(data, building)
    return Restored(manifest, aside, passed_over, missing)


def _proved(building: Path, manifest: Manifest, progress: Progress) -> tuple[int, int]:
    platform = embedded(building)
    try:
        _check(platform, manifest, progress)
        report = _Named()
        for commit in commits(Prefix(platform.log, manifest.end.position)):
            report.see(commit)
        missing = sum(platform.blobs.size(*one) is None for one in report.documents)
        _stand(platform.views, json.loads((building / making.CONSUMERS).read_bytes()))
        passed_over = _pass_over(platform, report, manifest)
        platform.belonging.adopt()
        platform.belonging.check()
    finally:
        platform.close()
    (building / making.CONSUMERS).unlink()
    return passed_over, missing


def _check(platform: Platform, manifest: Manifest, progress: Progress) -> Report:
    report = check(platform.log, progress=lambda done, all_: progress("verifying", done, all_))
    position, digest = manifest.end.position, manifest.end.hash
    if not report.clean:
        first = report.faults[0]
        raise Damaged(
            f"the log in the backup is not whole: position {first.position}: {first.what}"
        )
    if report.seal.position != position or (
        position and platform.hash_at is not None and platform.hash_at(position) != digest
    ):
        raise Damaged("the log in the backup is not the one that its manifest tells of")
    return report


# Numbers


class _Named:
    """What the log names: documents, divisions, and the last day that it knows."""

    def __init__(self) -> None:
        self.documents: set[tuple[str, str]] = set()
        self.divisions: set[str] = set()
        self.last: datetime | None = None

    def see(self, commit: Commit) -> None:
        self.last = recorded_at(commit)
        self.documents.update((one.owner, one.sha256) for one in named(commit.body))
        category, _, name = commit.stream.partition("-")
        if category == serial.CATEGORY:
            self.divisions.add(name.partition("-")[0])
        if category == "item":
            self.divisions.update(_divisions(from_json(commit.body)))


def _divisions(value: Any) -> Iterator[str]:
    match value:
        case {"division": str(division), "code": str()}:
            yield division
        case dict():
            for each in value.values():
                yield from _divisions(each)
        case list():
            for each in value:
                yield from _divisions(each)
        case _:
            return


def _pass_over(platform: Platform, report: _Named, manifest: Manifest) -> int:
    """
    For every division's day from the backup's to this one: whoever came between then and now was
    given numbers that the log does not know of.
    """
    if report.last is None:
        return 0
    serials = Serials(platform.store, platform.codec, platform.now, PASSED_OVER)
    first = min(legal_day(report.last), legal_day(manifest.made_at))
    passed = 0
    for day in _days(first, legal_day(platform.now())):
        for division in sorted(report.divisions):
            passed += _passed(serials, division, day)
    return passed


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _passed(serials: Serials, division: str, day: date) -> bool:
    try:
        serials.pass_over(division, day)
    except Invalid:  # that day has no numbers left, and gives none out again
        return False
    return True


# Consumers with side effects


def _standing(platform: Platform) -> Iterator[dict[str, Any]]:
    """
    How far those have come that act on what they read. Read before the store is copied, so that
    what they did up to there is in the copy.
    """
    for consumer in consumers(platform):
        generation = platform.views.live(consumer.name)
        if isinstance(consumer, Subscriber) and generation is not None:
            yield {
                "name": consumer.name,
                "position": platform.views.checkpoint(generation).position,
                "parked": [one._asdict() for one in all_parked(generation, platform.views)],
            }


def _stand(views: Views, standing: list[dict[str, Any]]) -> None:
    """So that they do nothing again that was done before the backup."""
    for one in standing:
        generation = views.create(one["name"], "")
        if one["position"]:
            parked = [_parked(told) for told in one["parked"]]
            was = views.checkpoint(generation)
            views.commit(generation, Batch(was, one["position"], park=parked))


def _parked(told: dict[str, Any]) -> Parked:
    failure = told["failure"]
    at = datetime.fromisoformat(told["parked_at"])
    made = Parked(**{**told, "parked_at": at, "failure": None})
    return made._replace(failure=None if failure is None else Failure(*failure))
