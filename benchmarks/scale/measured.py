"""
What docs/scale.md rests on that can be measured here: a plain case by the real code, from the
submission to the archive, and the time that the code itself takes.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, cast

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb import views_items as rows
from chalicelib.adapters.dynamodb.items import size, to_item, write_units
from chalicelib.adapters.dynamodb.stream_records import arrivals
from chalicelib.bootstrap.codec import CODEC
from chalicelib.cases.application import cases
from chalicelib.cases.domain import commands as c
from chalicelib.cases.projections import process_library
from chalicelib.clock.calendar import load_builtin
from chalicelib.codes.parties import Method
from chalicelib.eventlog.codec import decode
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.ports import Commit
from chalicelib.eventlog.sequencing.plan import (
    MAX_STREAMS,
    Arrival,
    Chunk,
    chunks,
    continued,
    draft,
    in_order,
)
from chalicelib.eventlog.sequencing.ports import LOG, Cursor, Head
from chalicelib.eventlog.views.folding import Rows
from chalicelib.eventlog.views.port import Batch, Change, Entry, Generation, Projection, Views
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.people.application import accounts
from chalicelib.people.domain import account
from chalicelib.platform.platform import Caller, Platform
from chalicelib.submissions.application import submissions

from .paper import Case
from .simulation import like_others
from .world import Cpu

ITEM = Path(__file__).parents[2] / "examples" / "items" / "senior-card.yaml"
# Its certificate, and the token in the QR code of that, have streams of their own.
OF_A_CASE = ("case-", "certificate-", "showing-")
REPEATS = 5
RECORDS = 490

CITIZEN = Actor(account="citizen-zhang", role=Role.APPLICANT, level=4)
CLERK = Actor(account="clerk-chen", role=Role.CLERK, department="440800-hall", division="440800")
HANDLER = Actor(
    account="clerk-civil", role=Role.CLERK, department="440800-civil", division="440800"
)
APPROVER = Actor(
    account="head-civil", role=Role.APPROVER, department="440800-civil", division="440800"
)
BEFORE: tuple[tuple[Actor, type[Any], dict[str, str]], ...] = (
    (CLERK, c.Accept, {}),
    (HANDLER, c.StartStep, {"step": "handle-1"}),
    (HANDLER, c.FinishStep, {"step": "handle-1", "opinion": "材料齐全"}),
    (APPROVER, c.Grant, {}),
)
# Before this a subscriber issues the certificate.
AFTER: tuple[tuple[Actor, type[Any], dict[str, str]], ...] = (
    (CLERK, c.Deliver, {"method": "pick_up", "recipient": "张三"}),
    (CLERK, c.Archive, {}),
)


def plain_case() -> tuple[Case, Sequence[Commit]]:
    """
    A card for a senior citizen: the facts, its certificate included, and the commits of the case's
    own stream.
    """
    with TemporaryDirectory() as directory:
        platform = bootstrap.embedded(Path(directory), synchronous="OFF")
        manager = Caller(
            Actor(account="manager", role=Role.ITEM_MANAGER, division="000000"),
            "1",
            Channel.INTERNAL,
        )
        items.publish(platform, manager, read_item(ITEM))
        _follow(platform)
        recorder = _Recorder(platform.views)
        watched = dataclasses.replace(platform, views=cast("Views", recorder))
        commits = _walked(watched)
        whole = [one for one in platform.log.read(0, 1000) if one.stream.startswith(OF_A_CASE)]
    return _facts(whole, recorder.changes), commits


def _walked(platform: Platform) -> Sequence[Commit]:
    _proven(platform)
    form = {"born_on": "1955-03-07", "residence": "湛江市霞山区示例村3号"}
    person = {"name": "张三", "id_number": "440802195503071232", "phone": "13700000000"}
    submission = submissions.Submission.model_validate(
        {"item": read_item(ITEM).code, "applicant": person, "form": form}
    )
    submitted: Any = submissions.submit(
        platform, Caller(CITIZEN, "submit", Channel.MINI_PROGRAM), submission
    ).state
    for part in (BEFORE, AFTER):
        for who, kind, told in part:
            command = kind(at=platform.now(), by=who, channel=Channel.WINDOW, **told)
            caller = Caller(who, kind.__name__, Channel.WINDOW)
            cases.execute(platform, caller, submitted.application.case_id, command)
        _follow(platform)
    loaded = platform.store.load(cases.stream(submitted.application.case_id))
    return [one._replace(position=None) for one in loaded.commits]


def _proven(platform: Platform) -> None:
    """As somebody whose name and id the registry has; none of it is of the case."""
    told = accounts.Registration(name="张三", id_number="440802195503071232")
    accounts.register(platform, Caller(CITIZEN, "register"), told)
    person, _ = accounts.person(platform, told)
    caller = Caller(CITIZEN, "prove")
    proof = account.ProveIdentity(
        **caller.about(platform.now()),
        method=Method.REGISTRY,
        evidence="benchmark",
        reference=person.reference,
    )
    accounts.run(platform, caller, CITIZEN.account, proof, {})


def _follow(platform: Platform) -> None:
    """One commit at a time: where many cases go on at once, a batch rarely has two of one case."""
    for consumer in bootstrap.consumers(platform):
        catch_up(consumer, Feed(platform.source, 1), platform.views)


class _Recorder:
    """Views, and what was written to them."""

    def __init__(self, views: Any) -> None:
        self._views = views
        self.changes: list[tuple[str, Change]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._views, name)

    def commit(self, generation: Generation, batch: Batch) -> None:
        self._views.commit(generation, batch)
        self.changes += [(generation.view, one) for one in batch.changes]


def _facts(commits: Sequence[Commit], changes: Sequence[tuple[str, Change]]) -> Case:
    stored = [to_item(one) for one in commits]
    writes: Counter[str] = Counter()
    listings: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], int] = {}
    units = 0
    for view, change in changes:
        made = rows.changed("views", 1, change, keep=False).writes
        moved = change.added | change.removed
        writes[view] += len(made)
        # In a transaction each write counts double.
        units += 2 * (len(moved) + _row_units(change) * (len(made) - len(moved)))
        listings.update((one.index, one.partition) for one in moved)
        last[view, change.key] = _row_bytes(change)
        last |= {(view, str(one)): 0 for one in change.removed}
        last |= {(view, str(one)): _listed_bytes(one, change.key) for one in change.added}
    return Case(
        len(commits),
        sum(one.length for one in commits),
        sum(map(size, stored)),
        sum(map(write_units, stored)),
        dict(writes),
        units,
        sum(last.values()),
        {
            "steps: * waiting": listings["steps", "* waiting"],
            "department: one department": max(
                number for (index, _), number in listings.items() if index == "department"
            ),
            "due: one of 16 keys": max(
                number for (index, _), number in listings.items() if index == "due"
            ),
        },
    )


def _listed_bytes(entry: Entry, key: str) -> int:
    item = {**rows.list_key(1, entry, key), "k": {"S": key}}
    return size(item)


def _row_bytes(change: Change) -> int:
    return 0 if change.kept.body is None else len(change.kept.body) + rows.AROUND


def _row_units(change: Change) -> int:
    """As if it were not deflated, so rather too many."""
    return max(1, ceil(_row_bytes(change) / rows.UNIT))


def own_time(case: Sequence[Commit]) -> Cpu:
    """Median seconds, for each commit, of what the sequencer does between its calls."""
    commits = like_others(case, RECORDS)
    event = {"Records": [_record(one) for one in commits]}
    found = arrivals(event)
    cursors = {one.stream: Cursor(one.stream) for one in commits}
    parts = [Chunk(LOG, commits[at : at + MAX_STREAMS]) for at in range(0, RECORDS, MAX_STREAMS)]
    return Cpu(
        parse=_timed(lambda: arrivals(event)) / RECORDS,
        plan=_timed(lambda: _planned(found, cursors)) / RECORDS,
        encode=_timed(lambda: [draft(one, Head(), cursors, "a" * 32) for one in parts]) / RECORDS,
    )


def _planned(found: Sequence[Arrival], cursors: dict[str, Cursor]) -> None:
    taken = {
        one.stream: continued(cursors[one.stream], [one.content]).taken
        for one in found
        if isinstance(one.content, Commit)
    }
    list(chunks(in_order(found, taken), lambda _: LOG))


def consuming(case: Sequence[Commit]) -> float:
    """Median seconds for a commit: decoded, and folded into the rows of the dearest view."""
    parts = like_others(case, RECORDS - RECORDS % len(case))
    commits, position = [], 1
    for at, one in enumerate(parts):
        like, first = case[at % len(case)], parts[at - at % len(case)]
        commits.append(one._replace(stream=first.stream, version=like.version, position=position))
        position += one.length
    projection = process_library.projection(load_builtin())
    return _timed(lambda: _folded(projection, commits)) / len(commits)


def _folded(projection: Projection, commits: Sequence[Commit]) -> None:
    rows = Rows(projection, {})
    for one in commits:
        for event in decode(CODEC, one):
            rows.take(event)
    assert len(rows.changes()) == len(commits) // 2, "four steps in eight commits"


def log_bytes(case: Sequence[Commit]) -> float:
    """What a commit takes in a full segment, compressed."""
    commits = like_others(case, MAX_STREAMS)
    cursors = {one.stream: Cursor(one.stream) for one in commits}
    return len(draft(Chunk(LOG, commits), Head(), cursors, "a" * 32).content) / MAX_STREAMS


def _record(commit: Commit) -> dict[str, Any]:
    """As Lambda gets it: JSON, with bytes in base64."""
    from base64 import b64encode

    image = {
        name: {"B": b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in to_item(commit).items()
    }
    keys = {name: image[name] for name in ("stream", "version")}
    change = {"SequenceNumber": "1", "Keys": keys, "NewImage": image}
    return {"eventName": "INSERT", "dynamodb": change}


def _timed(work: Callable[[], object]) -> float:
    """Of this process alone: whatever else the machine does is not in it."""
    taken = []
    for _ in range(REPEATS):
        begin = process_time()
        work()
        taken.append(process_time() - begin)
    return median(taken)
