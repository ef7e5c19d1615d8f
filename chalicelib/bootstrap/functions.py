"""What the functions on queues, streams and schedules of AWS work with."""

from typing import Any

from .. import bootstrap
from ..triggers.handlers import Cloud


def cloud() -> Cloud:
    from ..adapters.dynamodb import stream_records
    from ..eventlog.sequencing.retries import heal
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
        heal=lambda: heal(bootstrap.sequencer()),
        tidy=lambda: sweep(bootstrap.sequencer()),
        wake=lambda: bootstrap.sequencer().announce(bootstrap.platform().log.head()),
        step=step,
        rebuild=bootstrap.send_rebuild,
    )


def step(message: dict[str, Any]) -> None:
    """Do one step of a large rebuild, and send for those that follow."""
    from ..adapters.s3.shuffle import S3Shuffle
    from ..triggers.rebuilding import on_step

    platform = bootstrap.platform()
    shuffle = S3Shuffle(bootstrap.client("s3"), bootstrap.setting("BANJIAN_BUCKET"))
    for following in on_step(platform, bootstrap.consumers(platform), shuffle, message):
        bootstrap.send_rebuild(following)
