"""What the functions on queues, streams and schedules of AWS work with."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from .. import bootstrap
from ..eventlog.belonging import Misplaced
from ..triggers.cloud import Cloud
from . import stack
from .settings import setting

if TYPE_CHECKING:
    from ..eventlog.auditing.nightly import Standing


def cloud() -> Cloud:
    from ..adapters.dynamodb import stream_records
    from ..eventlog.sequencing.recovery import recover
    from ..eventlog.sequencing.retries import heal, health
    from ..eventlog.sequencing.sweep import sweep
    from ..triggers.sequencer import on_records

    return Cloud(
        platform=bootstrap.platform,
        consumers=bootstrap.consumers,
        group=bootstrap.group,
        schedules=bootstrap.schedules,
        telemetry=bootstrap.telemetry,
        standby=bootstrap.on_standby,
        sequence=lambda event: on_records(
            bootstrap.sequencer(), stream_records.arrivals, event, bootstrap.telemetry()
        ),
        heal=lambda tell: (log_id(), heal(bootstrap.sequencer(), tell))[1],
        health=lambda: health(bootstrap.sequencer(), bootstrap.sequencer().ledger.heads()),
        recover=lambda missed, stop: recover(
            bootstrap.sequencer(), bootstrap.part_of_table, missed=missed, stop=stop
        ),
        compare=compare,
        standing=standing,
        tidy=lambda: sweep(bootstrap.sequencer()),
        wake=lambda: bootstrap.sequencer().announce(bootstrap.platform().log.head()),
        step=step,
        rebuild=bootstrap.send_rebuild,
        belongs=belongs,
    )


@lru_cache
def log_id() -> str:
    """Of the stack's log; one of an earlier release has none, and gets it now."""
    ledger = stack.ledger()
    return ledger.log_id() or ledger.name_log(uuid4().hex)


@lru_cache
def belongs() -> None:
    """
    Asked once by each process that writes views. Raises Misplaced if their table was made from
    another log; nothing is said while the log has no id.
    """
    log = stack.ledger().log_id()
    table = setting("BANJIAN_VIEWS_TABLE")
    if log is not None and stack.views().of_log(log) != log:
        raise Misplaced(
            f"table {table} was made from another log: name an empty one, and it is made anew"
        )


def step(message: dict[str, Any]) -> None:
    """Do one step of a large rebuild, and send for those that follow."""
    from ..adapters.s3.shuffle import S3Shuffle
    from ..triggers.rebuilding import on_step

    platform = bootstrap.platform()
    shuffle = S3Shuffle(bootstrap.client("s3"), bootstrap.setting("BANJIAN_BUCKET"))
    for following in on_step(platform, bootstrap.consumers(platform), shuffle, message):
        bootstrap.send_rebuild(following)


def compare(stop: Callable[[], bool]) -> "Standing":
    """Go on with the comparison of table and log."""
    from ..eventlog.auditing import nightly
    from . import stack

    ledger = stack.ledger()
    log = stack.log(ledger, stack.segments())
    return nightly.compare(stack.events(), log, ledger, bootstrap.now(), stop)


def standing() -> "Standing":
    """What the comparison of table and log came to."""
    from ..eventlog.auditing import nightly
    from . import stack

    return nightly.standing(stack.ledger(), bootstrap.now())
