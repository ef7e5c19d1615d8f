"""
A rebuild shared out to processes on this machine, one for each processor.

Each opens the directory by itself. If one dies, or this process does, the rebuild is over, and what
was written is swept away as that of any rebuild that was given up.
"""

import gc
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, cast

from ..eventlog.rebuilding.bulk_rebuild import (
    BulkViews,
    Crew,
    Done,
    OnPosition,
    Order,
    Worker,
    build,
    commits_of,
)
from ..eventlog.views.port import Projection, ViewsError

MOST = 4
# Seconds between two looks at whether to stop.
LOOK = 0.2
# While rows are kept, the collector would look through all of them again and again.
COLLECT = (50_000, 50, 1_000)


def crew(data: Path, size: int | None = None) -> Crew:
    """`size` processes, or as many as there are processors, up to MOST."""
    return Crew(size or min(MOST, len(os.sched_getaffinity(0))), partial(_run, data))


class _Hand(NamedTuple):
    process: BaseProcess
    told: Connection


def _run(
    data: Path, orders: Sequence[Order], progress: OnPosition, stop: Callable[[], bool]
) -> list[Done]:
    context = get_context("spawn")  # a fork would have our threads' locks, and not our threads
    writing = context.Lock()
    hands: list[_Hand] = []
    try:
        for order in orders:
            ours, theirs = context.Pipe(duplex=False)
            arguments = (data, order, writing, theirs, os.getpid())
            process: BaseProcess = context.Process(target=_work, args=arguments, daemon=True)
            process.start()
            theirs.close()  # only theirs is left, so that we notice when they die
            hands.append(_Hand(process, ours))
        return _hear(hands, progress, stop)
    finally:
        for process, told in hands:
            process.terminate()
            process.join()
            told.close()


def _hear(hands: Sequence[_Hand], progress: OnPosition, stop: Callable[[], bool]) -> list[Done]:
    """What each made of its order, or nothing once it is to stop; raises ViewsError."""
    at = dict.fromkeys(range(len(hands)), 0)
    done: dict[int, Done] = {}
    number = {id(hand.told): n for n, hand in enumerate(hands)}
    while len(done) < len(hands) and not stop():
        waiting = [hand.told for n, hand in enumerate(hands) if n not in done]
        for told in cast("list[Connection]", wait(waiting, LOOK)):
            said = _said(told)
            if isinstance(said, Done):
                done[number[id(told)]] = said
            else:
                at[number[id(told)]] = said
                progress(min(at.values()))
    return list(done.values())


def _said(told: Connection) -> int | Done:
    try:
        said = told.recv()
    except (EOFError, OSError) as error:
        raise ViewsError("a process of the rebuild has died; begin again") from error
    if isinstance(said, str):
        raise ViewsError(said)
    return cast("int | Done", said)


def _work(
    data: Path,
    order: Order,
    writing: AbstractContextManager[Any],
    tell: Connection,
    parent: int,
) -> None:
    """In a process of its own."""
    try:
        tell.send(_build(data, order, writing, partial(_tell, tell, parent)))
    except BrokenPipeError:
        pass  # nobody is there to be told
    except Exception as error:  # noqa: BLE001 - it is raised where it is heard
        tell.send(f"{type(error).__name__}: {error}")


def _tell(tell: Connection, parent: int, position: int) -> None:
    if os.getppid() != parent:
        raise BrokenPipeError("the process that began the rebuild is gone")
    tell.send(position)


def _build(
    data: Path, order: Order, writing: AbstractContextManager[Any], progress: OnPosition
) -> Done:
    from .. import bootstrap

    bootstrap.build_all()
    platform = bootstrap.embedded(data)
    projections = [one for one in bootstrap.consumers(platform) if isinstance(one, Projection)]
    gc.freeze()
    gc.set_threshold(*COLLECT)
    views = cast("BulkViews", platform.views)
    worker = Worker(platform.source, views, lambda changes: views.write(changes, writing))
    return build(worker, order, projections, commits_of(platform.log, order, progress))
