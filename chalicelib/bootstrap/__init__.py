"""Chooses the adapters from the environment; nothing else names one."""

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from chalice.app import Request, Response

from ..cases.projections import (
    acceptance_deadlines,
    applicant_cases,
    case_numbers,
    process_library,
    work_list,
)
from ..certificates.projections import held_certificates
from ..certificates.subscribers import issuing as certificates
from ..certificates.subscribers import signing as certificate_files
from ..clock.calendar import Calendar
from ..documents.subscribers import scans as document_scans
from ..eventlog.consumers import Consumer
from ..eventlog.ports import Signer
from ..eventlog.telemetry import Silent, Telemetry
from ..items.projections import catalogue as item_catalogue
from ..kernel.actor import APPLICANTS
from ..people.application import tokens
from ..people.projections import powers
from ..platform.platform import Platform
from ..submissions.projections import open_cases
from ..triggers.triggers import Cloud
from ..web.auth.keys import key_source
from ..web.auth.verifier import Trusted, Verifier
from ..web.request import Web
from . import signing
from .directory import embedded, now
from .moving import destination, kept, stored
from .settings import on_aws, on_standby, proxies, setting
from .stack import aws, client, send_rebuild, sequencer, streams, telemetry

__all__ = [
    "WEB",
    "aws",
    "client",
    "cloud",
    "consumers",
    "destination",
    "embedded",
    "kept",
    "now",
    "on_aws",
    "on_standby",
    "platform",
    "send_rebuild",
    "sequencer",
    "setting",
    "signer",
    "stored",
    "streams",
    "telemetry",
    "verifier",
]


def consumers(platform: Platform, calendar: Calendar | None = None) -> Sequence[Consumer]:
    """The views, made with `calendar` (as it is now, if not given), and the subscribers."""
    calendar = calendar or platform.calendar()
    return (
        applicant_cases.projection(calendar),
        work_list.projection(calendar),
        process_library.projection(calendar),
        acceptance_deadlines.projection(calendar),
        case_numbers.PROJECTION,
        item_catalogue.PROJECTION,
        open_cases.PROJECTION,
        powers.PROJECTION,
        held_certificates.PROJECTION,
        certificates.subscriber(platform),
        certificate_files.subscriber(platform),
        document_scans.subscriber(platform),
    )


@lru_cache
def platform() -> Platform:
    proxies()  # a setting that cannot be read is told at the start
    return aws(telemetry()) if on_aws() else embedded(Path(os.environ.get("BANJIAN_DATA", "var")))


@lru_cache
def verifier() -> Verifier:
    return Verifier(
        os.environ["BANJIAN_ISSUER"],
        os.environ["BANJIAN_AUDIENCE"],
        key_source(os.environ["BANJIAN_JWKS"]),
        also=(_own_tokens(),),
    )


def _own_tokens() -> Trusted:
    """Whoever got hold of that key would still make nobody a clerk."""
    keys = tokens.source(lambda: platform().token_signer())
    return Trusted(tokens.ISSUER, tokens.AUDIENCE, keys, frozenset({tokens.ALGORITHM}), APPLICANTS)


def signer(data: Path) -> Signer:
    """What signs seals: a key of KMS, or one in `data`."""
    return signing.in_directory(data)


def _step(message: dict[str, Any]) -> None:
    from ..adapters.s3.shuffle import S3Shuffle
    from ..triggers.rebuilding import on_step

    its = platform()
    shuffle = S3Shuffle(client("s3"), setting("BANJIAN_BUCKET"))
    for following in on_step(its, consumers(its), shuffle, message):
        send_rebuild(following)


@lru_cache
def cloud() -> Cloud:
    """What the functions on queues, streams and schedules work with."""
    from ..adapters.dynamodb import stream_records
    from ..eventlog.sequencing.retries import heal
    from ..eventlog.sequencing.sweep import sweep
    from ..triggers.sequencer import on_records

    return Cloud(
        platform=platform,
        consumers=consumers,
        telemetry=telemetry,
        standby=on_standby,
        sequence=lambda event: on_records(sequencer(), stream_records.arrivals, event),
        heal=lambda: heal(sequencer()),
        tidy=lambda: sweep(sequencer()),
        wake=lambda: sequencer().announce(platform().log.head()),
        step=_step,
        rebuild=send_rebuild,
    )


def _watching() -> Telemetry:
    return telemetry() if on_aws() else Silent()


def _answer(error: Exception, request: Request) -> Response:
    # Imported here because nothing that is not refused needs it.
    from ..refusals.answers import answer

    return answer(error, request)


WEB = Web(platform, verifier, _answer, _watching, on_standby, proxies)
